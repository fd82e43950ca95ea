"""The scoreboard: its page shows its data, its data are those of the kit, and all is explained."""

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from scoreboard import pages
from scoreboard.libraries import LIBRARIES
from scoreboard.meanings import MEANINGS, TITLES
from tests.pages import in_both_languages
from xentref.testing import checks

ROOT = Path(__file__).parents[1]
DATA = json.loads(pages.DATA.read_text("utf-8"))
FOUND = {library["name"]: library for library in DATA["libraries"]}
STATUSES = {"passed", "allowed", "failed", "not supported"}
# What the tests have anyway; the others are compared by version.
HERE = [library for library in LIBRARIES if not {"jax", "keras", "onnx"} & {*library.packages}]


def failed(library):
    return {name for name, status in library["status"].items() if status == "failed"}


@in_both_languages
def test_the_page_shows_the_data(language):
    text = pages.PAGES[language].read_text("utf-8")
    assert text == pages.filled(text, DATA, language)


def test_a_page_without_a_table_is_an_error():
    with pytest.raises(ValueError, match="no heading with the id overview and a table below it"):
        pages.filled("## Overview { #overview }\n\nText.\n\n## Next { #next }\n\n| |\n", DATA, "en")


def test_the_data_are_of_all_libraries_in_order():
    held = [(each["name"], each["supports"], each["left_out"]) for each in DATA["libraries"]]
    assert held == [
        (each.name, sorted(each.supports.split()), sorted(each.left_out)) for each in LIBRARIES
    ]


@pytest.mark.parametrize("library", DATA["libraries"], ids=lambda each: each["name"])
def test_the_data_are_of_all_checks(library):
    left_out = set(library["left_out"])
    assert [*library["status"]] == [each.name for each in checks() if each.name not in left_out]
    assert set(library["status"].values()) <= STATUSES


@pytest.mark.parametrize("library", DATA["libraries"], ids=lambda each: each["name"])
def test_the_versions_are_those_of_the_constraints(library):
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    pinned = dict(line.split("==") for line in lines) | {"xentref": version("xentref")}
    now = {name: pinned[name] for name in library["versions"]}
    assert library["versions"] == now, "a pin of constraints.txt has moved: make scoreboard"


@pytest.mark.parametrize("library", DATA["libraries"], ids=lambda each: each["name"])
def test_every_difference_has_one_meaning(library):
    explained = [name for names in MEANINGS.get(library["name"], {}).values() for name in names]
    assert sorted(explained) == sorted(failed(library))


def test_every_meaning_is_in_use():
    assert set(FOUND) >= set(MEANINGS)
    assert {meaning for each in MEANINGS.values() for meaning in each} == set(TITLES)


@in_both_languages
@pytest.mark.parametrize("meaning", TITLES)
def test_every_meaning_has_a_section_with_its_name(language, meaning):
    text = pages.PAGES[language].read_text("utf-8")
    (heading,) = re.findall(rf"^### (.*) {{ #{meaning} }}$", text, re.MULTILINE)
    assert heading.casefold() == TITLES[meaning][language].casefold()


@pytest.mark.parametrize("library", HERE, ids=lambda each: each.name)
def test_what_is_installed_gives_what_the_data_say(library):
    """Without the largest class counts, which take most of the time."""
    report = library.report(but={"classes-32001", "classes-50257"})
    held = FOUND[library.name]
    assert {r.name: r.status for r in report} == {r.name: held["status"][r.name] for r in report}
    allowed = {r.name: r.policy for r in report if r.status == "allowed"}
    assert allowed == held["policy"]

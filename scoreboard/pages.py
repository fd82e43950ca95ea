"""The tables of the page, from the data; `filled` puts each below its heading."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

from scoreboard.meanings import MEANINGS, TITLES
from xentref.testing import checks

ROOT = Path(__file__).parents[1]
DATA = ROOT / "scoreboard" / "results.json"
PAGES = {language: ROOT / f"docs/{language}/reference/scoreboard.md" for language in ("en", "zh")}

HEADS = {
    "overview": {
        "en": ["row", "library", "function", "passed", "choices", "differs", "not asked"],
        "zh": ["行", "库", "函数", "通过", "选择", "不同", "未查"],
    },
    "differences": {
        "en": ["row", "checks", "what came out of the first", "meaning"],
        "zh": ["行", "检查项", "第一项的结果", "含义"],
    },
    "choices": {
        "en": ["policy", "taken by"],
        "zh": ["做法", "采用者"],
    },
    "all": {
        "en": ["check", "passed", "choices", "differs"],
        "zh": ["检查项", "通过", "选择", "不同"],
    },
}


def overview(data: Any, language: str) -> list[list[str]]:
    """A row for each implementation: its versions, and how many checks came out how."""
    rows = []
    for number, library in enumerate(data["libraries"], 1):
        counts = Counter(library["status"].values())
        asked = [counts[status] for status in ("passed", "allowed", "failed")]
        versions = ", ".join(f"{name} {each}" for name, each in library["versions"].items())
        cells = [str(n) for n in (*asked, len(checks()) - sum(asked))]
        rows.append([str(number), versions, f"`{library['name'].rsplit('.', 1)[-1]}`", *cells])
    return rows


def differences(data: Any, language: str) -> list[list[str]]:
    """A row for each thing in which an implementation differs."""
    rows = []
    for number, library in enumerate(data["libraries"], 1):
        for meaning, names in MEANINGS.get(library["name"], {}).items():
            listed = ", ".join(f"`{name}`" for name in names)
            message = library["message"][names[0]]
            link = f"[{TITLES[meaning][language]}](#{meaning})"
            rows.append([str(number), listed, f"`{message}`", link])
    return rows


def choices(data: Any, language: str) -> list[list[str]]:
    """A row for each policy that somebody takes."""
    takers: dict[str, list[int]] = {}
    for number, library in enumerate(data["libraries"], 1):
        for policy in dict.fromkeys(library["policy"].values()):
            takers.setdefault(policy, []).append(number)
    rows = sorted(takers.items(), key=lambda row: (-len(row[1]), row[0]))
    return [[f"`{policy}`", ranges(numbers)] for policy, numbers in rows]


def ranges(numbers: list[int]) -> str:
    """Numbers in order, neighbours drawn together: 1–3, 5."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def every(data: Any, language: str) -> list[list[str]]:
    """A row for each check: for which implementations it came out how."""
    rows, family = [], ""
    for check in checks():
        if check.family != family:
            family = check.family
            rows.append([f"**`{family}`**", "", "", ""])
        found = [library["status"].get(check.name) for library in data["libraries"]]
        numbers = [
            ranges([number for number, each in enumerate(found, 1) if each == status])
            for status in ("passed", "allowed", "failed")
        ]
        rows.append([f"`{check.name}`", *numbers])
    return rows


TABLES = {"overview": overview, "differences": differences, "choices": choices, "all": every}


def table(name: str, data: Any, language: str) -> str:
    """The table below the heading of that id, as Markdown."""
    head = HEADS[name][language]
    lines = [head, ["---"] * len(head), *TABLES[name](data, language)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def filled(text: str, data: Any, language: str) -> str:
    """The text of the page, with the tables of the data in the place of those that it has."""
    for name in TABLES:
        below = re.compile(rf"(^##+ .*{{ #{name} }}\n(?:(?![|#]).*\n)*)(?:\|.*\n)+", re.MULTILINE)
        made = table(name, data, language)
        text, count = below.subn(lambda found, made=made: found[1] + made, text, count=1)
        if not count:
            raise ValueError(f"the page has no heading with the id {name} and a table below it")
    return text

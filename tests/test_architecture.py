"""The house: who imports whom, what is public and where, and what an import brings along."""

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import xentref

ROOT = Path(__file__).parents[1]
# Each room may use those to its left, and nothing else of the package.
ROOMS = [
    "_kernels",
    "_rows",
    "_checks",
    "activations",
    "information",
    "encoding",
    "losses",
    "gradients",
    "_words",
    "_board",
    "_worksheet",
    "explanations",
    "__init__",
    "__main__",
]
PUBLIC = [room for room in ROOMS if not room.startswith("_")]
STANDARD = sys.stdlib_module_names


def imports(room):
    """Yield (module, name or None) for every import of a room, at whatever depth."""
    for node in ast.walk(ast.parse((ROOT / "xentref" / f"{room}.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from ((node.module, alias.name) for alias in node.names)


def rooms_used(room):
    for module, name in imports(room):
        if module == "xentref":
            yield name
        elif module.startswith("xentref."):
            yield module.removeprefix("xentref.")


def test_every_module_has_its_place_in_the_list():
    assert {path.stem for path in (ROOT / "xentref").glob("*.py")} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_those_to_its_left(room):
    assert set(rooms_used(room)) <= set(ROOMS[: ROOMS.index(room)])


@pytest.mark.parametrize("room", ROOMS)
def test_from_outside_only_numpy_and_the_standard_library(room):
    outside = {module.partition(".")[0] for module, _ in imports(room)} - {"xentref"}
    assert outside <= STANDARD | {"numpy"}


def test_the_package_lists_what_its_rooms_list_each_name_once():
    listed = [
        name for room in PUBLIC for name in importlib.import_module(f"xentref.{room}").__all__
    ]
    assert sorted(listed) == sorted(set(listed)) == sorted(xentref.__all__)


@pytest.mark.parametrize("room", PUBLIC)
def test_a_room_lists_every_function_that_it_defines_without_an_underscore(room):
    tree = ast.parse((ROOT / "xentref" / f"{room}.py").read_text("utf-8"))
    defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    listed = importlib.import_module(f"xentref.{room}").__all__
    assert {each for each in defined if not each.startswith("_")} == set(listed)


@pytest.mark.parametrize("name", xentref.__all__)
def test_a_public_name_is_the_function_of_its_room(name):
    function = getattr(xentref, name)
    assert function is getattr(importlib.import_module(function.__module__), name)


def test_the_package_itself_only_imports_and_lists():
    tree = ast.parse((ROOT / "xentref" / "__init__.py").read_text("utf-8"))
    assigned = [n.targets[0].id for n in tree.body if isinstance(n, ast.Assign)]
    others = [n for n in tree.body if not isinstance(n, ast.Assign | ast.ImportFrom | ast.Expr)]
    assert assigned == ["__all__", "__version__"]
    assert others == []


def test_the_version_is_that_of_the_metadata():
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert xentref.__version__ == metadata["project"]["version"]


def test_the_package_is_typed():
    assert (ROOT / "xentref" / "py.typed").exists()


def test_importing_brings_numpy_and_no_other_library():
    code = (
        "import sys; before = set(sys.modules); import xentref; "
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    brought = {m for m in run.stdout.split() if m not in STANDARD}
    assert {m for m in brought if not m.startswith("_")} == {"numpy", "xentref"}

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
    "_conformance.__init__",
    "_conformance.cases",
    "_conformance.precision",
    "_conformance.oracle",
    "_conformance.probe",
    "_conformance.registry",
    "_conformance.values",
    "_conformance.ranges",
    "_conformance.edges",
    "_conformance.memory",
    "_conformance.extras",
    "_conformance.targets",
    "_conformance.adapters",
    "_conformance.table",
    "_conformance.progress",
    "_conformance.setup",
    "testing",
    "__main__",
]
PUBLIC = [room for room in ROOMS if not room.startswith("_")]
# Imported by whoever needs it, from where it stands; the package does not hand it on.
APART = ["testing"]
# Imported inside a function, for those who have it.
LAZILY = {"_conformance.adapters": {"jax", "torch"}}
STANDARD = sys.stdlib_module_names


def tree_of(room):
    path = ROOT.joinpath("xentref", *room.split(".")).with_suffix(".py")
    return ast.parse(path.read_text("utf-8"))


def imports(room):
    """Yield (module, name or None) for every import of a room, at whatever depth."""
    for node in ast.walk(tree_of(room)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from ((node.module, alias.name) for alias in node.names)


def rooms_used(room):
    for module, name in imports(room):
        if module == "xentref":
            yield name
        elif module == "xentref._conformance":
            yield f"_conformance.{name}"
        elif module.startswith("xentref."):
            yield module.removeprefix("xentref.")


def test_every_module_has_its_place_in_the_list():
    paths = (path.relative_to(ROOT / "xentref") for path in (ROOT / "xentref").rglob("*.py"))
    assert {".".join(path.with_suffix("").parts) for path in paths} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_those_to_its_left(room):
    assert set(rooms_used(room)) <= set(ROOMS[: ROOMS.index(room)])


@pytest.mark.parametrize("room", ROOMS)
def test_from_outside_only_numpy_and_the_standard_library(room):
    outside = {module.partition(".")[0] for module, _ in imports(room)} - {"xentref"}
    assert outside <= STANDARD | {"numpy"} | LAZILY.get(room, set())


@pytest.mark.parametrize("room", LAZILY)
def test_what_not_everybody_has_is_imported_inside_a_function(room):
    above = [node for node in tree_of(room).body if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {getattr(node, "module", None) or node.names[0].name for node in above}
    assert not named & LAZILY[room]


def test_the_package_lists_what_its_rooms_list_each_name_once():
    rooms = [room for room in PUBLIC if room not in APART]
    listed = [name for room in rooms for name in importlib.import_module(f"xentref.{room}").__all__]
    assert sorted(listed) == sorted(set(listed)), "a name is listed by two rooms; leave it to one"
    assert set(listed) == set(xentref.__all__), "import and list it in xentref/__init__.py"


@pytest.mark.parametrize("room", PUBLIC)
def test_a_room_lists_every_function_that_it_defines_without_an_underscore(room):
    defined = {n.name for n in tree_of(room).body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    listed = importlib.import_module(f"xentref.{room}").__all__
    public = {each for each in defined if not each.startswith("_")}
    assert public == set(listed), f"list it in the __all__ of xentref/{room}.py, or begin it with _"


@pytest.mark.parametrize("name", xentref.__all__)
def test_a_public_name_is_the_function_of_its_room(name):
    function = getattr(xentref, name)
    assert function is getattr(importlib.import_module(function.__module__), name)


def test_the_package_itself_only_imports_and_lists():
    tree = tree_of("__init__")
    assigned = [n.targets[0].id for n in tree.body if isinstance(n, ast.Assign)]
    others = [n for n in tree.body if not isinstance(n, ast.Assign | ast.ImportFrom | ast.Expr)]
    assert assigned == ["__all__", "__version__"]
    assert others == []


def test_the_version_is_that_of_the_metadata():
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert xentref.__version__ == metadata["project"]["version"]


def test_the_package_is_typed():
    assert (ROOT / "xentref" / "py.typed").exists()


@pytest.mark.parametrize("module", ["xentref", *(f"xentref.{room}" for room in APART)])
def test_importing_brings_numpy_and_no_other_library(module):
    code = (
        f"import sys; before = set(sys.modules); import {module}; "
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    brought = {m for m in run.stdout.split() if m not in STANDARD}
    assert {m for m in brought if not m.startswith("_")} == {"numpy", "xentref"}

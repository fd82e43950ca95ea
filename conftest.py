"""What pytest executes besides tests/: the blocks of the pages, the read-mes and the docstrings."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# One thread for each process, before NumPy and torch read it: what the pages compute is small, and
# pytest-xdist fills the cores with processes. Threads beside them made it four times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from docs.tools.runner import Pages

pages = Pages(Path(__file__).parent)
pytest_collect_file = pages.pytest()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pages", "the blocks of the pages")
    group.addoption(
        "--update-outputs",
        action="store_true",
        help="rewrite the outputs shown where they differ from what the blocks print",
    )
    group.addoption(
        "--isolated", action="store_true", help="run each block in a process of its own"
    )


def pytest_configure(config: pytest.Config) -> None:
    # The pages show what a CPU computes; and where a GPU is seen, autograd does not survive a fork.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    pages.update = config.getoption("update_outputs")
    pages.isolated = config.getoption("isolated")


def moved() -> list[str]:
    """Name what is installed in another version than the one that everything was tested with."""
    found = []
    path = pages.root / "constraints.txt"
    for line in path.read_text("utf-8").split() if path.exists() else ():
        name, pinned = line.split("==")
        try:
            here = version(name).partition("+")[0]  # torch 2.13.0+cpu
        except PackageNotFoundError:
            continue
        if here != pinned:
            found.append(f"{name} is {here} here and {pinned} in constraints.txt")
    return found


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode
) -> None:
    if pages.updated:
        terminalreporter.section("outputs")
        for line in pages.updated:
            terminalreporter.line(line)
    if exitstatus and (lines := moved()):
        terminalreporter.section("versions")
        cure = "If that is why outputs differ: install what constraints.txt names; or make update, "
        for line in [*lines, f"{cure}read them and the text around them, and move the pin."]:
            terminalreporter.line(line)

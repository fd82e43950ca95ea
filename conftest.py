"""What pytest executes besides tests/: the blocks of the pages, the read-mes and the docstrings."""

import os
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if pages.updated:
        terminalreporter.section("outputs")
        for line in pages.updated:
            terminalreporter.line(line)

"""The code that readers copy: it fits its column, is as tidy as ours, runs with what we name."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from docs.tools.blocks import Block, load, texts

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 80  # of a page on a desktop screen; a block in a list or a note is that much narrower
RULES = "B,C4,E,F,I,PIE,SIM,UP,W"


def code() -> list[Block]:
    """All Python blocks."""
    blocks = [block for path in texts(ROOT) for block in load(path, ROOT)[1]]
    return [block for block in blocks if block.language == "python"]


@pytest.mark.parametrize("command", ["format --diff", f"check --select {RULES} --ignore E402"])
def test_code_is_tidy(tmp_path: Path, command: str) -> None:
    """Nor is a line wider than its column. Syntax errors on purpose are left to the runner."""
    groups: dict[int, list[str]] = defaultdict(list)
    for block in code():
        try:
            compile(block.code, block.page, "exec")
        except SyntaxError:
            continue
        name = f"{block.page.replace('/', '--')}--line-{block.line}.py"
        (tmp_path / name).write_text(block.code, "utf-8")
        groups[len(block.indent)].append(name)
    ruff = [sys.executable, "-m", "ruff", *command.split(), "--isolated", "--no-cache", "--quiet"]
    reports = [
        subprocess.run(
            [*ruff, "--line-length", str(COLUMNS - indent), *names],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        for indent, names in sorted(groups.items())
    ]
    complaints = "".join(report.stdout + report.stderr for report in reports)
    assert all(report.returncode == 0 for report in reports), complaints


def test_the_version_that_sentences_name_is_that_of_the_constraints() -> None:
    (pinned,) = re.findall(r"^torch==(.+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.M)
    stale = [
        f"{path.relative_to(ROOT)}: names PyTorch {named}, but constraints.txt has {pinned}: "
        "read the page again, then name that"
        for path in texts(ROOT)
        for named in re.findall(r"PyTorch (\d+\.\d+\.\d+)", path.read_text("utf-8"))
        if named != pinned
    ]
    if stale:
        pytest.fail("\n".join(stale), pytrace=False)

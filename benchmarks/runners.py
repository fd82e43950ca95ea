"""What it costs to run a block of the pages: our runner beside two that many projects use.

All three run the same blocks in this process. Ours also catches what is printed, compares it with
what is shown, and gives back what the block changed (seeds, settings, the folder, the network); the
others let a block run and see that it does not fail.
"""

import io
import tempfile
import timeit
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mktestdocs.__main__ import exec_python
from pytest_examples import CodeExample, EvalExample

from docs.tools.blocks import Block, parse
from docs.tools.runner import judge, run

QUICK = 5e-3  # seconds: in a block that computes for long, nothing is seen of what is added


def blocks() -> list[Block]:
    """The blocks of the lessons that are quick and end without an error, as the others want it."""
    found = []
    for page in sorted(Path("docs/en/learn").glob("*.md")):
        for block in parse(page.read_text("utf-8"), str(page)):
            fails = block.output and block.output.error
            if block.language != "python" or fails:
                continue
            if min(seconds(plain, block) for _ in range(3)) < QUICK:
                found.append(block)
    return found


def plain(block: Block) -> None:
    """No runner at all."""
    with redirect_stdout(io.StringIO()):
        exec(compile(block.code, block.page, "exec"), {"__name__": "__main__"})


def ours(block: Block) -> None:
    """The runner of this project."""
    problem = judge(block, run(block))
    assert problem is None, problem.message


def mktestdocs(block: Block) -> None:
    """What `mktestdocs.check_md_file` does with a block."""
    with redirect_stdout(io.StringIO()):
        exec_python(block.code)


def pytest_examples(block: Block) -> None:
    """What the fixture `eval_example` does with a block."""
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
        request: Any = SimpleNamespace(config=None, node=SimpleNamespace(nodeid=block.name))
        example = CodeExample.create(block.code, path=Path(block.page))
        runner = EvalExample(tmp_path=Path(folder), pytest_request=request)
        runner.run(example, rewrite_assertions=False)


def seconds(runner: Callable[[Block], None], block: Block) -> float:
    """One run."""
    return timeit.timeit(lambda: runner(block), number=1)


def added() -> Iterator[tuple[str, int, float]]:
    """Yield each runner, the number of blocks, and the seconds that it adds to one of them."""
    chosen, runners = blocks(), (ours, mktestdocs, pytest_examples)
    sums = dict.fromkeys((plain, *runners), 0.0)
    for block in chosen:
        times = [{each: seconds(each, block) for each in sums} for _ in range(7)]  # in turn
        for each in sums:
            sums[each] += min(one[each] for one in times)
    for each in runners:
        name = each.__name__.replace("_", "-")
        yield name, len(chosen), (sums[each] - sums[plain]) / len(chosen)

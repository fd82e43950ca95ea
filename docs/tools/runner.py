"""Run the blocks of the pages, compare what they print with what is shown, rewrite what is shown.

Every block runs as a `__main__` of its own, as if copied into an empty file: no names, settings,
seeds or files of another block. What it prints and the error it ends with make up its output:

- It is compared exactly, line by line; only blanks at the end of a line, and empty lines at the
  end, do not count, since no reader can see them.
- With a tolerance in the title, numbers may differ by atol + rtol * |shown number| (integers may
  not differ), and any run of blanks equals any other; all else is exact, an error too.
- An error ends the output as `Traceback (most recent call last):`, `  ...` and its last lines.

`Pages` hands all this to pytest, by way of Sybil.
"""

import difflib
import importlib
import io
import linecache
import math
import os
import pickle
import random
import re
import shutil
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sybil import Document, Example, Region, Sybil

from docs.tools.blocks import TRACEBACK, Block, PageError, load, parse, texts

# What torch keeps for the whole process: how to read it and how to set it.
TORCH_STATE = {
    "get_default_dtype": "set_default_dtype",
    "get_default_device": "set_default_device",
    "get_num_threads": "set_num_threads",
    "get_float32_matmul_precision": "set_float32_matmul_precision",
    "is_grad_enabled": "set_grad_enabled",
    "are_deterministic_algorithms_enabled": "use_deterministic_algorithms",
}
# Warnings that a new interpreter does not show.
HIDDEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
# What takes a second to import: loaded once, before blocks that run in processes of their own.
SLOW = re.compile(r"^ *(?:from|import) ((?:scipy|sklearn)[\w.]*)", re.M)
NUMBER = re.compile(
    r"(?<![\w.])([-+]?(?>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf|nan))(?=j?(?!\w))"
)


@dataclass
class Result:
    """What a block did."""

    printed: str = ""
    error: str = ""  # the last lines of its traceback
    trace: str = ""  # all of it, from the page on
    line: int = 0  # of the page, where it was raised
    faults: list[str] = field(default_factory=list)  # what no block may do

    @property
    def output(self) -> str:
        """What is to be shown."""
        end = "" if not self.printed or self.printed.endswith("\n") else "\n"
        return _trim(self.printed + (end + TRACEBACK + self.error if self.error else ""))


def _trim(text: str) -> str:
    """The text without the blanks that nobody sees."""
    lines = "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")
    return lines + "\n" if lines else ""


# Running


class _Network:
    """Refuses the network while a block runs. An audit hook sees all of Python, and stays."""

    def __init__(self) -> None:
        self.watched = False
        self.used = False
        sys.addaudithook(self.hook)

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.watched and event.startswith("socket."):
            asks = event in ("socket.getaddrinfo", "socket.gethostbyname")
            speaks = event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
            if asks or (speaks and isinstance(arguments[1], tuple)):  # else a pipe on this machine
                self.used = True
                raise PermissionError("a block must not use the network")


_NETWORK = _Network()


# One for all blocks: to make and to remove a folder takes longer than all the rest around a block.
_EMPTY = tempfile.TemporaryDirectory()


@contextmanager
def _new_process(faults: list[str]) -> Iterator[None]:
    """Make this process look new to a block, and undo what the block changes in it.

    The generators get seeds that nobody knows: a block that forgot its own fails sooner or later.
    """
    random.seed()
    np.random.seed()
    torch = sys.modules.get("torch")
    if torch:
        torch.default_generator.seed()
    kept = {name: getattr(torch, name)() for name in TORCH_STATE if torch}
    names = ("argv", "path", "stdin", "stderr")
    system = {name: getattr(sys, name) for name in names}
    main, environ, folder = sys.modules["__main__"], dict(os.environ), Path.cwd()
    modules = set(sys.modules)
    stderr = io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(np.errstate())
        stack.enter_context(np.printoptions())
        stack.enter_context(warnings.catch_warnings())
        warnings.resetwarnings()
        warnings.simplefilter("error")
        for category in HIDDEN:
            warnings.simplefilter("ignore", category)
        ours = r"__main__|xentref\b"
        warnings.filterwarnings("error", module=ours, category=DeprecationWarning)
        os.chdir(_EMPTY.name)
        sys.argv, sys.path, sys.stdin, sys.stderr = [""], [*sys.path], io.StringIO(), stderr
        _NETWORK.watched, _NETWORK.used = True, False
        try:
            yield
        finally:
            _NETWORK.watched = False
            faults += ["uses the network"] * _NETWORK.used
            gone = not os.path.isdir(_EMPTY.name)
            left = [] if gone else sorted(os.listdir(_EMPTY.name))
            faults += ["removes the folder that it runs in"] * gone
            faults += [f"leaves a file behind: {name}" for name in left]
            faults += [f"writes to stderr: {line}" for line in stderr.getvalue().splitlines()]
            os.chdir(folder)
            if left or gone:
                shutil.rmtree(_EMPTY.name, ignore_errors=True)
                os.mkdir(_EMPTY.name)
            vars(sys).update(system)
            sys.modules["__main__"] = main
            for name in sys.modules.keys() - modules:
                file = getattr(sys.modules[name], "__file__", None) or ""
                if os.path.isabs(file) and not os.path.exists(file):  # the block has written it
                    del sys.modules[name]
            if dict(os.environ) != environ:
                os.environ.clear()
                os.environ.update(environ)
            for name, value in kept.items():
                if getattr(torch, name)() != value:
                    getattr(torch, TORCH_STATE[name])(value)
            if torch:
                torch.set_printoptions(profile="default")


@contextmanager
def _stdout(result: Result) -> Iterator[None]:
    """Catch what is printed, by Python and by whatever else writes to standard output."""
    python, descriptor = sys.stdout, os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        stdout = open(1, "w", buffering=1, encoding="utf-8", newline="\n", closefd=False)  # noqa: SIM115
        sys.stdout = stdout
        try:
            yield
        finally:
            with suppress(ValueError):  # the block closed it
                stdout.close()
            sys.stdout = python
            os.dup2(descriptor, 1)
            os.close(descriptor)
            file.seek(0)
            result.printed = file.read().decode(errors="replace")


def _record(result: Result, error: BaseException, block: Block) -> None:
    """Note an error as Python would print it, without our own frames."""
    frames = error.__traceback__.tb_next if error.__traceback__ else None
    report = traceback.TracebackException(type(error), error, frames)
    lines = [frame.lineno or 0 for frame in report.stack if frame.filename == block.page]
    last = list(report.format_exception_only())
    if isinstance(error, SyntaxError):  # has its place and its code before the message
        lines += [error.lineno or 0] * (error.filename == block.page)
        last = last[-1:]
    result.line = lines[-1] if lines else block.line
    result.error, result.trace = "".join(last), "".join(report.format())


def run(block: Block) -> Result:
    """Run a block as a program of its own. Its lines are counted as on the page."""
    result = Result()
    source = "\n" * block.line + block.code
    main = ModuleType("__main__")
    main.__file__ = block.page
    linecache.cache[block.page] = len(source), None, source.splitlines(True), block.page
    with _new_process(result.faults), _stdout(result):
        sys.modules["__main__"] = main
        try:
            exec(compile(source, block.page, "exec", dont_inherit=True), vars(main))
        except KeyboardInterrupt:
            raise
        except SystemExit as error:
            result.faults.append(f"calls sys.exit({error.code!r})")
        except BaseException as error:
            _record(result, error, block)
    linecache.cache.pop(block.page)
    if found := re.search(r"[^\n -\x7e\xa0-\uffff\U00010000-\U0010ffff]", result.printed):
        result.faults.append(f"prints {found[0]!r}, which a page cannot show")
    return result


def run_isolated(block: Block) -> Result:
    """`run` in a process of its own, forked so that what is slow need not be loaded again."""
    reading, writing = os.pipe()
    with warnings.catch_warnings(action="ignore"):  # Python's, about forks beside threads
        child = os.fork()
    if not child:
        try:
            with open(writing, "wb") as pipe:
                pickle.dump(run(block), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        data = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not data:
        return Result(faults=[f"ends its process (status {status})"])
    result: Result = pickle.loads(data)
    return result


# Comparing


def same(shown: str, printed: str, tolerance: tuple[float, float] | None) -> bool:
    """Whether an output may be shown for what was printed; both are trimmed."""
    if tolerance is None:
        return shown == printed
    before, mark, error = shown.partition(TRACEBACK)
    now, now_mark, now_error = printed.partition(TRACEBACK)
    these, those = NUMBER.split(before), NUMBER.split(now)
    return (
        (mark, error) == (now_mark, now_error)
        and len(these) == len(those)
        and all(_blanks(a) == _blanks(b) for a, b in zip(these[::2], those[::2], strict=True))
        and all(_near(a, b, *tolerance) for a, b in zip(these[1::2], those[1::2], strict=True))
    )


def _blanks(text: str) -> str:
    """The text with every run of blanks as one space, and none inside of brackets."""
    return re.sub(r"(?<=[\[({]) | (?=[\])},])", "", re.sub(r"\s+", " ", text))


def _near(shown: str, printed: str, rtol: float, atol: float) -> bool:
    a, b = float(shown), float(printed)
    if re.fullmatch(r"[-+]?\d+", shown) and re.fullmatch(r"[-+]?\d+", printed):
        return int(shown) == int(printed)
    if not (math.isfinite(a) and math.isfinite(b)):
        return a == b or (math.isnan(a) and math.isnan(b))
    return abs(a - b) <= atol + rtol * abs(a)


# Judging


@dataclass
class Problem:
    """Why a block fails: where, what, and the output that would mend it, if one would."""

    line: int
    message: str
    output: str | None = None


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines())


def judge(block: Block, result: Result) -> Problem | None:
    """Compare what a block did with what its page says."""
    code, shown, printed = block.line + 1, block.output, result.output
    expected = shown.error["type"] if shown and shown.error else None
    if result.faults:
        message = (
            f"the block {'; it '.join(result.faults)}\n\nWhoever copies it has no network and "
        )
        message += "an empty folder, and sees standard output only. Mend the code."
        return Problem(code, message)
    if expected and not result.error:
        message = f"the output ends in {expected}, but the block raises nothing; mend one of them"
        return Problem(code, message)
    if result.error and not (expected and re.match(rf"{expected}\b(?!\.)", result.error)):
        raised = result.error.split("\n")[0]
        wanted = f"not {expected}" if expected else "which no output shows"
        message = f"the block raises {raised!r}, {wanted}\n\n{result.trace}\nMend the code. Or, if "
        message += f"the error is the lesson, end the output with it, below\n{TRACEBACK}"
        return Problem(result.line, message)
    if not shown and printed:
        message = f"the block prints what no output shows:\n\n{_indented(printed)}"
        return Problem(code, message, printed)
    if shown and not printed:
        return Problem(shown.line, "an output is shown, but the block prints nothing", printed)
    if not shown or same(_trim(shown.code), printed, shown.tolerance):
        return None
    old, new = _trim(shown.code).splitlines(), printed.splitlines()
    pairs = enumerate(zip(old, new, strict=False))
    equal = next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))
    limits = " by more than its tolerance" if shown.tolerance else ""
    source = "\n".join(f"{n:>5}  {x}" for n, x in enumerate(block.code.splitlines(), code))
    diff = _indented("\n".join(line.rstrip() for line in difflib.ndiff(old, new)))
    message = f"the output differs from what is printed{limits}\n\n{source}\n\n"
    return Problem(shown.line + 1 + equal, f"{message}- shown, + printed:\n\n{diff}", printed)


# Rewriting


def rewritten(text: str, outputs: list[tuple[Block, str]]) -> str:
    """The text of a page with new outputs; a block that prints nothing gets none."""
    for block, output in sorted(outputs, key=lambda pair: pair[0].start, reverse=True):
        shown = block.output
        end = shown.end if shown else block.end
        if not output:
            text = text[: block.end] + text[end:]
            continue
        ticks = max(map(len, re.findall("`+", output)), default=0)
        fence = "`" * max(3, ticks + 1)
        if shown:
            start, head = shown.start, text[shown.start : end].split("\n")[0].lstrip(" `")
        else:
            start, head = end, "output"
        lines = [fence + head, *output.splitlines(), fence]
        new = "\n".join(block.indent + line if line else "" for line in lines)
        text = text[:start] + ("" if shown else "\n\n") + new + text[end:]
    return text


def write(path: Path, page: str, text: str, outputs: list[tuple[Block, str]]) -> None:
    """Write new outputs into a file, all at once or not at all.

    Raises:
        PageError: If the file has changed since it was read as `text`, or if it would not read
            back as intended (quotes or backslashes in a docstring).
    """
    if path.read_bytes() != text.encode():
        raise PageError(page, 1, "changed while its blocks ran, and was left alone; run again")
    new = rewritten(text, outputs)
    found = {block.name: block.output.code if block.output else "" for block in parse(new, page)}
    for block, output in outputs:
        if found.get(block.name) != output:
            message = "an output that cannot be written into this file; print something else"
            raise PageError(page, block.line, message)
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as file:
        file.write(new.encode())
    shutil.copymode(path, file.name)
    os.replace(file.name, path)


# Under pytest


class Pages(Sybil):
    """Collects the blocks of all `texts` as tests, named by their headings."""

    def __init__(self, root: Path) -> None:
        """Set up for the repository at `root`; pytest's options come later."""
        super().__init__(parsers=[], path=str(root), teardown=self.write_outputs)
        self.root = root
        self.texts = frozenset(texts(root))
        self.update = False
        self.isolated = False
        self.updated: list[str] = []

    def should_parse(self, path: Path) -> bool:
        """Whether the file has blocks to run."""
        return path in self.texts

    def parse(self, path: Path) -> Document:
        """The file as Sybil wants it: its Python blocks, each with what runs it."""
        try:
            text, blocks = load(path, self.root)
        except PageError as error:
            raise pytest.Collector.CollectError(str(error)) from None
        document = Document(text, str(path))
        document.namespace.update(document=document, outputs=[])
        for block in blocks:
            if block.language == "python":
                region = Region(block.start, block.end, parsed=block, evaluator=self.evaluate)
                document.add(region)
        return document

    def identify(self, example: Example) -> str:
        """The name of the test, which stays when lines move."""
        return str(example.parsed.name)

    def evaluate(self, example: Example) -> None:
        """Run a block and fail, or note its new output."""
        block: Block = example.parsed
        with warnings.catch_warnings(action="ignore"):
            if re.search(r"\btorch\b", block.code):  # so that its state is known before
                __import__("torch")
            for library in SLOW.findall(block.code) if self.isolated else ():
                with suppress(ImportError):  # the block will say so
                    importlib.import_module(library)
        runs: Callable[[Block], Result] = run_isolated if self.isolated else run
        problem = judge(block, runs(block))
        if problem and problem.output is not None:
            if self.update:
                example.namespace["outputs"].append((block, problem.output))
                return
            command = f'pytest "{block.page}::{block.name}" --update-outputs'
            cure = f"make update; or, only here: {command}"
            problem.message += f"\nIf what is printed is right: {cure}"
        if problem:
            pytest.fail(f"{block.page}:{problem.line}: {problem.message}", pytrace=False)

    def write_outputs(self, namespace: dict[str, Any]) -> None:
        """Write the new outputs of a page, when all its blocks have run."""
        document, outputs = namespace["document"], namespace["outputs"]
        if outputs:
            page = outputs[0][0].page
            try:
                write(Path(document.path), page, document.text, outputs)
            except PageError as error:
                pytest.fail(str(error), pytrace=False)
            self.updated.append(f"{page}: {len(outputs)} rewritten")

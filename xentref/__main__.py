"""The command line: python -m xentref explain 0 1.0 --target 0, and check module:function."""

import argparse
import contextlib
import ctypes
import importlib
import io
import json
import math
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from xentref import testing
from xentref.explanations import explain

EXAMPLES = """\
examples:
  python -m xentref explain 0 1.0 --target 0
      one row of scores, of which class 0 is right
  python -m xentref explain 0 1.0 --target 0.2 0.8 --lang zh
      as many targets as scores: probabilities (with one class, an index);
      in Chinese
  python -m xentref explain --file scores.csv --target 0 2 1 --weight 1 2 4
      a row of scores on each line, a target for each row
  printf '0 1\\n2 0\\n' | python -m xentref explain --file - --target 0 0 --json
      the same from standard input, and JSON to go on with
  python -m xentref explain 0.98 --target 1 --loss binary_cross_entropy
      a probability of yes, and a yes
"""

CHECK_EXAMPLES = """\
examples:
  python -m xentref check xentref.testing:reference
      an implementation that returns (loss, grad)
  python -m xentref check torch.nn.functional:cross_entropy --adapter torch
      a function of tensors, with the gradient of autograd
  python -m xentref check mine:loss --only denominators --json
      a function in mine.py here, one family of checks, and JSON to go on with
  python -m xentref check --list
      the words for --supports, --allow and --only
"""


def _words_as_data() -> list[dict[str, str]]:
    """Features, policies and checks, each with the option that it is a word for."""
    pairs = [("--supports", testing.features()), ("--allow", testing.policies())]
    words = [
        {"option": option, "name": name, "meaning": meaning}
        for option, meanings in pairs
        for name, meaning in meanings.items()
    ]
    return words + [
        {"option": "--only", "family": c.family, "name": c.name, "meaning": c.proves}
        for c in testing.checks()
    ]


def _words() -> Iterator[str]:
    """Features, policies, families and checks, each with what it means."""
    yield "features, for --supports"
    yield from _listed(testing.features())
    yield "policies, for --allow"
    yield from _listed(testing.policies())
    families = dict.fromkeys(check.family for check in testing.checks())
    yield "families and their checks, for --only (quote a name that has a blank)"
    for family in families:
        yield f"  {family}"
        checks = {c.name: c.proves for c in testing.checks() if c.family == family}
        yield from (f"  {line}" for line in _listed(checks))


def _listed(words: Mapping[str, str]) -> Iterator[str]:
    for name, meaning in words.items():
        yield f"  {name}"
        yield from textwrap.wrap(
            meaning.replace("`", ""), 76, initial_indent=" " * 6, subsequent_indent=" " * 6
        )


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong on one line."""

    def error(self, message: str) -> NoReturn:
        """Say it and leave."""
        self.exit(2, f"{self.prog}: {message}\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m xentref", description="The cross-entropy reference, on the command line."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_explain(commands)
    _add_check(commands)
    return parser


def _add_explain(commands: Any) -> None:
    command = commands.add_parser(
        "explain",
        usage="%(prog)s [SCORE ...] --target T [T ...] [options]",
        help="work out a loss step by step",
        description="Work out a loss step by step, in words and numbers.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=_explain, parser=command)
    add = command.add_argument
    add(
        "scores",
        nargs="*",
        type=float,
        metavar="SCORE",
        help="the input of the loss, as one row: scores, log-probabilities or probabilities",
    )
    add(
        "--file",
        metavar="PATH",
        help="read the input from a .npy file, or from text with one row on each line and blanks "
        "or commas between the numbers; - is standard input",
    )
    add(
        "--target",
        nargs="+",
        required=True,
        metavar="T",
        help="one class index for each row, or a probability for each number of the input",
    )
    add(
        "--loss",
        default="cross_entropy",
        help="cross_entropy (the default), nll_loss, binary_cross_entropy or "
        "binary_cross_entropy_with_logits",
    )
    add(
        "--weight",
        nargs="+",
        type=float,
        metavar="W",
        help="one weight for each class; for a binary loss, one for each number of a row",
    )
    add(
        "--pos-weight",
        nargs="+",
        type=float,
        metavar="W",
        help="how often a yes counts, for binary_cross_entropy_with_logits",
    )
    add(
        "--ignore-index",
        type=int,
        default=-100,
        metavar="T",
        help="the target of rows to leave out (default: -100)",
    )
    add("--label-smoothing", type=float, default=0.0, metavar="E", help="a share from 0 to 1")
    add("--reduction", default="mean", help="mean (the default), sum or none")
    add("--lang", default="en", help="en (the default) or zh")
    add("--json", action="store_true", help="print JSON, with every number in full")


def _add_check(commands: Any) -> None:
    command = commands.add_parser(
        "check",
        usage="%(prog)s MODULE:NAME [options]\n       %(prog)s --list",
        help="check an implementation of the cross-entropy",
        description="Check an implementation of the cross-entropy; the exit code is 1 if it fails.",
        epilog=CHECK_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=_check, parser=command)
    add = command.add_argument
    add(
        "name",
        nargs="?",
        metavar="MODULE:NAME",
        help="a function or class, and the module to import it from, here or installed",
    )
    add("--list", action="store_true", help="list features, policies, families and checks")
    add(
        "--adapter",
        choices=["torch", "jax", "forward"],
        help="what it is a function of, if not of arrays; forward: of arrays, without a gradient",
    )
    add("--device", metavar="D", help="where the tensors of PyTorch go (default: cpu)")
    add(
        "--dtype",
        default="float32",
        help="float16, bfloat16, float32 (the default) or float64",
    )
    add(
        "--supports",
        nargs="+",
        metavar="F",
        help="the features it offers, or all (default: those that its signature shows)",
    )
    add("--allow", nargs="+", default=[], metavar="P", help="the policies to accept, or all")
    add("--tolerance", type=float, metavar="U", help="how far a number may be off, in ULPs")
    add("--only", nargs="+", metavar="C", help="the checks or families to run (default: all)")
    add("--json", action="store_true", help="print JSON, with every number in full")


def _number(word: str, where: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"{where} must hold numbers; got {word!r}") from None


def _read(path: str) -> NDArray[Any]:
    """The array in a file."""
    name = "standard input" if path == "-" else path
    if path.lower().endswith(".npy"):
        try:
            with open(path, "rb") as file:
                found: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
                return found
        except ValueError as error:
            raise ValueError(
                f"{name} must hold an array as numpy.save writes it: {error}"
            ) from None
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{name} must hold text with numbers, or be a .npy file") from None
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        where = f"line {number} of {name}"
        # Between commas an empty cell counts, and is no number; a row of blanks alone has none.
        words = [word.strip() for word in line.split(",")] if "," in line else line.split()
        row = [_number(word, where) for word in words]
        if row and rows and len(row) != len(rows[0]):
            raise ValueError(f"{where} must hold {len(rows[0])} numbers; got {len(row)}")
        rows += [row] if row else []
    if not rows:
        raise ValueError(f"{name} must hold numbers; got none")
    return np.array(rows)


def _target(words: Sequence[str], values: NDArray[Any], loss: str) -> NDArray[Any]:
    """The targets in the shape that the loss wants, if there are as many as it wants."""
    try:
        target = np.array([int(word) for word in words])
    except ValueError:
        target = np.array([_number(word, "--target") for word in words])
    place = min(1, values.ndim - 1)
    shape = (*values.shape[:place], *values.shape[place + 1 :])
    if loss.startswith("binary"):
        shape = values.shape
    elif target.size == values.size != math.prod(shape):  # 0 and 1 can be probabilities, too
        shape, target = values.shape, target.astype(np.float64)
    return target.reshape(shape) if target.size == math.prod(shape) else target


def _explain(options: argparse.Namespace) -> tuple[str, int]:
    """What to print, and the exit code."""
    if options.scores and options.file:
        raise ValueError("scores and --file both hold the input; give one of them")
    if not options.scores and not options.file:
        raise ValueError("no input; give scores, before --target, or --file")
    values = _read(options.file) if options.file else np.array(options.scores)
    explanation = explain(
        values,
        _target(options.target, values, options.loss),
        loss=options.loss,
        weight=options.weight,
        pos_weight=options.pos_weight,
        ignore_index=options.ignore_index,
        reduction=options.reduction,
        label_smoothing=options.label_smoothing,
        lang=options.lang,
    )
    if options.json:
        return json.dumps(explanation.to_dict(), ensure_ascii=False, allow_nan=False), 0
    return str(explanation), 0


def _imported(name: str) -> Any:
    """What module:name means, with the folder of the caller among those that are looked in."""
    module, _, path = name.partition(":")
    if not module or not path:
        raise ValueError(f"the name must be written as module:function; got {name!r}")
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found = importlib.import_module(module)
    except (Exception, SystemExit) as error:  # whatever the module of somebody else does
        raise ValueError(f"cannot import {module}: {type(error).__name__}: {error}") from error
    for part in path.split("."):
        if not hasattr(found, part):
            raise ValueError(f"{module} must hold {path}; got no {part!r}")
        found = getattr(found, part)
    return found


def _adapted(function: Any, adapter: str | None, dtype: str, device: str | None) -> Any:
    """The implementation that an adapter makes of a function; without one, it is one itself."""
    if device and adapter != "torch":
        raise ValueError(f"--device needs --adapter torch; got {device!r} without it")
    if adapter == "forward":
        return testing.from_forward(function)
    if adapter is None:
        return function
    try:
        library = importlib.import_module(adapter)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"--adapter {adapter} needs the package {error.name}, which is not installed"
        ) from None
    narrow = dtype == "bfloat16"  # which NumPy has not
    if adapter == "jax":
        return testing.from_jax(function, dtype=library.numpy.bfloat16 if narrow else None)
    try:
        library.empty(0, device=device or "cpu")
    except Exception as error:  # of many kinds
        came = f"{device!r}: {error}".partition("\n")[0]
        raise ValueError(f"--device must be one that PyTorch has here; got {came}") from None
    tensors = library.bfloat16 if narrow else None
    return testing.from_torch(function, device=device or "cpu", dtype=tensors)


@contextlib.contextmanager
def _aside() -> Iterator[None]:
    """What an implementation prints goes to stderr: stdout is for the report, which may be JSON.

    Code in C knows the number 1 instead of `sys.stdout`, and may hold back what it prints.
    """
    out = sys.stdout
    print(end="", flush=True)
    with contextlib.ExitStack() as after:
        with contextlib.suppress(OSError):  # nothing is open under these numbers
            held = os.dup(1)
            after.callback(os.close, held)
            after.callback(os.dup2, held, 1)
            os.dup2(2, 1)
        after.callback(_flush_c)
        after.callback(print, end="", flush=True, file=out)
        with contextlib.redirect_stdout(sys.stderr):
            yield


def _flush_c() -> None:
    with contextlib.suppress(AttributeError, OSError, TypeError):  # not found on this platform
        ctypes.CDLL(None).fflush(None)


def _check(options: argparse.Namespace) -> tuple[str, int]:
    """What to print, and the exit code."""
    if options.list:
        if options.json:
            return json.dumps(_words_as_data(), ensure_ascii=False), 0
        return "\n".join(_words()), 0
    if options.name is None:
        raise ValueError("no MODULE:NAME; give one, or --list")
    with _aside():
        function = _imported(options.name)
        fn = _adapted(function, options.adapter, options.dtype, options.device)
        report = testing.check_cross_entropy(
            fn,
            supports=testing.features() if options.supports == ["all"] else options.supports,
            allow=testing.policies() if options.allow == ["all"] else options.allow,
            dtype=options.dtype,
            tolerances=options.tolerance,
            only=options.only,
        )
    code = 0 if report.ok else 1
    if options.json:
        return json.dumps(report.to_dict(), ensure_ascii=False, allow_nan=False), code
    return str(report), code


def _shielded(word: str) -> str:
    """A number below 0 with a blank before it, by which argparse sees that it is no option."""
    with contextlib.suppress(ValueError):
        float(word)
        return f" {word}" if word.startswith("-") else word
    return word


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if all is well, 1 if a check fails, 2 after one line about what is wrong."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # Chinese and ℓ come out whatever LANG says
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args([_shielded(word) for word in words])
    code = 0
    try:
        text, code = options.run(options)
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever read has seen enough, as in `| head`. Python would complain once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        options.parser.error(f"{error.filename or 'output'}: {error.strerror}")
    except (IndexError, TypeError, ValueError) as error:
        options.parser.error(" ".join(str(error).split()))
    except Exception as error:  # 1 would say that a check fails
        options.parser.error(" ".join(f"{type(error).__name__}: {error}".split()))
    return code


if __name__ == "__main__":
    sys.exit(main())

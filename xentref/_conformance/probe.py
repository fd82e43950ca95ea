"""What a check works with: it calls the implementation, compares, and makes a finding small."""

import inspect
import math
import warnings
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from xentref._conformance.cases import Array, Case, smallest
from xentref._conformance.oracle import wanted
from xentref._conformance.precision import Precision

# The keywords that go to the implementation whenever it offers the feature of that name.
KEYWORDS = (
    "weight",
    "ignore_index",
    "label_smoothing",
    "grad_output",
    "z_loss",
    "softcap",
    "bias",
)


class Finding(NamedTuple):
    """What is wrong, and with what."""

    kind: str  # "raised", "loss", …; a smaller case must show the same
    message: str
    got: Any
    want: Any
    case: Case
    policy: str | None = None  # under which it is a choice


class Output(NamedTuple):
    """What a call gave."""

    loss: Array
    grad: Array | None


class Found(Exception):  # noqa: N818
    """Ends a check: its finding, made small."""

    def __init__(self, finding: Finding) -> None:
        """Carry it."""
        super().__init__(finding.message)
        self.finding = finding


class NotMade(Exception):  # noqa: N818
    """Ends a check that cannot be made: what is missing, in words."""


class NoResult(Exception):  # noqa: N818
    """What a call gave instead of a result, in words."""


class Raised(NoResult):
    """An error."""


class Unfit(NoResult):
    """Something of a wrong shape or kind."""


def said(error: BaseException) -> str:
    """An error on one line."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


Problem = Callable[[Case], Finding | None]


def worst(findings: Iterable[Finding | None]) -> Finding | None:
    """The first that is no choice, or else the first, if there is one."""
    found = [each for each in findings if each]
    return min(found, key=lambda each: each.policy is not None, default=None)


class Probe:
    """One implementation, what it offers, and how exact it has to be."""

    def __init__(
        self,
        fn: Callable[..., Any],
        supports: frozenset[str],
        precision: Precision,
        ulps: float = 16,
        allow: frozenset[str] = frozenset(),
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Remember them, the policies that are accepted, and what to call before each call."""
        self.fn = fn
        self.supports = supports
        self.precision = precision
        self.ulps = ulps
        self.allow = allow
        self.tick = tick
        self.allowed: Finding | None = None  # the first that is accepted; the check goes on
        self.reductions = [word for word in ("none", "sum", "mean") if word in supports]
        # A function that knows one reduction only need not have a word for it.
        self.by_word = len(self.reductions) > 1 or takes(fn, "reduction")

    # Cases.

    def case(
        self, rows: int, classes: int, seed: int = 0, scale: float = 2.0, mean: float = 0.0
    ) -> Case:
        """Random scores, in eighths, so that they can be read; and a random class for each row."""
        random = np.random.default_rng([seed, rows, classes])
        scores = np.round(random.normal(mean, scale, (rows, classes)) * 8) / 8
        target = random.integers(0, classes, rows)
        return Case(self.array(scores), target, reduction=self.reductions[-1])

    def of(self, scores: ArrayLike, target: ArrayLike, **options: Any) -> Case:
        """A case written down."""
        options.setdefault("reduction", self.reductions[-1])
        return Case(self.array(scores), np.array(target, np.int64), **options)

    def soft(self, rows: int, classes: int) -> Case:
        """Random scores, and a distribution for each row."""
        counts = np.random.default_rng(rows).integers(1, 16, (rows, classes))
        target = self.array(counts / counts.sum(axis=1, keepdims=True))
        return self.case(rows, classes).but(target=target)

    def upstream(self, case: Case) -> Case:
        """The case with a number that arrives at each loss, no two neighbours alike."""
        steps = np.arange(math.prod(case.losses)).reshape(case.losses)
        return case.but(grad_output=self.array(1.5 - 0.75 * (steps % 7)))

    def array(self, values: ArrayLike) -> Array:
        """Numbers in the dtype in question."""
        return self.precision.array(values)

    # Calls.

    def answer(self, arguments: dict[str, Any]) -> Any:
        """What the implementation returns, with the keywords that it knows and no other."""
        self.tick()
        options = {name: arguments[name] for name in KEYWORDS if name in self.supports}
        if self.by_word:
            options["reduction"] = arguments["reduction"]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return self.fn(arguments["input"], arguments["target"], **options)
            except Exception as error:
                raise Raised(f"it raises {said(error)}") from error

    def call(self, arguments: dict[str, Any]) -> Output:
        """Loss and gradient, as far as there is one."""
        found = self.answer(arguments)
        if not is_pair(found):
            raise Unfit(f"it returns {type(found).__name__}, should return a tuple (loss, grad)")
        z, place = arguments["input"], min(1, arguments["input"].ndim - 1)
        rows = () if arguments["reduction"] != "none" else np.delete(z.shape, place)
        loss = fitting("loss", found[0], tuple(int(size) for size in rows))
        if "gradient" not in self.supports:
            return Output(loss, None)
        return Output(loss, fitting("gradient", found[1], z.shape))

    def run(self, case: Case) -> Output:
        """What the implementation gives for a case."""
        return self.call(case.arguments())

    # Comparisons.

    def differs(self, got: Array, want: Array, unit: Array | float = 1.0) -> bool:
        """Whether a number is off by too many ULPs of itself, or of `unit` if that is larger."""
        values = got.astype(np.float64)
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(want), unit) * self.precision.eps
            close = np.isfinite(want) & (np.abs(values - want) <= self.ulps * size)
        same = (values == want) | (np.isnan(values) & np.isnan(want))
        return not bool(np.all(close | same))

    def wrong_loss(self, case: Case) -> Finding | None:
        """How the loss differs from the reference."""
        return self.compared("loss", self.run(case).loss, wanted(case).loss, 1.0, case)

    def wrong_gradient(self, case: Case) -> Finding | None:
        """How the gradient differs from the reference."""
        want = wanted(case)
        got = self.run(case).grad
        assert got is not None
        return self.compared("gradient", got, want.grad, want.reach, case)

    def compared(
        self,
        kind: str,
        got: Array,
        want: Array,
        unit: Array | float,
        case: Case,
        policy: str | None = None,
        excused: Array | bool = False,
    ) -> Finding | None:
        """The finding, if there is one: a choice if the numbers that are excused are all of it."""
        others = np.where(excused, want, got)
        if self.differs(others, want, unit):
            return Finding(kind, self.difference(kind, others, want, unit), got, want, case)
        if self.differs(got, want, unit):
            return Finding(kind, self.difference(kind, got, want, unit), got, want, case, policy)
        return None

    def difference(self, kind: str, got: Array, want: Array, unit: Array | float) -> str:
        """Where two arrays differ most, in words."""
        values = got.astype(np.float64)
        with np.errstate(all="ignore"):
            off = np.abs(values - want) / np.maximum(np.abs(want), unit)
        same = (values == want) | (np.isnan(values) & np.isnan(want))
        off = np.where(same, -1.0, np.where(np.isnan(off), np.inf, off))
        place = tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), want.shape))
        at = f" at {place}" if place else ""
        was, should = f"{values[place]:.6g}", f"{want[place]:.6g}"
        by = f": off by {off[place] / self.precision.eps:.3g} ULPs" if was == should else ""
        return f"the {kind} is {was}{at}, should be {should}{by}"

    # Claims; each raises the finding on the smallest case that shows it.

    def holds(self, case: Case, problem: Problem) -> None:
        """Nothing is found in the case but what is accepted."""

        def safely(each: Case) -> Finding | None:
            try:
                return problem(each)
            except NoResult as error:
                return Finding("no result", str(error), None, None, each)

        found = safely(case)
        if found is None:
            return

        def again(each: Case) -> bool:
            small = safely(each)
            return small is not None and nature(small) == nature(found)

        accepted = found.policy in self.allow
        if accepted and self.allowed:
            return
        small = smallest(case, again)
        finding = safely(small) or found
        if not accepted:
            raise Found(finding)
        self.allowed = finding

    def loss(self, case: Case) -> None:
        """The loss is the reference's."""
        self.holds(case, self.wrong_loss)

    def gradient(self, case: Case) -> None:
        """The gradient is the reference's."""
        self.holds(case, self.wrong_gradient)

    def gradient_from_outside(self, case: Case) -> None:
        """The gradient is the reference's under each reduction, with an upstream for each loss."""
        for word in self.reductions:
            self.gradient(self.upstream(case.but(reduction=word)))

    def both(self, case: Case) -> None:
        """Loss and gradient are the reference's, as far as there is a gradient."""
        self.loss(case)
        if "gradient" in self.supports:
            self.gradient(case)


def nature(finding: Finding) -> tuple[Any, ...]:
    """What a smaller case must have in common with it, or it would show something else."""
    numbers = [each for each in (finding.got, finding.want) if isinstance(each, np.ndarray)]
    finite = [bool(np.all(np.isfinite(each))) for each in numbers]
    return finding.kind, finding.policy, *finite


def is_pair(value: Any) -> bool:
    """Whether it can be `(loss, grad)`."""
    return isinstance(value, tuple) and len(value) == 2


def fitting(kind: str, value: Any, shape: tuple[int, ...]) -> Array:
    """What was returned, as an array of numbers."""
    if value is None:
        raise Unfit(f"the {kind} is None; leave 'gradient' out of supports if there is none")
    try:
        found = np.asarray(value)
    except Exception as error:
        raise Unfit(f"the {kind} is nothing that NumPy can read: {said(error)}") from error
    if found.dtype.kind not in "fiu":
        raise Unfit(f"the {kind} holds {found.dtype}, should hold floats")
    if found.shape != shape:
        raise Unfit(f"the {kind} has shape {found.shape}, should have {shape}")
    return found


def takes(fn: Callable[..., Any], keyword: str, by_name: bool = False) -> bool:
    """Whether a function takes a keyword, or names it, as far as can be seen from outside."""
    if adapted := getattr(fn, "takes_keyword", None):
        return bool(adapted(keyword))
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):  # a function in C need not say
        return not by_name
    kinds = [parameter.kind for parameter in parameters.values()]
    return keyword in parameters or (not by_name and inspect.Parameter.VAR_KEYWORD in kinds)

"""Is my own cross-entropy right? Many checks in one call, on any implementation.

An implementation is a function of NumPy arrays that can be called as `fn(input, target, *, weight,
ignore_index, reduction, label_smoothing, grad_output)` and returns `(loss, grad)`: the loss as
[`cross_entropy`][xentref.cross_entropy] defines it, and its gradient with respect to the input.
[`from_torch`][xentref.testing.from_torch], [`from_jax`][xentref.testing.from_jax] and
[`from_forward`][xentref.testing.from_forward] make one from what you have. It is called with the
keywords that it offers, and no others.
"""

# The checks are in `_conformance`, family by family.

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xentref import _checks
from xentref._conformance import adapters, oracle, setup, table
from xentref._conformance.cases import Case
from xentref._conformance.probe import Finding, Found, NoResult, NotMade, Probe, is_pair
from xentref._conformance.progress import Progress
from xentref._conformance.registry import FEATURES, POLICIES, missing

__all__ = [
    "Check",
    "Report",
    "Result",
    "check_cross_entropy",
    "checks",
    "features",
    "from_forward",
    "from_jax",
    "from_torch",
    "policies",
    "reference",
]

_FUNCTIONS = {entry.name: entry.function for entry in setup.ENTRIES}


@dataclass(frozen=True)
class Check:
    """One check: what it proves, what it catches, and what an implementation needs for it.

    As a parameter of a pytest test, it gives the test its name.

    Attributes:
        name: What it is called, such as `"mean-of-kept-rows"`.
        family: The family, such as `"denominators"`.
        proves: One sentence: what holds if it passes.
        catches: Mistakes that it finds.
        needs: The [features][xentref.testing.features] without which it makes no sense; of those
            with `or` between them, one suffices.
        ulps: How far a number may be off, in units in the last place of the dtype.
    """

    name: str
    family: str
    proves: str
    catches: str
    needs: frozenset[str]
    ulps: float

    @property
    def __name__(self) -> str:  # noqa: D105  # by which pytest names a parameter
        return self.name

    def run(
        self,
        fn: Callable[..., Any],
        *,
        supports: Collection[str] | None = None,
        allow: Collection[str] = (),
        dtype: DTypeLike = np.float32,
        tolerances: float | Mapping[str, float] | None = None,
    ) -> "Result":
        """The result of this check alone.

        Args:
            fn: The implementation, as for
                [`check_cross_entropy`][xentref.testing.check_cross_entropy].
            supports: The features that it offers.
            allow: The policies that are accepted.
            dtype: The dtype of the input.
            tolerances: How far a number may be off.

        Returns:
            The result.

        Raises:
            TypeError: As `check_cross_entropy` does.
            ValueError: As `check_cross_entropy` does.
        """
        return _result(self, setup.Setup.of(fn, supports, allow, dtype, tolerances))


@dataclass(frozen=True, eq=False)
class Result:
    """What came out of one check.

    Attributes:
        check: The check.
        status: `"passed"`, `"failed"`, `"allowed"` (it differs, by a policy that is accepted) or
            `"not supported"`.
        message: What is wrong, or what is missing, in words; empty if it passed.
        policy: The [policy][xentref.testing.policies] under which what was found is a choice, if
            there is one.
        got: What the implementation gave in the smallest case that shows it, or None.
        want: What it should have given.
        input: The arguments of that case by their names.
    """

    check: Check
    status: str
    message: str = ""
    policy: str | None = None
    got: Any = field(default=None, repr=False)
    want: Any = field(default=None, repr=False)
    input: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The name of the check."""
        return self.check.name

    @property
    def family(self) -> str:
        """The family of the check."""
        return self.check.family

    @property
    def remark(self) -> str:
        """What a table says beside the status: the policy, or what is missing."""
        if self.status == "allowed":
            return self.policy or ""
        return self.message if self.status == "not supported" else ""

    def raise_if_failed(self) -> None:
        """Raise an error with the details if the check failed, and do nothing otherwise.

        Raises:
            AssertionError: If the check failed.
        """
        if self.status == "failed":
            raise AssertionError(str(self))

    def to_dict(self) -> dict[str, Any]:
        """The result as dicts, lists, strings and numbers, ready for JSON.

        What is no number in JSON is a string: `"nan"`, `"inf"` or `"-inf"`, which `float` reads.

        Returns:
            A dict of what the check is and of what came out.
        """
        about = {key: getattr(self.check, key) for key in ("name", "family", "proves", "catches")}
        found = {"status": self.status, "message": self.message, "policy": self.policy}
        numbers = {"got": table.data(self.got), "want": table.data(self.want)}
        given = {name: table.data(value) for name, value in self.input.items()}
        needs = {"needs": sorted(self.check.needs), "ulps": self.check.ulps}
        return {**about, **needs, **found, **numbers, "input": given}

    def __str__(self) -> str:  # noqa: D105
        if self.status != "failed":
            remark = f" ({self.remark})" if self.remark else ""
            return f"{self.name}: {self.status}{remark}"
        held = dict(self.input)
        if self.got is not None:
            held |= {"got": self.got, "want": self.want}
        lines = [f"proves: {self.check.proves}", *table.arguments(held)]
        if self.policy:
            lines.append(f"if this is meant, allow={{{self.policy!r}}}")
        return "\n    ".join([f"{self.name}: {self.message}", *lines])


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """What came out of all checks: prints as a table, shows as one in a notebook.

    Attributes:
        name: The name of the implementation.
        dtype: The dtype in which it was checked.
        results: The result of each check, in order.
    """

    name: str
    dtype: str
    results: tuple[Result, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many checks passed, failed, were allowed and were not supported."""
        return table.counted(self.results)

    @property
    def failed(self) -> tuple[Result, ...]:
        """The results of the checks that failed."""
        return tuple(result for result in self.results if result.status == "failed")

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return not self.failed

    def __getitem__(self, name: str) -> Result:  # noqa: D105
        found = {result.name: result for result in self.results}
        if name not in found:
            near = get_close_matches(str(name), found, 1, 0)[0]
            raise KeyError(
                f"name must be that of a check in the report, such as {near!r}; got {name!r}"
            )
        return found[name]

    def __iter__(self) -> Iterator[Result]:  # noqa: D105
        return iter(self.results)

    def summary(self) -> str:
        """A line for each family of checks, and one for each that failed.

        Returns:
            The text, without a line break at its end.
        """
        failed = [f"{result.name}: {result.message}" for result in self.failed]
        return "\n".join([self._title(), *table.summary(self.results), *failed])

    def raise_if_failed(self) -> None:
        """Raise an error with the details of every check that failed, if there is one.

        Raises:
            AssertionError: If a check failed.
        """
        if self.failed:
            raise AssertionError("\n\n".join([self._title(), *map(str, self.failed)]))

    def to_dict(self) -> dict[str, Any]:
        """The report as dicts, lists, strings and numbers, ready for JSON.

        What is no number in JSON is a string: `"nan"`, `"inf"` or `"-inf"`, which `float` reads.

        Returns:
            A dict with the keys `name`, `dtype`, `ok`, `counts` and `results`.
        """
        results = [result.to_dict() for result in self.results]
        about = {"name": self.name, "dtype": self.dtype, "ok": self.ok}
        return {**about, "counts": self.counts, "results": results}

    def __str__(self) -> str:  # noqa: D105
        parts = ["\n".join(table.lines(self.results)), *map(str, self.failed), self._title()]
        return "\n\n".join(parts)

    def __repr__(self) -> str:  # noqa: D105
        return f"Report(name={self.name!r}, dtype={self.dtype!r}, counts={self.counts!r})"

    def _repr_markdown_(self) -> str:
        details = [f"```text\n{result}\n```" for result in self.failed]
        return "\n\n".join([self._title(), "\n".join(table.markdown(self.results)), *details])

    def _title(self) -> str:
        count = len(self.results)
        checks = f"{count} check" + ("s" if count != 1 else "")
        return f"{self.name}, {self.dtype}: {checks}, {table.totals(self.counts)}"


_ALL = tuple(Check(*entry[:-1]) for entry in setup.ENTRIES)


def checks(supports: Collection[str] | None = None) -> tuple[Check, ...]:
    """All checks, in the order in which they are run, or those for which the features suffice.

    Args:
        supports: The [features][xentref.testing.features] that an implementation offers. Left out,
            it is not asked what a check needs.

    Returns:
        The checks, ready for `pytest.mark.parametrize`.

    Raises:
        TypeError: If `supports` is no collection of names.
        ValueError: If it names what is no feature, or no reduction.

    Examples:
        ```python
        from xentref.testing import checks

        for check in checks({"mean"})[:3]:
            print(f"{check.family}: {check.proves}")
        ```

        ```output
        values: the mean divides the sum by the number of rows
        values: a batch of one row is a batch
        values: 1037 rows, not a multiple of any block of rows, all count, and once
        ```
    """
    if supports is None:
        return _ALL
    offered = setup.features(supports)
    return tuple(check for check in _ALL if not missing(check.needs, offered))


def features() -> dict[str, str]:
    """What an implementation may offer, each with a sentence: the words for `supports`.

    Returns:
        A dict from the name of the feature to what it means.

    Examples:
        ```python
        from xentref.testing import features

        for name, meaning in list(features().items())[-4:]:
            print(f"{name}: {meaning}")
        ```

        ```output
        single: inputs of shape (C,), one row without a batch
        z_loss: the keyword `z_loss`: that many times the square of the log-sum-exp is added
        softcap: the keyword `softcap`: a score z becomes softcap · tanh(z / softcap)
        bias: the keyword `bias`: one number for each class, added to the scores
        ```
    """
    return dict(FEATURES)


def policies() -> dict[str, str]:
    """What is a choice and not a mistake, each with a sentence: the words for `allow`.

    Returns:
        A dict from the name of the policy to what it means.

    Examples:
        ```python
        from xentref.testing import policies

        for name in policies():
            print(name)
        print("empty-zero:", policies()["empty-zero"])
        ```

        ```output
        all-ignored-zero
        empty-zero
        empty-refused
        tiny-losses-vanish
        ignored-nan-gradient
        zero-times-infinity
        input-overwritten
        last-bits-vary
        empty-zero: the mean of an empty batch is 0, not nan
        ```
    """
    return dict(POLICIES)


def reference(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    grad_output: ArrayLike | None = None,
    z_loss: float = 0.0,
    softcap: float | None = None,
    bias: ArrayLike | None = None,
) -> tuple[np.floating | NDArray[np.floating], NDArray[np.floating]]:
    r"""What every implementation is compared with: the loss and its gradient, from this package.

    With the bias $b$ and the soft cap $s$, the scores $z_n$ of a row become

    $$
    u_{n,c} = s \tanh \frac{z_{n,c} + b_c}{s}
    $$

    and with the coefficient $\lambda$ of the z-loss the row costs

    $$
    \ell_n = \operatorname{ce}(u_n, y_n) + \lambda \Bigl( \ln \sum_{c=1}^{C} e^{u_{n,c}} \Bigr)^2
    $$

    where ce is the [`cross_entropy`][xentref.cross_entropy]. The mean divides both terms by the
    same number. The z-loss is not weighted, and an ignored row has none.

    Args:
        input: Scores $z$ of shape (C,), (N, C) or (N, C, d1…dK).
        target: Class indices or probabilities, as for `cross_entropy`.
        weight: Weights of the classes, of shape (C,).
        ignore_index: The target value that marks a row to leave out.
        reduction: `"none"`, `"sum"` or `"mean"`.
        label_smoothing: The share of the target that is spread evenly over all classes.
        grad_output: The gradient that arrives at the loss, of the loss's shape. Left out, it is
            ones.
        z_loss: The coefficient $\lambda$.
        softcap: The limit $s$ of the scores. Left out, there is none.
        bias: The biases $b$, of shape (C,). Left out, there are none.

    Returns:
        The loss and the gradient with respect to the input, both in the input's dtype.

    Raises:
        IndexError: As `cross_entropy` does.
        TypeError: As `cross_entropy` does, or if `z_loss` or `softcap` is no number.
        ValueError: As `cross_entropy` does, or if `z_loss` is not finite, `softcap` is not positive
            or the shape of `bias` does not fit.

    Examples:
        A row of equal scores costs $\ln 2$, and its log-sum-exp is $\ln 2$, too.

        ```python
        import numpy as np
        from xentref.testing import reference

        loss, grad = reference([[0.0, 0.0]], [0], z_loss=1.0)
        print(np.isclose(loss, np.log(2) + np.log(2) ** 2))
        print(grad.round(4))
        ```

        ```output
        True
        [[0.1931 1.1931]]
        ```
    """
    scores = _checks.array("input", input)
    classes = scores.shape[_checks.class_axis(scores)]
    named = {"weight": weight, "grad_output": grad_output, "bias": bias}
    arrays = {k: _checks.array(k, v) for k, v in named.items() if v is not None}
    if bias is not None:
        _checks.shape("bias", arrays["bias"], (classes,), "one entry per class")
    case = Case(
        scores,
        _checks.array("target", target, _checks.CLASS_OR_PROBABILITY),
        weight=arrays.get("weight"),
        ignore_index=ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
        grad_output=arrays.get("grad_output"),
        z_loss=_checks.real("z_loss", z_loss),
        softcap=None if softcap is None else _checks.positive("softcap", softcap),
        bias=arrays.get("bias"),
    )
    found = oracle.wanted(case)
    dtype = _checks.float_dtype(scores)
    return found.loss.astype(dtype)[()], found.grad.astype(dtype)


def from_torch(
    function: Callable[..., Any], *, device: Any = "cpu", dtype: Any = None
) -> Callable[..., Any]:
    """An implementation from a function or module of PyTorch, with the gradient of autograd.

    Args:
        function: A function of tensors; a class of modules, which gets the keywords when it is
            made, such as `torch.nn.CrossEntropyLoss`; or a module, which gets them when it is
            called.
        device: Where the tensors go before the call, such as `"cuda"`.
        dtype: The dtype that they get, such as `torch.bfloat16` for `dtype="bfloat16"`. Left out,
            that of the arrays.

    Returns:
        A function as described above. Its `supports` are what the signature of yours shows.

    Raises:
        TypeError: If `function` cannot be called.

    Examples:
        ```python
        import torch
        from xentref.testing import check_cross_entropy, from_torch

        fn = from_torch(torch.nn.CrossEntropyLoss)
        report = check_cross_entropy(fn, only=["denominators", "smoothing"])
        print(report.ok, report.counts["passed"])
        ```

        ```output
        True 19
        ```
    """
    return adapters.of_torch(setup.function("function", function), device, dtype)


def from_jax(function: Callable[..., Any], *, dtype: Any = None) -> Callable[..., Any]:
    """An implementation from a function of JAX, with the gradient of `jax.vjp`.

    It needs a JAX that has `jax.enable_x64`, which is switched on for an input of float64. JAX
    itself is imported when the function is called.

    Args:
        function: A function of JAX arrays that returns the loss.
        dtype: The dtype that they get before the call. Left out, that of the arrays.

    Returns:
        A function as described above. Its `supports` are what the signature of yours shows.

    Raises:
        TypeError: If `function` cannot be called.

    Examples:
        The mean of a loss of Optax, ready for `check_cross_entropy`:

        ```python
        from xentref.testing import from_jax


        def loss(z, y):
            import optax

            return optax.softmax_cross_entropy_with_integer_labels(z, y).mean()


        fn = from_jax(loss)
        print(fn.__name__, sorted(fn.supports))
        ```

        ```output
        loss ['grad_output', 'gradient', 'mean']
        ```
    """
    return adapters.of_jax(setup.function("function", function), dtype)


def from_forward(function: Callable[..., Any]) -> Callable[..., Any]:
    """An implementation from a function of NumPy arrays that returns the loss alone.

    Checks of the gradient are then not supported.

    Args:
        function: The function.

    Returns:
        A function as described above. Its `supports` are what the signature of yours shows.

    Raises:
        TypeError: If `function` cannot be called.

    Examples:
        A loss without a keyword is a mean.

        ```python
        import numpy as np
        from xentref.testing import check_cross_entropy, from_forward


        def loss(input, target):
            p = np.exp(input) / np.exp(input).sum(axis=1, keepdims=True)
            return -np.log(p[np.arange(len(target)), target]).mean()


        report = check_cross_entropy(from_forward(loss), only=["offsets"])
        print(report.summary())
        ```

        ```output
        loss, float32: 4 checks, 3 failed, 1 not supported
        offsets  3 failed, 1 not supported
        large-offset: the loss is nan, should be 0.693147
        offset-of-each-row: the loss is nan, should be 0.126928
        negative-scores: the loss is nan, should be 0.126928
        ```
    """
    return adapters.of_forward(setup.function("function", function))


def check_cross_entropy(
    fn: Callable[..., Any],
    *,
    supports: Collection[str] | None = None,
    allow: Collection[str] = (),
    dtype: DTypeLike = np.float32,
    tolerances: float | Mapping[str, float] | None = None,
    only: Collection[str] | None = None,
    progress: bool | None = None,
) -> Report:
    """The report of every check on an implementation; the first failure does not end it.

    Errors are counted in ULPs, units in the last place: one is the distance from 1 to the next
    number of the dtype, times the number itself where that is larger than 1 (in `tiny losses`,
    always). A gradient is measured by how large one of its row could be. What is found is repeated
    on smaller and smaller inputs, and the smallest that was found is reported.

    Args:
        fn: The implementation.
        supports: The [features][xentref.testing.features] that it offers. Left out, they are what
            its signature shows: a keyword for each, `gradient`, and, if it takes `reduction`, all
            three; but none of `probabilities`, `places` and `single`, which no signature shows.
        allow: The [policies][xentref.testing.policies] that are accepted.
        dtype: The dtype of the input: float16, float32, float64, or `"bfloat16"`, for which the
            arrays are float32 and hold what bfloat16 can hold.
        tolerances: How far a number may be off, in ULPs: a number for all checks, or a mapping from
            names of checks or families to numbers. Left out, the `ulps` of each check.
        only: The names of checks or families to run. Left out, all.
        progress: Whether a line on stderr says how far it has come, at the first call after every
            two seconds. Left out, it does where stderr is a terminal.

    Returns:
        The report.

    Raises:
        TypeError: If an argument is of the wrong kind, or `fn` returns no tuple `(loss, grad)` when
            it is called first.
        ValueError: If a feature, a policy, a check or a family is unknown, a tolerance is negative,
            `supports` names no reduction, or `only` is empty.

    Examples:
        The derivative of a mean is divided by the number of rows, too.

        ```python
        import xentref
        from xentref.testing import check_cross_entropy


        def loss_and_gradient(input, target):
            p = xentref.softmax(input)
            onehot = xentref.one_hot(target, input.shape[1])
            return xentref.cross_entropy(input, target), p - onehot


        report = check_cross_entropy(loss_and_gradient)
        print(report["gradient-of-the-mean"])
        ```

        ```output
        gradient-of-the-mean: the gradient is 0.880797 at (1, 0), should be 0.440399
            proves: the gradient of the mean is softmax minus one-hot, over the number of rows
            input     = [[-2, -4],
                         [0, -2]]
            target    = [0, 1]
            reduction = 'mean'
            got       = [[-0.119203, 0.119203],
                         [0.880797, -0.880797]]
            want      = [[-0.0596015, 0.0596015],
                         [0.440399, -0.440399]]
        ```
    """
    asked = setup.Setup.of(fn, supports, allow, dtype, tolerances)
    chosen = setup.chosen(only)
    shown = sys.stderr.isatty() if progress is None else _checks.flag("progress", progress)
    _refuse_no_pair(asked)
    told = Progress(len(chosen), shown)
    results = []
    for check in (check for check in _ALL if check.name in chosen):
        told.begin(check.name)
        results.append(_result(check, asked, told.tick))
        told.end()
    return Report(asked.name, asked.precision.name, tuple(results))


def _refuse_no_pair(asked: setup.Setup) -> None:
    """Tell what is no implementation at all from one that fails somewhere."""
    probe = Probe(asked.fn, asked.supports, asked.precision)
    try:
        found = probe.answer(probe.case(2, 3).arguments())
    except NoResult:
        return
    if not is_pair(found):
        raise TypeError(f"fn must return a tuple (loss, grad); got {type(found).__name__}")


def _result(check: Check, asked: setup.Setup, tick: Callable[[], None] = lambda: None) -> Result:
    if lacking := missing(check.needs, asked.supports):
        return Result(check, "not supported", "needs " + ", ".join(lacking))
    ulps = asked.ulps(check.name, check.family, check.ulps)
    probe = Probe(asked.fn, asked.supports, asked.precision, ulps, asked.allow, tick)
    try:
        _FUNCTIONS[check.name](probe)
    except Found as error:
        return _found(check, "failed", error.finding)
    except NotMade as error:
        return Result(check, "not supported", str(error))
    if probe.allowed:
        return _found(check, "allowed", probe.allowed)
    return Result(check, "passed")


def _found(check: Check, status: str, found: Finding) -> Result:
    given = found.case.shown()
    return Result(check, status, found.message, found.policy, found.got, found.want, given)

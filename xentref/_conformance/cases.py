"""What a loss is called with, and how to make it smaller while it still shows what is wrong."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Case:
    """The arguments of one call; what is left at its default is not shown."""

    input: Array
    target: Array
    weight: Array | None = None
    ignore_index: int = -100
    reduction: str = "mean"
    label_smoothing: float = 0.0
    grad_output: Array | None = None
    z_loss: float = 0.0
    softcap: float | None = None
    bias: Array | None = None
    # How the arrays lie in memory: takes one, returns the same numbers. Not an argument.
    layout: Callable[[Array], Array] | None = None

    def but(self, **changes: Any) -> "Case":
        """The same case with other arguments."""
        return replace(self, **changes)

    @property
    def axis(self) -> int:
        """Where the classes are."""
        return min(1, self.input.ndim - 1)

    @property
    def classes(self) -> int:
        """How many there are."""
        return int(self.input.shape[self.axis])

    @property
    def named(self) -> bool:
        """Whether the target holds class indices, not probabilities."""
        return self.target.dtype.kind in "iu"

    @property
    def losses(self) -> tuple[int, ...]:
        """The shape of the loss."""
        rows = np.delete(self.input.shape, self.axis) if self.reduction == "none" else ()
        return tuple(int(size) for size in rows)

    def arguments(self) -> dict[str, Any]:
        """Every argument by its name, the arrays copied, in the layout of the case."""
        found = {name: getattr(self, name) for name in ARGUMENTS}
        for name, value in found.items():
            if isinstance(value, np.ndarray):
                found[name] = self.layout(value) if self.layout else value.copy()
        return found

    def shown(self) -> dict[str, Any]:
        """The input, the target, the reduction, and whatever else is not at its default."""
        found = {name: getattr(self, name) for name in ARGUMENTS}
        always = (np.ndarray, str)  # above all input, target and reduction
        return {k: v for k, v in found.items() if isinstance(v, always) or v != DEFAULTS[k]}

    def rows(self, some: slice | list[int]) -> "Case":
        """The case with some of its rows."""
        rows = self.grad_output is not None and self.grad_output.ndim > 0
        return self.but(
            input=self.input[some],
            target=self.target[some],
            grad_output=self.grad_output[some]
            if rows and self.grad_output is not None
            else self.grad_output,
        )

    def without(self, classes: list[int]) -> "Case":
        """The case without some classes, which no target may name; the others keep their order."""
        keep = np.delete(np.arange(self.classes), classes)
        weight, bias = (None if v is None else v[keep] for v in (self.weight, self.bias))
        smaller = self.but(input=self.input.take(keep, self.axis), weight=weight, bias=bias)
        if not self.named:
            return smaller.but(target=self.target.take(keep, self.axis))
        # What is too large stays as much too large; what is negative stays as it is.
        moved = np.searchsorted(keep, self.target) + np.maximum(self.target - self.classes, 0)
        target = np.where(self.target < 0, self.target, moved).astype(self.target.dtype)
        ignored = self.ignore_index
        if 0 <= ignored < self.classes:
            ignored = int(np.searchsorted(keep, ignored))
        return smaller.but(target=target, ignore_index=ignored)

    def smaller(self) -> Iterator["Case"]:
        """Yield cases with fewer rows or classes, or with rounder scores, the smallest first."""
        if self.input.ndim > 1:
            rows = len(self.input)
            halves = [slice(rows // 2), slice(rows // 2, None)] if rows > 1 else []
            for some in halves:
                yield self.rows(some)
            if 2 < rows <= 8:
                for row in range(rows):
                    yield self.rows([i for i in range(rows) if i != row])
        needed = set(self.target.ravel().tolist()) if self.named else set()
        spare = [c for c in range(self.classes) if c not in needed | {self.ignore_index}]
        spare = spare[max(0, 2 - (self.classes - len(spare))) :]  # one class alone shows little
        if len(spare) > 1:
            yield self.without(spare)
            yield self.without(spare[len(spare) // 2 :])
            yield self.without(spare[: len(spare) // 2])
        for each in spare[:6]:
            yield self.without([each])
        with np.errstate(all="ignore"):
            rounder = np.round(self.input) + 0.0  # not -0.0
        if not np.array_equal(rounder, self.input, equal_nan=True):
            yield self.but(input=rounder)


ARGUMENTS = [field.name for field in fields(Case) if field.name != "layout"]
DEFAULTS: dict[str, Any] = {f.name: f.default for f in fields(Case)}


def smallest(
    case: Case, shows: Callable[[Case], bool], tries: int = 60, seconds: float = 5.0
) -> Case:
    """The smallest case found in so many tries that still shows it."""
    candidates, begun = case.smaller(), time.monotonic()
    # An implementation that is compiled for each shape may take a second for each of them.
    while tries and time.monotonic() - begun < seconds:
        candidate = next(candidates, None)
        if candidate is None:
            break
        tries -= 1
        if shows(candidate):
            case, candidates = candidate, candidate.smaller()
    return case


def fortran(values: Array) -> Array:
    """The classes contiguous in memory no longer, but the rows."""
    return np.array(values, order="F")


def strided(values: Array) -> Array:
    """Every second number of a wider array, which holds something else between."""
    wide = np.full((*values.shape[:-1], 2 * values.shape[-1] + 1), values.dtype.type(77))
    view = wide[..., 1::2]
    view[...] = values
    return view


def sliced(values: Array) -> Array:
    """The inside of a larger array: it does not begin at the beginning, and rows have gaps."""
    large = np.full([size + 3 for size in values.shape], values.dtype.type(77))
    view: Array = large[tuple(slice(1, 1 + size) for size in values.shape)]
    view[...] = values
    return view


def expanded(values: Array) -> Array:
    """One number in memory, seen as many: the stride is 0, as after a sum in autograd."""
    base = np.array(values.reshape(-1)[:1], values.dtype)
    size = math.prod(values.shape)
    strides = (0,) * values.ndim
    return np.lib.stride_tricks.as_strided(base, values.shape, strides) if size else values.copy()

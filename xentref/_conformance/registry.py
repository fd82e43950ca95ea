"""The list of all checks, in the order in which they are read and run."""

from collections.abc import Callable, Iterable, Set
from typing import NamedTuple

from xentref._conformance.probe import Probe

# What an implementation may offer.
FEATURES = {
    "none": "`reduction='none'`: every loss by itself",
    "sum": "`reduction='sum'`: their sum",
    "mean": "`reduction='mean'`: their mean",
    "gradient": "it returns the gradient with respect to the input, not None",
    "grad_output": "the keyword `grad_output`: what the gradient is multiplied by",
    "weight": "the keyword `weight`: one weight for each class",
    "ignore_index": "the keyword `ignore_index`: the target of rows to leave out",
    "label_smoothing": "the keyword `label_smoothing`",
    "probabilities": "targets that hold a probability for each class",
    "places": "inputs of shape (N, C, d1…dK)",
    "single": "inputs of shape (C,), one row without a batch",
    "z_loss": "the keyword `z_loss`: that many times the square of the log-sum-exp is added",
    "softcap": "the keyword `softcap`: a score z becomes softcap · tanh(z / softcap)",
    "bias": "the keyword `bias`: one number for each class, added to the scores",
}

# What is not as in PyTorch, or not as exact as it can be, but a choice that one may make.
POLICIES = {
    "all-ignored-zero": "a mean over nothing that counts (every target ignored, or all weights 0) "
    "is 0, not nan",
    "empty-zero": "the mean of an empty batch is 0, not nan",
    "empty-refused": "an empty batch raises an error",
    "tiny-losses-vanish": "a loss, or a gradient, far below 1 loses its digits, or is 0",
    "ignored-nan-gradient": "an ignored row that holds nan or inf has a gradient of nan, but no "
    "other row has",
    "zero-times-infinity": "a class that counts 0 and has the score -inf makes the loss nan",
    "input-overwritten": "the input is written over, by its gradient for example",
    "last-bits-vary": "two calls with the same arguments differ in their last bits",
}


class Entry(NamedTuple):
    """One check."""

    name: str
    family: str
    proves: str
    catches: str
    needs: frozenset[str]
    ulps: float
    function: Callable[[Probe], None]


ENTRIES: list[Entry] = []


def check(
    family: str, proves: str, catches: str, needs: str = "", ulps: float = 16
) -> Callable[[Callable[[Probe], None]], Callable[[Probe], None]]:
    """Put a function on the list, under its own name, with `-` for `_`.

    It needs all the features that are named; of those with `|` between them, one.
    """
    needed = frozenset(need.replace("|", " or ") for need in needs.split())

    def listed(function: Callable[[Probe], None]) -> Callable[[Probe], None]:
        name = function.__name__.replace("_", "-")
        ENTRIES.append(Entry(name, family, proves, catches, needed, ulps, function))
        return function

    return listed


def missing(needs: Iterable[str], offered: Set[str]) -> list[str]:
    """What is needed and not offered."""
    return sorted(need for need in needs if offered.isdisjoint(need.split(" or ")))

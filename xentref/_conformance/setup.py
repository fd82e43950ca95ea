"""The arguments of `check_cross_entropy`, read, and the checks in the order in which they run."""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np

from xentref._conformance import (
    adapters,
    edges,
    extras,
    memory,
    ranges,
    registry,
    targets,
    values,
)
from xentref._conformance.precision import Precision, precision
from xentref._conformance.probe import KEYWORDS, takes
from xentref._conformance.registry import FEATURES, POLICIES

# Each module has listed its checks when it was imported.
_MODULES = [module.__name__ for module in (values, ranges, edges, memory, extras, targets)]
ENTRIES = sorted(registry.ENTRIES, key=lambda entry: _MODULES.index(entry.function.__module__))


class Setup(NamedTuple):
    """What is asked of an implementation."""

    fn: Callable[..., Any]
    supports: frozenset[str]
    allow: frozenset[str]
    precision: Precision
    tolerances: Mapping[str, float]  # by check, by family, or for all under ""

    @classmethod
    def of(cls, fn: Any, supports: Any, allow: Any, dtype: Any, tolerances: Any) -> "Setup":
        """Read the arguments."""
        function("fn", fn)
        if isinstance(fn, type):
            raise TypeError(f"fn must be a function or an object, not a class; got {fn!r}")
        offered = adapters.offered(fn) if supports is None else features(supports)
        for keyword in KEYWORDS:
            if keyword in offered and not takes(fn, keyword):
                raise ValueError(
                    f"supports must name no keyword that fn does not take; got {keyword!r}"
                )
        allowed = names("allow", allow, POLICIES, "policies")
        return cls(fn, offered, allowed, precision(dtype), _limits(tolerances))

    @property
    def name(self) -> str:
        """What the implementation is called."""
        return str(getattr(self.fn, "__name__", type(self.fn).__name__))

    def ulps(self, check: str, family: str, otherwise: float) -> float:
        """How far a check may be off: its own word counts before that of its family."""
        by_family = self.tolerances.get(family, self.tolerances.get("", otherwise))
        return self.tolerances.get(check, by_family)


def function(name: str, value: Any) -> Callable[..., Any]:
    """What can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be callable; got {value!r}")
    found: Callable[..., Any] = value
    return found


def names(name: str, value: Any, known: Collection[str], what: str) -> frozenset[str]:
    """A collection of known names."""
    if isinstance(value, str) or not isinstance(value, Collection):
        raise TypeError(f"{name} must be a collection of names; got {value!r}")
    for each in value:
        if not isinstance(each, str) or each not in known:
            near = get_close_matches(str(each), known, 1, 0)
            raise ValueError(f"{name} must name {what}, such as {near[0]!r}; got {each!r}")
    return frozenset(value)


def features(value: Any) -> frozenset[str]:
    """What an implementation offers, one reduction at least."""
    found = names("supports", value, FEATURES, "features")
    if not found & {"none", "sum", "mean"}:
        raise ValueError(f"supports must name a reduction: none, sum or mean; got {sorted(found)}")
    return found


def chosen(only: Any) -> set[str]:
    """The names of the checks that are named, or whose families are."""
    some = set(_names_and_families()) if only is None else _some("only", only)
    if not some:
        raise ValueError(f"only must name a check or a family at least; got {only!r}")
    return {entry.name for entry in ENTRIES if entry.name in some or entry.family in some}


def _names_and_families() -> list[str]:
    families = dict.fromkeys(entry.family for entry in ENTRIES)
    return [*families, *(entry.name for entry in ENTRIES)]


def _some(name: str, value: Any) -> frozenset[str]:
    return names(name, value, _names_and_families(), "checks or families")


def _limits(tolerances: Any) -> Mapping[str, float]:
    if tolerances is None:
        return {}
    limits = {"": tolerances}
    if isinstance(tolerances, Mapping):
        limits = dict(tolerances)
        _some("tolerances", list(limits))
    for limit in limits.values():
        if isinstance(limit, bool) or not isinstance(limit, int | float | np.number):
            raise TypeError(f"tolerances must be numbers of ULPs; got {limit!r}")
        if not limit >= 0:
            raise ValueError(f"tolerances must not be negative; got {limit!r}")
    return {name: float(limit) for name, limit in limits.items()}

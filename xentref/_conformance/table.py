"""How a report reads: as lines of text, and as Markdown."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np

STATUSES = ("passed", "failed", "allowed", "not supported")


class Row(Protocol):
    """What is told of one check."""

    @property
    def name(self) -> str:
        """The name of the check."""

    @property
    def family(self) -> str:
        """Its family."""

    @property
    def status(self) -> str:
        """One of the four."""

    @property
    def remark(self) -> str:
        """In parentheses beside the status."""


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """How many checks have each status."""
    found = dict.fromkeys(STATUSES, 0)
    for row in rows:
        found[row.status] += 1
    return found


def totals(counts: Mapping[str, int]) -> str:
    """The counts in words; that of the failed ones always, the others where they are not 0."""
    words = [f"{n} {status}" for status, n in counts.items() if n or status == "failed"]
    return ", ".join(words)


def families(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each family, in order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.family, []).append(row)
    return found


def lines(rows: Iterable[Row]) -> list[str]:
    """A line for each check, under its family."""
    held = list(rows)
    width = max((len(row.name) for row in held), default=0)
    found = []
    for family, members in families(held).items():
        found.append(family)
        for row in members:
            remark = f" ({row.remark})" if row.remark else ""
            found.append(f"  {row.name:{width}}  {row.status}{remark}")
    return found


def summary(rows: Iterable[Row]) -> list[str]:
    """A line for each family."""
    held = families(rows)
    width = max(map(len, held), default=0)
    return [f"{family:{width}}  {totals(counted(members))}" for family, members in held.items()]


def markdown(rows: Iterable[Row]) -> list[str]:
    """A table with a row for each check."""
    found = ["| family | check | result |", "| --- | --- | --- |"]
    for row in rows:
        status = f"**{row.status}**" if row.status == "failed" else row.status
        remark = f" ({row.remark})" if row.remark else ""
        found.append(f"| {row.family} | `{row.name}` | {status}{remark} |")
    return found


def shown(value: Any) -> str:
    """An argument or a result, short enough to be read."""
    if isinstance(value, np.ndarray):
        return np.array2string(
            value,
            separator=", ",
            threshold=24,
            edgeitems=2,
            max_line_width=66,
            formatter={"float_kind": lambda number: f"{number:.6g}"},
        )
    return repr(value)


def arguments(values: Mapping[str, Any]) -> list[str]:
    """A line, or more, for each name and its value."""
    found = []
    width = max(map(len, values), default=0)
    for name, value in values.items():
        first, *others = shown(value).splitlines()
        found.append(f"{name:{width}} = {first}")
        found += [f"{'':{width}}   {line}" for line in others]
    return found


def data(value: Any) -> Any:
    """Lists and numbers as JSON has them; what is no number there is a string."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list):
        return [data(each) for each in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value

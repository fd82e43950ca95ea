"""The pencil: helpers that return SVG as text, and know nothing of any figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Words = Mapping[str, str]
Rows = Sequence[Sequence[float]]
Floats = npt.NDArray[np.float64]


class Scale(NamedTuple):
    """A straight map from numbers to places: `first` lies at `start`, `last` at `stop`."""

    first: float
    last: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Return the place of a number."""
        share = (value - self.first) / (self.last - self.first)
        return self.start + share * (self.stop - self.start)

    def __str__(self) -> str:
        """Return the four numbers as the live figure reads them."""
        return " ".join(f"{number:g}" for number in self)


def shown(value: float, decimals: int) -> str:
    """Return a number as it stands in a picture: fixed decimals, a true minus, no minus zero."""
    return f"{value:z.{decimals}f}".replace("-", "−")


def tag(name: str, *children: str, **attributes: object) -> str:
    """Return an element; `class_` means class, `data_x` means data-x, None leaves one out."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{place(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{pairs}>{''.join(children)}</{name}>"


def place(value: object) -> str:
    """Return an attribute's value; a place is given to a tenth of a unit."""
    return f"{round(float(value), 1):g}" if isinstance(value, (int, float)) else str(value)


def text(x: float, y: float, *parts: str, anchor: str | None = None, **attributes: object) -> str:
    """Return a line of text whose baseline starts, centres or ends at (x, y)."""
    return tag("text", *parts, x=x, y=y, text_anchor=anchor, **attributes)


def letter(name: str) -> str:
    """Return a mathematical letter, set in italics."""
    return tag("tspan", name, class_="xr-letter")


def power(exponent: str) -> str:
    """Return e with an exponent; the second shift takes the line down again."""
    raised = tag("tspan", exponent, dy=-5, class_="xr-small")
    return f"{letter('e')}{raised}{tag('tspan', '&#8203;', dy=5)}"


def ten_to(exponent: int) -> str:
    """Return a power of ten; the second shift takes the line down again."""
    raised = tag("tspan", shown(exponent, 0), dy=-5, class_="xr-small")
    return f"10{raised}{tag('tspan', '&#8203;', dy=5)}"


def value(name: str, number: float, decimals: int) -> str:
    """Return a number that the live figure rewrites."""
    return tag("tspan", shown(number, decimals), data_value=name)


def line(x1: float, y1: float, x2: float, y2: float, kind: str, **attributes: object) -> str:
    """Return a straight line of the kind axis, guide or key."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=f"xr-{kind}", **attributes)


def curve(points: Iterable[tuple[float, float]], kind: str = "curve", **attributes: object) -> str:
    """Return a line through points."""
    path = " ".join(f"{place(float(x))},{place(float(y))}" for x, y in points)
    return tag("polyline", points=path, class_=f"xr-{kind}", **attributes)


def dot(x: float, y: float, kind: str = "dot", **attributes: object) -> str:
    """Return a round mark."""
    return tag("circle", cx=x, cy=y, r=5, class_=f"xr-{kind}", **attributes)


def bar(x1: float, x2: float, y: float, height: float, kind: str, **attributes: object) -> str:
    """Return a horizontal bar between two places, in either order."""
    return tag(
        "rect",
        x=min(x1, x2),
        y=y,
        width=abs(x2 - x1),
        height=height,
        class_=f"xr-{kind}",
        **attributes,
    )


def x_axis(x: Scale, y: float, ticks: Sequence[float], decimals: int = 0) -> str:
    """Return a horizontal axis at the height y with its ticks and their numbers."""
    marks = [line(x.start, y, x.stop, y, "axis")]
    for tick in ticks:
        marks.append(line(x(tick), y, x(tick), y + 4, "axis"))
        marks.append(
            text(x(tick), y + 18, shown(tick, decimals), anchor="middle", class_="xr-tick")
        )
    return "".join(marks)


def y_axis(y: Scale, x: float, ticks: Sequence[float], decimals: int = 0) -> str:
    """Return a vertical axis at x with its ticks and their numbers."""
    marks = [line(x, y.start, x, y.stop, "axis")]
    for tick in ticks:
        marks.append(line(x - 4, y(tick), x, y(tick), "axis"))
        marks.append(
            text(x - 8, y(tick) + 4.5, shown(tick, decimals), anchor="end", class_="xr-tick")
        )
    return "".join(marks)


def right_axis(y: Scale, x: float, ticks: Sequence[float], decimals: int = 0) -> str:
    """Return a vertical axis whose numbers stand on its right."""
    marks = [line(x, y.start, x, y.stop, "axis")]
    for tick in ticks:
        marks.append(line(x, y(tick), x + 4, y(tick), "axis"))
        marks.append(text(x + 8, y(tick) + 4.5, shown(tick, decimals), class_="xr-tick"))
    return "".join(marks)


def svg(width: int, height: int, *marks: str, **attributes: object) -> str:
    """Return a picture, as wide as its place on the page allows."""
    return tag("svg", *marks, viewBox=f"0 0 {width} {height}", aria_hidden="true", **attributes)

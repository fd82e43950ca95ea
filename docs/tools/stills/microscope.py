"""What four number formats make of two scores that are a gap apart."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import NamedTuple

import numpy as np

import xentref
from docs.tools.stills.controls import Choice, Slider, Still
from docs.tools.stills.drawing import (
    Scale,
    Words,
    bar,
    dot,
    letter,
    line,
    power,
    svg,
    tag,
    text,
    value,
    x_axis,
)

_NAMES = ("up", "down", "p", "doubt", "naive", "stable")


class _Format(NamedTuple):
    """A number format: its name, its binary digits after the point, its least normal exponent."""

    name: str
    digits: int
    least: int
    dtype: type[np.floating] | None  # NumPy has no bfloat16

    def stored(self, number: float) -> float:
        """Return the nearest number that the format has, of two equally near ones the even one."""
        with np.errstate(over="ignore", under="ignore"):
            if self.dtype is not None:
                return float(self.dtype(number))
            step = 2.0 ** (max(np.frexp(number)[1] - 1, self.least) - self.digits)
            nearest = float(np.rint(number / step) * step)
            return nearest if nearest <= self.largest else np.inf

    def wide(self, number: float) -> float:
        """Return a step on the way to a result: 16 bits are widened to 32, as PyTorch does it."""
        return number if self.name == "float64" else float(np.float32(number))

    @property
    def largest(self) -> float:
        return (2 - 2.0**-self.digits) * 2.0 ** (1 - self.least)

    @property
    def last(self) -> dict[str, float]:
        """The gap from which each number is lost: to infinity, to 0, or to 1."""
        zero = (self.digits - self.least + 1) * np.log(2)
        # With 32 bits or more, 1 + e^-g rounds to 1; with 16, only p is rounded.
        one = (self.digits + 1) * np.log(2)
        if self.wide(0.1) != self.stored(0.1):
            one = np.log(2.0 ** (self.digits + 2) - 1)
        # Half a step beyond the largest number rounding still comes back to it.
        top = np.log(2 - 2.0 ** -(self.digits + 1)) + (1 - self.least) * np.log(2)
        return dict(zip(_NAMES, (top, zero, one, one, one, zero), strict=True))


FORMATS = (
    _Format("float16", 10, -14, np.float16),
    _Format("bfloat16", 7, -126, None),
    _Format("float32", 23, -126, np.float32),
    _Format("float64", 52, -1022, np.float64),
)

_MINUS_G = f"−{letter('g')}"
_PANELS = (
    (("up", power(letter("g")), "∞"), ("down", power(_MINUS_G), "0"), ("p", letter("p"), "1")),
    (
        ("doubt", f"1 − {letter('p')}", "0"),
        ("naive", f"−ln {letter('p')}", "0"),
        ("stable", f"log1p({power(_MINUS_G)})", "0"),
    ),
)


def stored(number_format: _Format, g: float) -> dict[str, float]:
    """Return each number as the format has it, computed from what the format has before it."""
    fit, wide = number_format.stored, number_format.wide
    with np.errstate(over="ignore", under="ignore"):
        up, down = np.exp(np.float64(g)), np.exp(np.float64(-g))
        p = fit(wide(1 / wide(1 + wide(down))))
        numbers = (fit(up), fit(down), p, fit(1 - p), fit(abs(np.log(p))), fit(np.log1p(fit(down))))
    return dict(zip(_NAMES, numbers, strict=True))


def exact(g: float) -> dict[str, float]:
    """Return each number with many more digits than are shown."""
    p, doubt = xentref.softmax([g, 0.0])
    p = min(p, np.nextafter(1.0, 0.0))  # it is less than 1 even where float64 says 1
    loss = float(xentref.cross_entropy([g, 0.0], 0))
    numbers = (np.exp(g), np.exp(-g), p, doubt, loss, loss)
    return dict(zip(_NAMES, map(float, numbers), strict=True))


def said(name: str, number: float) -> str:
    """Return a number as it is shown: a probability with ten decimals, others with three digits.

    A number half-way goes up, as in JavaScript; Python's own formats would take the even digit.
    """
    if number in (0, 1, np.inf):
        return "∞" if number > 1 else f"{number:.0f}"
    if name == "p":
        form = ".10f"
    else:
        form = f".{2 - int(np.floor(np.log10(number)))}f" if 1e-3 <= number < 1e3 else ".2e"
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP
        digits = format(Decimal(number), form)
    if digits == "1.0000000000":
        return "0.9999999999…"
    return digits.replace("e+", "e").replace("-", "−")


def lost(name: str, number: float) -> bool:
    """Return whether the format has no digit of a number left."""
    return number in (0, np.inf) or (name == "p" and number == 1)


def microscope(words: Words, g: float, dtype: int) -> str:
    """Draw six numbers for a gap, as a format has them and exactly, and how far each lasts."""
    chosen = FORMATS[dtype]
    have, want, last = stored(chosen, g), exact(g), chosen.last
    return "".join(
        _panel(words, g, chosen.name, rows, have, want, last, side)
        for side, rows in enumerate(_PANELS)
    )


def _panel(
    words: Words,
    g: float,
    name: str,
    rows: tuple[tuple[str, str, str], ...],
    have: dict[str, float],
    want: dict[str, float],
    last: dict[str, float],
    side: int,
) -> str:
    x, floor = Scale(0, 120, 8, 336), 218.0
    marks = [
        line(x(g), 34, x(g), floor, "guide", data_mark=f"guide{side}"),
        text(8, 20, f"{letter('g')} = {value('g', g, 1)}", class_="xr-heading"),
        text(222, 20, tag("tspan", name, data_value="dtype"), anchor="end", class_="xr-heading"),
        text(344, 20, words["exact"], anchor="end", class_="xr-title"),
        x_axis(x, floor, range(0, 121, 20)),
        text(344, floor + 38, f"{words['gap']} {letter('g')}", anchor="end", class_="xr-title"),
    ]
    for row, (key, symbol, end) in enumerate(rows):
        y = 54 + 54 * row
        kind = "xr-lost" if lost(key, have[key]) else "xr-clear"
        limit = f"{value(f'{key}-last', last[key], 2)} → {end}"
        marks += [
            text(8, y, symbol, class_="xr-clear"),
            text(
                222,
                y,
                tag("tspan", said(key, have[key]), data_value=key),
                anchor="end",
                class_=kind,
                data_mark=key,
            ),
            text(
                344,
                y,
                tag("tspan", said(key, want[key]), data_value=f"{key}-exact"),
                anchor="end",
                class_="xr-title xr-clear",
            ),
            bar(x.start, x.stop, y + 8, 6, "track"),
            bar(x.start, x(min(last[key], x.last)), y + 8, 6, "bar", data_mark=f"{key}-range"),
            text(
                min(max(x(last[key]), 40), 300),
                y + 28,
                limit,
                anchor="middle",
                class_="xr-tick xr-clear",
                data_mark=f"{key}-end",
            ),
        ]
    marks += [
        dot(x(g), floor, "handle", data_mark=f"handle{side}"),
        bar(0, 352, 26, floor - 6, "grip", data_grip=f"gap{side}"),
    ]
    return svg(352, 262, *marks, data_panel=f"side{side}", data_x=x)


STILL = Still(
    microscope,
    ("gap", "exact", "format", "dtype", "reset", "summary"),
    controls=(
        Slider("g", "gap", 0, 120, 0.5, 20),
        Choice("dtype", "format", tuple(("dtype", each.name) for each in FORMATS), start=2),
    ),
    placeholders={
        "dtype": ("k",),
        "summary": ("dtype", "g", "p", "doubt", "naive", "stable", "exact"),
    },
)

"""The loss of a right answer over the gap: the true one, and what float32 makes of it."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Still
from docs.tools.stills.drawing import (
    Scale,
    Words,
    curve,
    dot,
    letter,
    line,
    svg,
    ten_to,
    text,
    value,
    x_axis,
)


def tail(words: Words) -> str:
    """The loss of a right answer over the gap: the true one, and what float32 makes of it."""
    x, y, zero = Scale(12, 22, 60, 384), Scale(-5, -10, 40, 236), 262.0
    gaps = np.arange(1200, 2201) / 100
    scores = np.stack([gaps, np.zeros_like(gaps)], axis=1)
    exact = np.asarray(xentref.cross_entropy(scores, np.zeros(1001, int), reduction="none"))
    float32 = np.log(np.float32(1) + np.exp(-gaps.astype(np.float32)))
    cliff, shows = float(gaps[float32 == 0][0]), float(xentref.cross_entropy([20.0, 0.0], 0))

    def height(loss: float) -> float:
        # 0 has no place on a logarithmic axis, and gets a row below it.
        return y(float(np.log10(loss))) if loss else zero

    falls = (np.flatnonzero(np.diff(float32)) + 1).tolist()
    corners = [(k, level) for k in falls for level in (k - 1, k)]
    stairs = [(0, 0), *corners, (gaps.size - 1, gaps.size - 1)]
    marks = [
        text(12, 20, words["loss"], class_="xr-title"),
        x_axis(x, 286, range(12, 23, 2)),
        line(x.start, y.start, x.start, y.stop, "axis"),
        *(line(x.start - 4, y(n), x.start, y(n), "axis") for n in range(-10, -4)),
        *(
            text(x.start - 8, y(n) + 4.5, ten_to(n), anchor="end", class_="xr-tick")
            for n in range(-10, -4)
        ),
        line(x.start - 4, zero, x.start, zero, "axis"),
        text(x.start - 8, zero + 4.5, "0", anchor="end", class_="xr-tick"),
        curve((x(gaps[k]), height(float32[level])) for k, level in stairs),
        curve(((x(gaps[k]), height(exact[k])) for k in range(0, 1001, 100)), "curve-dashed"),
        dot(x(20), height(shows)),
        text(x(20), height(shows) - 28, words["exact"]),
        text(x(20), height(shows) - 11, f"{value('mantissa', shows * 1e9, 2)} × {ten_to(-9)}"),
        dot(x(cliff), zero, "ring"),
        text(x(cliff) + 10, zero - 10, words["float32"]),
        text(x(cliff) - 10, zero + 5, value("cliff", cliff, 2), anchor="end"),
        text(384, 324, f"{words['gap']} {letter('g')}", anchor="end", class_="xr-title"),
    ]
    return svg(400, 332, *marks)


STILL = Still(tail, ("gap", "loss", "exact", "float32"))

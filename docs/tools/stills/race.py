"""The slopes of cross-entropy and squared error at label 1, and who gets there first."""

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
    text,
    value,
    x_axis,
    y_axis,
)

_RACERS = (("ce", "curve"), ("mse", "curve-dashed"))


def race(words: Words) -> str:
    """The slopes of cross-entropy and squared error at label 1, and who gets there first."""
    return _slopes(words) + _steps(words)


def _slope_of(loss: str, z: float) -> float:
    """Return the slope at label 1 of cross-entropy ("ce") or half the squared error ("mse")."""
    if loss == "ce":
        return float(xentref.binary_cross_entropy_with_logits_grad(z, 1.0))
    p = float(xentref.sigmoid(z))
    return (p - 1) * p * (1 - p)


def _slopes(words: Words) -> str:
    """Draw how hard each loss pulls at the score; the squared error at most with 4/27."""
    x, y = Scale(-8, 8, 36, 340), Scale(0, 1, 216, 40)
    peak = -float(np.log(2))  # the score of probability 1/3
    most = -_slope_of("mse", peak)
    marks = [
        text(8, 20, words["slope"], class_="xr-title"),
        x_axis(x, y(0), range(-8, 9, 4)),
        y_axis(y, x(-8), [0, 0.5, 1], 1),
        *(
            curve(((x(z), y(-_slope_of(loss, z))) for z in np.linspace(-8, 8, 49).tolist()), kind)
            for loss, kind in _RACERS
        ),
        text(x(-7.6), y(1) + 24, words["ce"]),
        dot(x(peak), y(most)),
        text(x(peak) - 10, y(most) - 30, words["mse"], anchor="end"),
        text(x(peak) - 10, y(most) - 12, f"4/27 ≈ {value('peak', most, 3)}", anchor="end"),
        text(340, 256, f"{words['score']} {letter('z')}", anchor="end", class_="xr-title"),
    ]
    return svg(352, 264, *marks)


def _steps(words: Words) -> str:
    """Draw the probability after each step of size 1 from z = -8, and the step that passes 0.9."""
    x, y = Scale(0, np.log10(5000), 36, 340), Scale(0, 1, 216, 40)
    counts = np.unique(np.logspace(0, np.log10(5000), 60).astype(int))
    marks = [
        text(8, 20, f"{words['probability']} {letter('p')}", class_="xr-title"),
        x_axis(x, y(0), []),
        *(line(x(k), y(0), x(k), y(0) + 4, "axis") for k in range(4)),
        *(text(x(k), y(0) + 18, str(10**k), anchor="middle", class_="xr-tick") for k in range(4)),
        y_axis(y, x(0), [0, 0.5, 0.9], 1),
        line(x.start, y(0.9), x.stop, y(0.9), "guide"),
        text(340, 256, words["step"], anchor="end", class_="xr-title"),
    ]
    for loss, kind in _RACERS:
        z, p = -8.0, []
        for _ in range(5000):
            z -= _slope_of(loss, z)
            p.append(float(xentref.sigmoid(z)))
        arrived = next(step for step, q in enumerate(p, 1) if q > 0.9)
        side, height, anchor = (4, y(0.6), None) if loss == "ce" else (-4, y(0.3), "end")
        label = x(np.log10(arrived)) + side
        marks += [
            curve(((x(np.log10(n)), y(p[n - 1])) for n in counts), kind),
            dot(x(np.log10(arrived)), y(p[arrived - 1])),
            text(label, height, words[loss], anchor=anchor, class_="xr-clear"),
            text(label, height + 18, value(loss, arrived, 0), anchor=anchor, class_="xr-clear"),
        ]
    return svg(352, 264, *marks)


STILL = Still(race, ("slope", "score", "ce", "mse", "probability", "step"))

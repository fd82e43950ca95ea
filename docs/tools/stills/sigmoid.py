"""The sigmoid: σ(0) is one half, and two scores that mirror each other share the whole."""

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
    shown,
    svg,
    text,
    value,
    x_axis,
    y_axis,
)


def sigmoid(words: Words) -> str:
    """The curve of σ(s) from 0 to 1, with σ(0) = 0.5 and two points that mirror each other."""
    x, y = Scale(-6, 6, 44, 384), Scale(0, 1, 196, 40)
    scores = np.linspace(-6, 6, 61)
    marks = [
        x_axis(x, y(0), range(-6, 7, 2)),
        y_axis(y, x(-6), [0, 0.5, 1], 1),
        line(x(-6), y(1), x(6), y(1), "guide"),
        line(x(0), y(0), x(0), y(1), "guide"),
        curve((x(s), y(float(xentref.sigmoid(s)))) for s in scores),
    ]
    for score, decimals in ((-2, 4), (0, 1), (2, 4)):
        probability = float(xentref.sigmoid(score))
        side = -1 if score < 0 else 1
        label = text(
            x(score) + 12 * side,
            y(probability) + (-4 if side < 0 else 14),
            f"{letter('σ')}({shown(score, 0)}) = {value(f'σ({score})', probability, decimals)}",
            anchor="end" if side < 0 else None,
        )
        marks += [dot(x(score), y(probability), "dot" if score == 0 else "ring"), label]
    marks += [
        text(12, 20, f"{words['probability']} {letter('σ')}({letter('s')})", class_="xr-title"),
        text(384, 236, f"{words['score']} {letter('s')}", anchor="end", class_="xr-title"),
    ]
    return svg(400, 244, *marks)


STILL = Still(sigmoid, ("score", "probability"))

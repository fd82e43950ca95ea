"""The curve of -ln p."""

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


def surprisal(words: Words) -> str:
    """The curve of -ln p: a label given 0.4 costs 0.9163, one given 0.98 costs 0.0202."""
    x, y = Scale(0, 1, 44, 384), Scale(0, 5, 216, 40)
    marks = [
        x_axis(x, y(0), [0, 0.2, 0.4, 0.6, 0.8, 1], 1),
        y_axis(y, x(0), range(6)),
        curve((x(p), y(loss)) for p, loss in minus_log(5)),
    ]
    for p, right, up in ((0.4, 8, 14), (0.98, 6, 24)):
        loss = float(xentref.binary_cross_entropy(p, 1.0))
        label = f"−ln {p} = {value(f'-ln {p}', loss, 4)}"
        anchor = "end" if p > 0.8 else None
        marks += [
            line(x(p), y(0), x(p), y(loss), "guide"),
            dot(x(p), y(loss)),
            text(x(p) + right, y(loss) - up, label, anchor=anchor),
        ]
    marks += [
        text(12, 20, f"{words['loss']} −ln {letter('p')}", class_="xr-title"),
        text(384, 256, f"{words['probability']} {letter('p')}", anchor="end", class_="xr-title"),
    ]
    return svg(400, 264, *marks)


def minus_log(most: float) -> list[tuple[float, float]]:
    """Return points (p, -ln p) up to the height `most`, close together where the curve bends."""
    steep, flat = np.exp(-np.linspace(0, most, 25)), np.linspace(0.05, 1, 39)
    p = np.unique(np.concatenate([steep, flat]))
    return [(q, float(xentref.binary_cross_entropy(q, 1.0))) for q in p.tolist()]


STILL = Still(surprisal, ("probability", "loss"))

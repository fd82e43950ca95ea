"""One curve of -log p against three axes, one for each unit."""

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
    right_axis,
    svg,
    text,
    value,
    x_axis,
    y_axis,
)


def units(words: Words) -> str:
    """One curve of -log p against three axes; each unit has its own probability that gives 1."""
    most, x = 5.0, Scale(0, 1, 44, 300)
    y = Scale(0, most, 284, 40)
    bases = {"bits": 2.0, "nats": float(np.e), "hartleys": 10.0}
    scales = {
        unit: Scale(0, most * float(xentref.self_information(0.5, base)), y.start, y.stop)
        for unit, base in bases.items()
    }
    sides = {"bits": x.start, "nats": 314.0, "hartleys": 372.0}
    p = np.unique(np.concatenate([2.0 ** -np.linspace(0, most, 41), np.linspace(0.05, 1, 39)]))
    marks = [
        x_axis(x, y(0), [0, 0.2, 0.4, 0.6, 0.8, 1], 1),
        y_axis(scales["bits"], sides["bits"], range(6)),
        right_axis(scales["nats"], sides["nats"], range(4)),
        right_axis(scales["hartleys"], sides["hartleys"], [0, 0.5, 1, 1.5], 1),
        curve((x(q), y(float(xentref.self_information(q, 2)))) for q in p.tolist()),
    ]
    fractions = {"bits": "1/2", "nats": f"1/{letter('e')}", "hartleys": "1/10"}
    for unit, base in bases.items():
        one, height = 1 / base, scales[unit](float(xentref.self_information(1 / base, base)))
        about = "≈" if unit == "nats" else "="
        label = f"{fractions[unit]} {about} {value(unit, one, 3 if unit == 'nats' else 1)}"
        marks += [
            line(x(one), height, sides[unit], height, "guide"),
            dot(x(one), height),
            text(x(one) + 8, height - 8, label, class_="xr-clear"),
        ]
    marks += [
        text(12, 20, words["bits"], class_="xr-title"),
        text(sides["nats"], 20, words["nats"], anchor="middle", class_="xr-title"),
        text(412, 20, words["hartleys"], anchor="end", class_="xr-title"),
        text(300, 324, f"{words['probability']} {letter('p')}", anchor="end", class_="xr-title"),
    ]
    return svg(424, 332, *marks)


STILL = Still(units, ("probability", "bits", "nats", "hartleys"))

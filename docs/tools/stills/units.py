"""One curve of -log p against three axes, one for each unit."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Choice, Slider, Still
from docs.tools.stills.drawing import (
    Scale,
    Words,
    bar,
    curve,
    dot,
    letter,
    line,
    right_axis,
    svg,
    tag,
    text,
    value,
    x_axis,
    y_axis,
)

_BASES = {"bits": 2.0, "nats": float(np.e), "hartleys": 10.0}
_FRACTIONS = {"bits": "1/2", "nats": f"1/{letter('e')}", "hartleys": "1/10"}
_MOST = 7.0  # bits


def units(words: Words, p: float, unit: int) -> str:
    """One curve of -log p against three axes; a point of it read in all, one chosen."""
    x, y = Scale(0, 1, 36, 296), Scale(0, _MOST, 268, 44)
    sides = {"bits": 36.0, "nats": 308.0, "hartleys": 352.0}
    kinds = ["xr-strong" if k == unit else "xr-title" for k in range(3)]
    scales = {
        name: Scale(0, _MOST * float(xentref.self_information(0.5, base)), y.start, y.stop)
        for name, base in _BASES.items()
    }
    places = np.unique(np.append(2.0 ** -np.linspace(0, _MOST, 57), np.linspace(0.05, 1, 39)))
    place, height = x(p), y(float(xentref.self_information(p, 2)))
    marks = [
        line(place, height, place, y(0), "reach", data_mark="drop"),
        line(place, height, list(sides.values())[unit], height, "reach", data_mark="reach"),
        x_axis(x, y(0), [0, 0.2, 0.4, 0.6, 0.8, 1], 1),
        y_axis(scales["bits"], sides["bits"], range(8)),
        right_axis(scales["nats"], sides["nats"], range(5)),
        right_axis(scales["hartleys"], sides["hartleys"], [0, 0.5, 1, 1.5, 2], 1),
        curve((x(q), y(float(xentref.self_information(q, 2)))) for q in places.tolist()),
    ]
    for name, base in _BASES.items():
        one, level = 1 / base, scales[name](1)
        shown_as, decimals = ("≈", 3) if name == "nats" else ("=", 1)
        label = f"{_FRACTIONS[name]} {shown_as} {value(f'one-{name}', one, decimals)}"
        aside = (
            (x(one) - 8, level + 20, "end") if name == "bits" else (x(one) + 10, level - 9, None)
        )
        marks += [
            line(x(one), level, sides[name], level, "guide"),
            dot(x(one), level, "ring"),
            text(aside[0], aside[1], label, anchor=aside[2], class_="xr-clear"),
        ]
    marks += [
        dot(place, height, "handle", data_mark="point"),
        text(36, 22, words["bits"], anchor="middle", class_=kinds[0], data_mark="bits-title"),
        text(308, 22, words["nats"], anchor="middle", class_=kinds[1], data_mark="nats-title"),
        text(334, 22, words["hartleys"], class_=kinds[2], data_mark="hartleys-title"),
        text(296, 304, f"{words['probability']} {letter('p')}", anchor="end", class_="xr-title"),
        text(36, 304, f"{letter('p')} = {value('p', p, 2)}", class_="xr-strong"),
        bar(x(0), x(1), y(_MOST), y(0) - y(_MOST) + 16, "grip", data_grip="point"),
    ]
    parts = []
    for name, base, kind in zip(_BASES, _BASES.values(), kinds, strict=True):
        surprise = value(name, float(xentref.self_information(p, base)), 4)
        parts.append(tag("tspan", f"{surprise} {words[name]}", class_=kind, data_mark=name))
    marks.append(text(200, 332, " = ".join(parts), anchor="middle"))
    places_of_axes = " ".join(f"{side:g}" for side in sides.values())
    return svg(400, 340, *marks, data_panel="curve", data_x=x, data_y=y, data_sides=places_of_axes)


STILL = Still(
    units,
    ("probability", "bits", "nats", "hartleys", "unit", "reset", "summary"),
    controls=(
        Slider("p", "probability", 0.01, 1, 0.01, 0.25, decimals=2),
        Choice("unit", "unit", (("bits", ""), ("nats", ""), ("hartleys", ""))),
    ),
    placeholders={"summary": ("p", "bits", "nats", "hartleys")},
)

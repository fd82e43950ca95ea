"""Scores, probabilities, and the loss of the label."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Choice, Slider, Still
from docs.tools.stills.drawing import (
    Floats,
    Scale,
    Words,
    bar,
    curve,
    dot,
    letter,
    line,
    power,
    svg,
    tag,
    text,
    value,
    x_axis,
    y_axis,
)
from docs.tools.stills.surprisal import minus_log

_ROWS = (44, 88)  # the baselines of the two classes, the same in both panels
_SUBSCRIPTS = "₀₁"


def pipeline(words: Words, z0: float, z1: float, label: int) -> str:
    """Two scores, their probabilities, and the loss of the label."""
    z = np.array([z0, z1])
    return _scores(words, z, label) + _probabilities(words, z, label)


def _scores(words: Words, z: Floats, label: int) -> str:
    """Draw the scores as bars from zero, and the calculation under them."""
    x = Scale(-4, 4, 12, 288)
    marks = [
        text(12, 18, f"{words['scores']} {letter('z')}", class_="xr-heading"),
        x_axis(x, 120, range(-4, 5, 2)),
        line(x(0), 50, x(0), 120, "axis"),
    ]
    for k, y in enumerate(_ROWS):
        name = f"z{k}"
        marks += [
            text(12, y, f"{letter('z')}{_SUBSCRIPTS[k]} = {value(name, z[k], 1)}"),
            line(x(-4), y + 14, x(4), y + 14, "rail"),
            bar(x(0), x(z[k]), y + 9, 10, "bar-score", data_mark=f"{name}-bar"),
            dot(x(z[k]), y + 14, "handle", data_mark=f"{name}-handle"),
            bar(0, 300, y - 14, 40, "grip", data_grip=name),
        ]

    powers, p = np.exp(z), xentref.softmax(z)
    total = value("sum", powers.sum(), 4)
    steps = [
        (power(f"{letter('z')}{_SUBSCRIPTS[k]}"), value(f"e{k}", powers[k], 4)) for k in (0, 1)
    ]
    steps.append(("Σ", total))
    for k in (0, 1):
        quotient = f"{value(f'e{k}', powers[k], 4)} / {total} = {value(f'p{k}', p[k], 4)}"
        steps.append((f"{letter('p')}{_SUBSCRIPTS[k]}", quotient))
    chosen = tag("tspan", _SUBSCRIPTS[label], data_value="subscript")
    loss = float(xentref.cross_entropy(z, label))
    steps.append((f"−ln {letter('p')}{chosen}", value("loss", loss, 5)))
    for row, (left, right) in enumerate(steps):
        y = 186 + 26 * row
        kind = "xr-strong" if row == len(steps) - 1 else None
        marks += [
            text(72, y, left, anchor="end", class_=kind),
            text(80, y, f"= {right}", class_=kind),
        ]
    return svg(300, 340, *marks, data_panel="scores", data_x=x)


def _probabilities(words: Words, z: Floats, label: int) -> str:
    """Draw the probabilities as bars and, on the same axis, the curve on which the loss is read."""
    x, y = Scale(0, 1, 32, 344), Scale(0, 8, 300, 150)
    p, loss = xentref.softmax(z), float(xentref.cross_entropy(z, label))
    heading = f"{words['probabilities']} {letter('p')} = softmax({letter('z')})"
    marks = [
        text(32, 18, heading, class_="xr-heading"),
        x_axis(x, y(0), [0, 0.25, 0.5, 0.75, 1], 2),
        y_axis(y, x(0), range(0, 9, 2)),
        text(344, 166, f"{words['loss']} −ln {letter('p')}", anchor="end", class_="xr-heading"),
        curve((x(q), y(height)) for q, height in minus_log(8)),
    ]
    for k, row in enumerate(_ROWS):
        marks += [
            bar(x(0), x(1), row + 9, 10, "track"),
            bar(
                x(0),
                x(p[k]),
                row + 9,
                10,
                "bar" if k == label else "bar-other",
                data_mark=f"p{k}-bar",
            ),
        ]
    end, height = x(p[label]), y(loss)
    marks += [
        line(end, _ROWS[label] + 19, end, height, "guide", data_mark="drop"),
        line(x(0), height, end, height, "guide", data_mark="reach"),
    ]
    for k, row in enumerate(_ROWS):
        symbol = f"{letter('p')}{_SUBSCRIPTS[k]}"
        marks += [
            text(32, row, f"{symbol} = {value(f'p{k}', p[k], 4)}", class_="xr-clear"),
            bar(0, 360, row - 14, 40, "grip", data_grip=f"p{k}"),
        ]
    marks += [
        text(344, _ROWS[label], words["label"], anchor="end", class_="xr-tag", data_mark="tag"),
        dot(end, height, "handle", data_mark="point"),
        text(
            min(end + 10, 300),
            height - 10,
            value("loss", loss, 5),
            class_="xr-strong xr-clear",
            data_mark="loss-label",
        ),
        bar(0, 360, y(8), y(0) - y(8) + 10, "grip", data_grip="point"),
    ]
    return svg(360, 340, *marks, data_panel="probabilities", data_x=x, data_y=y)


STILL = Still(
    pipeline,
    ("scores", "probabilities", "loss", "label", "class", "score", "reset", "summary"),
    controls=(
        Slider("z0", "score", -4, 4, 0.1, 0, k="0"),
        Slider("z1", "score", -4, 4, 0.1, 1, k="1"),
        Choice("label", "label", (("class", "0"), ("class", "1"))),
    ),
    placeholders={
        "class": ("k",),
        "score": ("k",),
        "summary": ("z0", "z1", "label", "p0", "p1", "loss"),
    },
)

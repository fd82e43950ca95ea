"""The loss while learning, in PyTorch and in NumPy, read from the output of the page."""

from __future__ import annotations

from math import ceil, exp

import numpy as np

import xentref
from docs.tools.stills.controls import Slider, Still
from docs.tools.stills.drawing import (
    Rows,
    Scale,
    Words,
    bar,
    curve,
    dot,
    letter,
    line,
    power,
    svg,
    text,
    value,
    x_axis,
    y_axis,
)

_EPOCHS = 15


def loss_curves(words: Words, rows: Rows, *, epoch: float) -> str:
    """The loss while learning, in torch and in NumPy, and what both are after some epochs.

    Raises:
        ValueError: If the rows are not those of all epochs, in order.
    """
    if [row[0] for row in rows] != list(range(_EPOCHS + 1)):
        raise ValueError(
            f"output-of: the output must have a line for each epoch from 0 to {_EPOCHS}"
        )
    chance = float(xentref.cross_entropy(np.zeros(10), 0))
    top = ceil(2 * max(chance, *(max(losses) for _, *losses in rows))) / 2
    x, y = Scale(0, _EPOCHS, 44, 384), Scale(0, top, 216, 40)
    _, torch, numpy = rows[int(epoch)]
    marks = [
        x_axis(x, y(0), range(0, _EPOCHS + 1, 5)),
        y_axis(y, x.start, np.arange(0, top + 0.1, 0.5).tolist(), 1),
        line(x.start, y(chance), x.stop, y(chance), "guide"),
        text(x.stop, y(chance) - 6, f"ln 10 = {value('ln 10', chance, 4)}", anchor="end"),
        curve([(x(step), y(loss)) for step, loss, _ in rows], "curve-wide"),
        curve([(x(step), y(loss)) for step, _, loss in rows], "curve-dashed"),
        text(12, 20, f"{words['loss']} {letter('L')}", class_="xr-title"),
        text(384, 256, words["epoch"], anchor="end", class_="xr-title"),
        text(262, y(chance) + 34, words["epoch"], class_="xr-strong"),
        text(384, y(chance) + 34, value("epoch", epoch, 0), anchor="end", class_="xr-strong"),
    ]
    losses = (("torch", "curve-wide", torch), ("numpy", "curve-dashed", numpy))
    for k, (name, kind, loss) in enumerate(losses):
        height = y(chance) + 58 + 24 * k
        marks += [
            curve([(216, height - 5), (252, height - 5)], kind),
            text(262, height, words[name]),
            text(384, height, value(name, loss, 4), anchor="end"),
        ]
    height = y(chance) + 106
    marks += [
        text(262, height, power(f"−{letter('L')}")),
        text(384, height, value("probability", exp(-torch), 4), anchor="end"),
        line(x(epoch), y(torch), x(epoch), y(0), "reach", data_mark="drop"),
        dot(x(epoch), y(torch), "handle", data_mark="point"),
        bar(x(0), x(_EPOCHS), y(top), y(0) - y(top), "grip", data_grip="epoch"),
    ]
    known = ";".join(" ".join(f"{loss:g}" for loss in losses) for _, *losses in rows)
    return svg(400, 264, *marks, data_panel="curves", data_x=x, data_y=y, data_losses=known)


STILL = Still(
    loss_curves,
    ("epoch", "loss", "torch", "numpy", "reset", "summary"),
    controls=(Slider("epoch", "epoch", 0, _EPOCHS, 1, 3, decimals=0),),
    placeholders={"summary": ("epoch", "torch", "numpy", "probability")},
    reads_output=True,
)

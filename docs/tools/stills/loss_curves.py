"""The loss while learning, in PyTorch and in NumPy, read from the output of the page."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Still
from docs.tools.stills.drawing import (
    Rows,
    Scale,
    Words,
    curve,
    line,
    shown,
    svg,
    text,
    value,
    x_axis,
    y_axis,
)


def loss_curves(words: Words, rows: Rows) -> str:
    """The loss while learning, in torch and in NumPy, read from the page's verified output."""
    steps, torch, numpy = np.array(rows, dtype=np.float64).T
    chance = float(xentref.cross_entropy(np.zeros(10), 0))
    top = np.ceil(2 * max(chance, torch.max(), numpy.max())) / 2
    x, y = Scale(steps.min(), steps.max(), 44, 384), Scale(0, top, 216, 40)
    marks = [
        x_axis(x, y(0), _round_ticks(steps.min(), steps.max())),
        y_axis(y, x.start, np.arange(0, top + 0.1, 0.5).tolist(), 1),
        line(x.start, y(chance), x.stop, y(chance), "guide"),
        text(x.stop, y(chance) - 6, f"ln 10 = {value('ln 10', chance, 4)}", anchor="end"),
        curve([(x(step), y(loss)) for step, loss, _ in rows], "curve-wide"),
        curve([(x(step), y(loss)) for step, _, loss in rows], "curve-dashed"),
        text(12, 20, words["loss"], class_="xr-title"),
        text(384, 256, words["step"], anchor="end", class_="xr-title"),
    ]
    for k, (name, kind) in enumerate((("torch", "curve-wide"), ("numpy", "curve-dashed"))):
        height = y(chance) + 34 + 24 * k
        last = rows[-1][1 + k]
        marks += [
            curve([(216, height - 5), (252, height - 5)], kind),
            text(262, height, words[name]),
            text(384, height, value(name, last, 4), anchor="end"),
        ]
    return svg(400, 264, *marks, data_first=shown(rows[0][1], 4))


def _round_ticks(first: float, last: float) -> list[float]:
    """Return at most seven round numbers from first to last."""
    sizes = (size * 10**power for power in range(9) for size in (1, 2, 5))
    step = next(size for size in sizes if (last - first) / size <= 6)
    return [step * k for k in range(int(np.ceil(first / step)), int(last // step) + 1)]


STILL = Still(loss_curves, ("step", "loss", "torch", "numpy"), reads_output=True)

"""What class weights do to the best prediction, and to the loss that has its foot there."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Slider, Still
from docs.tools.stills.drawing import (
    Floats,
    Scale,
    Words,
    bar,
    curve,
    dot,
    letter,
    line,
    place,
    svg,
    tag,
    text,
    value,
    x_axis,
    y_axis,
)

_SUBSCRIPTS = "₀₁"


def weights(words: Words, q1: float, w0: float, w1: float) -> str:
    """Two classes: their frequencies beside the best prediction, and the loss of every one."""
    q, w = np.array([1 - q1, q1]), np.array([w0, w1])
    r = w * q / np.dot(w, q)
    return _shares(words, q, w, r) + _losses(words, q, r)


def _shares(words: Words, q: Floats, w: Floats, r: Floats) -> str:
    """Draw, for each class, the frequency, its product with the weight, and the best prediction."""
    x = Scale(0, 1, 12, 318)
    marks = [
        text(12, 18, f"{words['frequency']} {letter('q')}", class_="xr-title"),
        text(318, 18, f"{words['best']} {letter('p')}", anchor="end", class_="xr-tag"),
    ]
    total = value("total", float(np.dot(w, q)), 3)  # exact: the product of two steps
    for k in (0, 1):
        top, mark = 48 + 118 * k, _SUBSCRIPTS[k]
        product = f"{letter('w')}{mark} {letter('q')}{mark}"
        number = f"{value(f'w{k}', w[k], 1)} × {value(f'q{k}', q[k], 2)}"
        marks += [
            text(12, top, f"{letter('q')}{mark} = {value(f'q{k}', q[k], 2)}"),
            text(318, top, words["class"].replace("{k}", str(k)), anchor="end", class_="xr-title"),
            bar(x(0), x(1), top + 8, 10, "track"),
            bar(x(0), x(q[k]), top + 8, 10, "bar-other", data_mark=f"q{k}-bar"),
            dot(x(q[k]), top + 13, "handle", data_mark=f"q{k}-handle"),
            text(
                12,
                top + 46,
                f"{letter('p')}{mark} = {product} / Σ = {number} / {total} = "
                f"{value(f'p{k}', r[k], 4)}",
            ),
            bar(x(0), x(1), top + 54, 10, "track"),
            bar(x(0), x(r[k]), top + 54, 10, "bar", data_mark=f"p{k}-bar"),
            dot(x(r[k]), top + 59, "handle", data_mark=f"p{k}-handle"),
            bar(0, 330, top - 14, 42, "grip", data_grip=f"q{k}"),
            bar(0, 330, top + 32, 42, "grip", data_grip=f"p{k}"),
        ]
    marks.append(x_axis(x, 266, [0, 0.25, 0.5, 0.75, 1], 2))
    return svg(330, 308, *marks, data_panel="shares", data_x=x)


def _losses(words: Words, q: Floats, r: Floats) -> str:
    """Draw the mean loss of each prediction, weighted and not; each has its foot at its optimum."""
    x, y = Scale(0, 1, 32, 316), Scale(0, 6, 266, 74)
    p = letter("p") + _SUBSCRIPTS[1]
    marks = [
        x_axis(x, y(0), [0, 0.25, 0.5, 0.75, 1], 2),
        y_axis(y, x(0), range(0, 7, 2)),
        text(316, 304, f"{words['predicted']} {p}", anchor="end", class_="xr-title"),
        text(x(0), 62, words["loss"], class_="xr-title"),
    ]
    feet = (("plain", q, "curve-dashed", 40), ("weighted", r, "curve", 18))
    for name, truth, kind, row in feet:
        marks += [
            _curve([(x(s), y(height)) for s, height in _loss(truth)], kind, name),
            line(
                x(truth[1]),
                y(0),
                x(truth[1]),
                y(float(xentref.entropy(truth))),
                "guide",
                data_mark=f"{name}-drop",
            ),
            curve([(x(0), row - 5), (x(0) + 26, row - 5)], kind),
        ]
    for (name, truth, _, row), number in zip(
        feet, (value("q1", q[1], 2), value("p1", r[1], 4)), strict=True
    ):
        foot = x(truth[1]), y(float(xentref.entropy(truth)))
        marks += [
            text(x(0) + 34, row, f"{words[name]} {p} = {number}"),
            dot(*foot, "ring" if name == "plain" else "handle", data_mark=f"{name}-foot"),
        ]
    marks.append(bar(0, 330, y(6), y(0) - y(6) + 10, "grip", data_grip="p1"))
    return svg(330, 308, *marks, data_panel="losses", data_x=x, data_y=y)


def _loss(truth: Floats) -> list[tuple[float, float]]:
    """Return predictions for class 1, denser near 0 and 1, and their cross-entropies."""
    logits = np.linspace(-6, 6, 61)
    scores = np.stack([np.zeros_like(logits), logits], axis=1)
    targets = np.broadcast_to(truth, scores.shape)
    heights = xentref.cross_entropy(scores, targets, reduction="none")
    predictions = xentref.softmax(scores)[:, 1]
    return list(zip(predictions.tolist(), np.asarray(heights).tolist(), strict=True))


def _curve(points: list[tuple[float, float]], kind: str, name: str) -> str:
    """Return a line through points that the live figure moves."""
    path = " ".join(f"{place(across)},{place(down)}" for across, down in points)
    return tag("polyline", points=path, class_=f"xr-{kind}", data_mark=f"{name}-curve")


STILL = Still(
    weights,
    (
        "frequency",
        "best",
        "class",
        "predicted",
        "loss",
        "weighted",
        "plain",
        "share",
        "weight",
        "reset",
        "summary",
    ),
    controls=(
        Slider("q1", "share", 0.01, 0.99, 0.01, 0.1, decimals=2, k="1"),
        Slider("w0", "weight", 0.5, 20, 0.5, 1, k="0"),
        Slider("w1", "weight", 0.5, 20, 0.5, 9, k="1"),
    ),
    placeholders={
        "class": ("k",),
        "share": ("k",),
        "weight": ("k",),
        "summary": ("q1", "w0", "w1", "p1"),
    },
)

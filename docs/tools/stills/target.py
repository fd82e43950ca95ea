"""A target that can be edited, and what each of its terms adds to the loss."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Choice, Slider, Still
from docs.tools.stills.drawing import (
    Floats,
    Scale,
    Words,
    bar,
    letter,
    line,
    svg,
    tag,
    text,
    value,
    y_axis,
)

_SUBSCRIPTS = "₀₁₂"
_MIXED = 3  # the kind of target that the votes decide; the others are one-hot


def target(
    words: Words,
    kind: int,
    v0: float,
    v1: float,
    v2: float,
    eps: float,
    z0: float,
    z1: float,
    z2: float,
) -> str:
    """Draw the terms of the loss for a one-hot or mixed target with label smoothing."""
    votes = np.array([v0, v1, v2]) if kind == _MIXED else np.eye(3)[kind]
    # Where nobody has voted, all classes are equally likely.
    shares = votes / votes.sum() if votes.any() else np.full(3, 1 / 3)
    y = np.asarray(xentref.smooth_labels(shares, eps), dtype=np.float64)
    losses = -np.asarray(xentref.log_softmax([z0, z1, z2]), dtype=np.float64)
    return _columns(words, y, losses) + _table(words, y, losses, eps, (z0, z1, z2))


def _columns(words: Words, y: Floats, losses: Floats) -> str:
    """Draw a column for each class: as wide as its share of the target, as high as its loss."""
    height = Scale(0, 7, 250, 40)
    marks = [
        text(8, 18, f"−ln {letter('p')}", class_="xr-title"),
        y_axis(height, 36, range(8)),
    ]
    for k in range(3):
        x = Scale(0, 1, 52 + 102 * k, 140 + 102 * k)
        top = height(losses[k])
        marks += [
            bar(x(0), x(1), top, height(0) - top, "track", data_mark=f"room{k}"),
            bar(x(0), x(y[k]), top, height(0) - top, "bar", data_mark=f"term{k}"),
            line(x(0), height(0), x(1), height(0), "axis"),
            text(
                x(0.5),
                top - 8,
                value(f"term{k}", y[k] * losses[k], 4),
                anchor="middle",
                data_mark=f"term{k}-label",
            ),
            text(x(0.5), 270, words["class"].replace("{k}", str(k)), anchor="middle"),
            text(
                x(0.5),
                290,
                f"{letter('y')}{_SUBSCRIPTS[k]} = {value(f'y{k}', y[k], 4)}",
                anchor="middle",
                class_="xr-title",
            ),
        ]
    return svg(352, 300, *marks, data_panel="columns", data_y=height)


def _table(
    words: Words, y: Floats, losses: Floats, eps: float, scores: tuple[float, float, float]
) -> str:
    """Write the same numbers as a table, and their sum."""
    columns = (52.0, 120.0, 188.0, 256.0, 344.0)
    heads = (
        letter("z"),
        letter("p"),
        letter("y"),
        f"−ln {letter('p')}",
        f"−{letter('y')} ln {letter('p')}",
    )
    marks = [
        text(x, 64, head, anchor="end", class_="xr-title")
        for x, head in zip(columns, heads, strict=True)
    ]
    marks.append(text(8, 18, f"{words['smoothing']} {letter('ε')} = {value('eps', eps, 2)}"))
    for k in range(3):
        below = 94 + 30 * k
        cells = (
            value(f"z{k}", scores[k], 1),
            value(f"p{k}", np.exp(-losses[k]), 4),
            value(f"y{k}", y[k], 4),
            value(f"loss{k}", losses[k], 4),
            value(f"term{k}", y[k] * losses[k], 4),
        )
        marks.append(text(8, below, str(k), class_="xr-title"))
        marks += [
            text(x, below, cell, anchor="end") for x, cell in zip(columns, cells, strict=True)
        ]
    total, least = float(y @ losses), float(xentref.entropy(y))
    marks += [
        line(8, 170, 344, 170, "axis"),
        text(8, 196, words["loss"], class_="xr-strong"),
        text(256, 196, "Σ", anchor="end", class_="xr-strong"),
        text(344, 196, value("sum", total, 4), anchor="end", class_="xr-strong"),
        text(8, 226, words["least"]),
        text(256, 226, f"{letter('H')}({letter('y')})", anchor="end"),
        text(344, 226, value("least", least, 4), anchor="end"),
        text(8, 256, words["terms"]),
        text(344, 256, tag("tspan", str(np.count_nonzero(y)), data_value="terms"), anchor="end"),
    ]
    return svg(352, 300, *marks)


STILL = Still(
    target,
    (
        *("kind", "one-hot", "mixed", "votes", "smoothing", "score", "class"),
        *("loss", "least", "terms", "reset", "summary"),
    ),
    controls=(
        Choice(
            "kind",
            "kind",
            (("one-hot", "0"), ("one-hot", "1"), ("one-hot", "2"), ("mixed", "")),
        ),
        Slider("eps", "smoothing", 0, 1, 0.05, 0, 2),
        *(
            slider
            for k, (vote, score) in enumerate(((7, 0), (3, 1), (0, -1)))
            for slider in (
                Slider(f"v{k}", "votes", 0, 10, 1, vote, decimals=0, k=str(k)),
                Slider(f"z{k}", "score", -3, 3, 0.1, score, k=str(k)),
            )
        ),
    ),
    placeholders={
        "one-hot": ("k",),
        "votes": ("k",),
        "score": ("k",),
        "class": ("k",),
        "summary": ("y0", "y1", "y2", "term0", "term1", "term2", "sum", "least"),
    },
)

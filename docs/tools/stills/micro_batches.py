"""Tokens cut into two micro-batches: what each weighs in the mean of means, and what it should."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import xentref
from docs.tools.stills.controls import Slider, Still
from docs.tools.stills.drawing import (
    Floats,
    Scale,
    Words,
    bar,
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

_IGNORED = -100
_HANDLE = 196.0  # its height, on the axis
_RESULTS = ("mean0", "mean1", "naive", "exact")


def _tokens() -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the scores and targets of the page's example, drawn as the page draws them."""
    rng = np.random.default_rng(4794)
    features, weights = rng.normal(size=(12, 8)), rng.normal(size=(8, 5)) / 2
    targets = rng.integers(5, size=12)
    targets[[0, 1, 2, 5]] = _IGNORED
    return features @ weights, targets


def micro_batches(words: Words, cut: float) -> str:
    """The first `cut` of twelve tokens make one micro-batch, the rest another."""
    cut = int(cut)
    z, targets = _tokens()
    losses = np.asarray(xentref.cross_entropy(z, targets, reduction="none"))
    counts = targets != _IGNORED
    pieces = slice(0, cut), slice(cut, 12)
    n = [int(counts[piece].sum()) for piece in pieces]
    means = [float(xentref.cross_entropy(z[piece], targets[piece])) for piece in pieces]
    exact, share = float(xentref.cross_entropy(z, targets)), 1 / sum(n)

    x, y = Scale(0, 12, 46, 394), Scale(0, 0.5, _HANDLE, 40)
    marks = [
        text(8, 20, words["weight"], class_="xr-title"),
        y_axis(y, x(0), [0, 0.25, 0.5], 2),
    ]
    for k, loss in enumerate(losses.tolist()):
        piece = int(k >= cut)
        said = shown(loss, 1) if counts[k] else "–"
        marks.append(text(x(k + 0.5), y(0) + 24, said, anchor="middle", class_="xr-tick"))
        if counts[k]:
            top, kind = y(0.5 / n[piece]), ("bar", "bar-other")[piece]
            places = x(k) + 4, x(k + 1) - 4, top, y(0) - top
            marks.append(bar(*places, kind, data_mark=f"token{k}"))
    marks += [
        line(x(0), y(share), x(12), y(share), "guide"),
        text(x(0) + 6, y(share) - 6, f"1/{sum(n)}", class_="xr-clear"),
        x_axis(x, y(0), []),
        text(394, y(0) + 46, words["loss"], anchor="end", class_="xr-title"),
        line(x(cut), 34, x(cut), y(0) + 30, "curve-dashed", data_mark="cut"),
        dot(x(cut), _HANDLE, "handle", data_mark="handle"),
        bar(x(0), x(12), 34, y(0), "grip", data_grip="cut"),
    ]
    rows = [
        (f"{words[word]} ({letter('n')} = {value(f'n{k}', n[k], 0)})", means[k])
        for k, word in enumerate(("first", "second"))
    ]
    rows += [(words["naive"], sum(means) / 2), (words["exact"], exact)]
    for k, (name, number) in enumerate(rows):
        height, weight = 272 + 24 * k, "xr-strong" if k > 1 else None
        marks += [
            text(46, height, name, class_=weight),
            text(394, height, value(_RESULTS[k], number, 4), anchor="end", class_=weight),
        ]
    return svg(
        400,
        352,
        *marks,
        data_panel="tokens",
        data_x=x,
        data_y=y,
        data_losses=" ".join(
            f"{loss:.17g}" if counted else "nan"
            for loss, counted in zip(losses, counts, strict=True)
        ),
    )


STILL = Still(
    micro_batches,
    ("weight", "loss", "cut", "first", "second", "naive", "exact", "reset", "summary"),
    controls=(Slider("cut", "cut", 1, 11, 1, 6, decimals=0),),
    placeholders={"summary": ("cut", "mean0", "mean1", "naive", "exact")},
)

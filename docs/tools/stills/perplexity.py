"""Two batches as areas, and five ways to make one number of them."""

from __future__ import annotations

import numpy as np

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
    svg,
    text,
    value,
    x_axis,
    y_axis,
)

_WAYS = ("right", "means", "perplexities", "exponentials", "bits")


def perplexity(words: Words, n0: int, l0: float, n1: int, l1: float) -> str:
    """Two batches of tokens, their mean loss as a level, and the perplexity beside its rivals."""
    batches = [np.full(int(n0), l0), np.full(int(n1), l1)]
    return _blocks(words, batches) + _numbers(words, batches)


def _mean(losses: Floats) -> float:
    """Return the mean loss of tokens, each of which was given the probability e^-loss."""
    return float(xentref.binary_cross_entropy(np.exp(-losses), np.ones(len(losses))))


def aggregates(batches: list[Floats]) -> dict[str, float]:
    """Return the mean over all tokens, the perplexity that follows, and what others take for it."""
    losses = np.concatenate(batches)
    mean, means = _mean(losses), np.array([_mean(batch) for batch in batches])
    return {
        "mean": mean + 1e-9,  # halves go up, whatever the last bit: the script does the same
        "right": float(np.exp(mean)),
        "means": float(np.exp(means.mean())),
        "perplexities": float(np.exp(means).mean()),
        "exponentials": float(np.exp(losses).mean()),
        "bits": 2.0**mean,
    }


def _blocks(words: Words, batches: list[Floats]) -> str:
    """Draw each batch as a block, as wide as its tokens and as high as their loss."""
    x, y = Scale(0, 20, 32, 344), Scale(0, 3.5, 196, 40)
    mean, (n0, n1) = aggregates(batches)["mean"], map(len, batches)
    marks = [x_axis(x, y(0), range(0, 21, 5)), y_axis(y, x(0), range(4))]
    for k, (first, batch) in enumerate(((0, batches[0]), (n0, batches[1]))):
        marks.append(
            bar(
                x(first),
                x(first + len(batch)),
                y(batch[0]),
                y(0) - y(batch[0]),
                "bar" if k else "bar-other",
                data_mark=f"block{k}",
            )
        )
    level = y(mean)
    marks.append(line(x(0), level, x(n0 + n1), level, "curve-dashed", data_mark="level"))
    for k, (end, batch) in enumerate(((n0, batches[0]), (n0 + n1, batches[1]))):
        place, height = x(end), y(batch[0])
        marks += [
            dot(place, height, "handle", data_mark=f"handle{k}"),
            bar(
                place - 20,
                place + 20,
                height - 20,
                40,
                "grip",
                data_mark=f"grip{k}",
                data_grip=str(k),
            ),
        ]
    terms = [
        f"{value(f'n{k}', len(batch), 0)} · {value(f'l{k}', float(batch[0]), 1)}"
        for k, batch in enumerate(batches)
    ]
    total, level_text = value("n", n0 + n1, 0), value("mean", mean, 2)
    marks += [
        text(12, 20, words["loss"], class_="xr-title"),
        text(344, 236, words["tokens"], anchor="end", class_="xr-title"),
        text(
            32,
            264,
            f"{letter('L')} = ({terms[0]} + {terms[1]}) / {total} = {level_text}",
            class_="xr-strong",
        ),
    ]
    return svg(360, 274, *marks, data_panel="tokens", data_x=x, data_y=y)


def _numbers(words: Words, batches: list[Floats]) -> str:
    """Draw the perplexity, and under it the four numbers that are none."""
    x, numbers = Scale(0, 34, 8, 344), aggregates(batches)
    end = x(numbers["right"])
    marks = [line(end, 42, end, 256, "guide", data_mark="limit")]
    for row, name in enumerate(_WAYS):
        y, kind = 34 + 50 * row, "xr-strong" if name == "right" else "xr-clear"
        marks += [
            text(8, y, words[name], class_=kind),
            text(344, y, value(name, numbers[name], 2), anchor="end", class_=kind),
            bar(x.start, x.stop, y + 8, 10, "track"),
            bar(
                x.start,
                x(numbers[name]),
                y + 8,
                10,
                "bar" if name == "right" else "bar-other",
                data_mark=name,
            ),
        ]
    return svg(352, 274, *marks, data_panel="numbers", data_x=x)


STILL = Still(
    perplexity,
    ("tokens", "loss", *_WAYS, "length", "height", "reset", "summary"),
    controls=(
        Slider("n0", "length", 1, 10, 1, 1, decimals=0, k="1"),
        Slider("l0", "height", 0, 3.5, 0.1, 1, k="1"),
        Slider("n1", "length", 1, 10, 1, 9, decimals=0, k="2"),
        Slider("l1", "height", 0, 3.5, 0.1, 3, k="2"),
    ),
    placeholders={
        "length": ("k",),
        "height": ("k",),
        "summary": ("n0", "l0", "n1", "l1", "mean", *_WAYS),
    },
)

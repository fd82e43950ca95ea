"""What the samples of a batch add to the sum, and to the two denominators of a mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import xentref
from docs.tools.stills.controls import Slider, Still, Switch
from docs.tools.stills.drawing import Floats, Scale, Words, bar, letter, svg, tag, text, value

_SCORES = np.array([[2.0, 0.0], [0.0, 0.5], [0.0, 1.0], [1.0, 0.0]])
_LABELS = np.array([0, 0, 1, 1])
_WIDTH = 340


def denominator(words: Words, weight: float, smoothing: float, second: int, fourth: int) -> str:
    """Four samples of two classes; the weight is that of class 1, two samples can be ignored."""
    kept = np.array([True, not second, True, not fourth])
    target = np.where(kept, _LABELS, -100)
    each = xentref.cross_entropy(
        _SCORES,
        target,
        weight=[1.0, weight],
        reduction="none",
        label_smoothing=smoothing,
    )
    mean = xentref.cross_entropy(_SCORES, target, weight=[1.0, weight], label_smoothing=smoothing)
    terms = np.asarray(each)
    weights = np.array([1.0, weight])[_LABELS]
    return _terms(words, terms, weights, kept) + _means(
        words, terms.sum(), float(mean), smoothing, np.where(kept, weights, 0.0), kept
    )


def _terms(words: Words, terms: Floats, weights: Floats, kept: npt.NDArray[np.bool_]) -> str:
    """Draw what each sample adds to the sum."""
    x = Scale(0, 7, 12, _WIDTH - 12)
    marks = [text(12, 18, words["terms"], class_="xr-heading")]
    for n, term in enumerate(terms):
        y = 52 + 50 * n
        name = words["sample"].replace("{n}", str(n + 1)).replace("{k}", str(_LABELS[n]))
        weighs = f"{words['weighs']} {value(f'weight{n}', weights[n], 1)}"
        marks += [
            text(12, y, name, tag("tspan", weighs, dx=12)),
            text(_WIDTH - 12, y, value(f"term{n}", term, 4), anchor="end"),
            bar(x(0), x(7), y + 9, 10, "track"),
            bar(x(0), x(term), y + 9, 10, "bar", data_mark=f"term{n}"),
        ]
        if n % 2:
            seen = "hidden" if kept[n] else "visible"
            marks.append(
                text(
                    _WIDTH - 68,
                    y,
                    words["ignored"],
                    anchor="end",
                    class_="xr-title",
                    visibility=seen,
                    data_mark=f"ignored{n}",
                )
            )
    return svg(_WIDTH, 236, *marks, data_panel="terms", data_x=x)


def _means(
    words: Words,
    total: float,
    mean: float,
    smoothing: float,
    weights: Floats,
    kept: npt.NDArray[np.bool_],
) -> str:
    """Draw the two denominators, sample by sample, and what the sum divided by them is."""
    x = Scale(0, 12, 12, _WIDTH - 12)
    numerator = value("sum", total, 4)
    marks = [
        text(12, 18, f"Σ {letter('L')} = {numerator}", class_="xr-heading"),
        text(
            _WIDTH - 12,
            18,
            f"{words['smoothing']} {value('smoothing', smoothing, 2)}",
            anchor="end",
            class_="xr-title",
        ),
    ]
    ones = np.ones(len(weights))
    for row, (name, parts, decimals, result) in enumerate(
        (("indices", weights, 1, mean), ("probabilities", ones, 0, total / len(weights)))
    ):
        y = 52 + 100 * row
        marks += [text(12, y, words[name]), bar(x(0), x(12), y + 9, 16, "track")]
        ends = np.cumsum(parts)
        for n, end in enumerate(ends):
            left, right = x(end - parts[n]), x(end)
            seen = "visible" if parts[n] else "hidden"
            marks += [
                bar(
                    left + 1,
                    max(right - 1, left + 1),
                    y + 9,
                    16,
                    "bar" if kept[n] else "bar-other",
                    data_mark=f"{name}{n}",
                ),
                text(
                    (left + right) / 2,
                    y + 40,
                    str(n + 1),
                    anchor="middle",
                    class_="xr-tick",
                    visibility=seen,
                    data_mark=f"{name}-n{n}",
                ),
            ]
        quotient = f"{numerator} / {value(f'{name}-by', ends[-1], decimals)}"
        marks.append(
            text(
                12,
                y + 66,
                f"{quotient} = ",
                tag("tspan", value(f"{name}-mean", result, 4), class_="xr-strong"),
            )
        )
    return svg(_WIDTH, 236, *marks, data_panel="means", data_x=x)


STILL = Still(
    denominator,
    (
        "terms",
        "sample",
        "weighs",
        "ignored",
        "indices",
        "probabilities",
        "weight",
        "smoothing",
        "ignore",
        "reset",
        "summary",
    ),
    controls=(
        Slider("weight", "weight", 0.5, 5, 0.5, 3, k="1"),
        Slider("smoothing", "smoothing", 0, 0.5, 0.05, 0, decimals=2),
        Switch("second", "ignore", 1, k="2"),
        Switch("fourth", "ignore", k="4"),
    ),
    placeholders={
        "sample": ("n", "k"),
        "weight": ("k",),
        "ignore": ("k",),
        "summary": ("weight", "smoothing", "sum", "by", "mean", "other"),
    },
)

"""Two rows of scores on their way to probabilities."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Still
from docs.tools.stills.drawing import Floats, Scale, Words, bar, letter, power, svg, text, value


def softmax(words: Words) -> str:
    """Two rows of scores become positive by the exponential, then probabilities by their sum."""
    scores = np.array([[3.0, 7.0, 4.0], [3.0, 5.0, 8.0]])
    return "".join(_softmax_row(words, n, row) for n, row in enumerate(scores))


def _softmax_row(words: Words, n: int, scores: Floats) -> str:
    exponentials, probabilities = np.exp(scores), xentref.softmax(scores)
    total = exponentials.sum()
    columns = (
        (words["scores"], letter("z"), scores, 10.0, 0, None),
        (words["exponentials"], power(letter("z")), exponentials, total, 1, total),
        (words["probabilities"], letter("p"), probabilities, 1.0, 4, probabilities.sum()),
    )
    marks = [text(4, 18, words["sample"].replace("{n}", str(n)), class_="xr-heading")]
    for column, (word, symbol, numbers, most, decimals, all_) in enumerate(columns):
        x = Scale(0, most, 4 + 120 * column, 108 + 120 * column)
        marks.append(text(x.start, 46, f"{word} {symbol}", class_="xr-title"))
        for k, number in enumerate(numbers):
            y = 70 + 38 * k
            kind = "bar" if number == max(numbers) else "bar-other"
            marks += [
                text(x.start, y, value(f"{symbol_name(column)}{n}{k}", number, decimals)),
                bar(x.start, x.stop, y + 6, 9, "track") if column else "",
                bar(x.start, x(number), y + 6, 9, kind),
            ]
        if all_ is not None:
            marks.append(text(x.start, 188, f"Σ = {value(f'sum{column}{n}', all_, decimals)}"))
            marks.append(text(x.start - 9, 46, "→", anchor="middle", class_="xr-title"))
    return svg(352, 198, *marks)


def symbol_name(column: int) -> str:
    """Return the plain name of a column's symbol."""
    return ("z", "e", "p")[column]


STILL = Still(
    softmax,
    ("sample", "scores", "exponentials", "probabilities"),
    placeholders={"sample": ("n",)},
)

"""Numbers, tables and sentences, set as plain text or as Markdown with LaTeX.

A table holds digits and symbols only, no words: it is the same in every language, and aligned in
every font. Words stand in the sentences, which are wrapped by the width that they have on a
terminal, where a Chinese character takes two columns.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

DECIMALS = 5
ROWS = 8  # a table with more leaves some out
CLASSES = 8  # the same for its classes in Markdown; a text takes as many as its width allows
GAP = "..."

# What a formula in plain text is in LaTeX.
LATEX = [
    (r"(?<=\d)e([-+])0?(\d+)", r" \\times 10^{\1\2}"),
    (r"10\^\{\+", r"10^{"),
    (r"\binf\b", r"\\infty"),
    (r"\bnan\b", r"\\mathrm{nan}"),
    (r"\bln\b", r"\\ln"),
    (r"_(\d+)", r"_{\1}"),
    (r"\.\.\.", r"\\dots"),
    ("ℓ", r"\\ell"),
    ("σ", r"\\sigma"),
    ("α", r"\\alpha"),
    ("·", r"\\cdot"),
    ("≈", r"\\approx"),
]
# What stays on one line: a Chinese character or a run of others, and the marks around it.
PIECE = re.compile(
    r"[（“]*(?:[\u3400-\u9fff]|[^\s\u3000-\u9fff\uff00-\uffef“”]+)[，。；：、？！）”]*\s*"
)


def numbers(values: ArrayLike) -> list[str]:
    """Write numbers alike: with as few decimals as show all of them, but no more than five.

    Very small and very large ones have five significant digits instead.
    """
    flat = np.ravel(values)
    if flat.dtype.kind in "biu":
        return [str(int(value)) for value in flat]
    # By way of the shortest decimal that means the same float: 0.1 is 0.1 in float32, too.
    exact = [float(str(value)) for value in flat]
    usual = [value for value in exact if value == 0 or 1e-3 <= abs(value) < 1e7]
    enough = (n for n in range(DECIMALS) if all(round(value, n) == value for value in usual))
    decimals = next(enough, DECIMALS)
    return [
        f"{value + 0.0:.{decimals}f}" if value in usual else f"{value:.{DECIMALS}g}"
        for value in exact
    ]


def rounded(values: ArrayLike) -> bool:
    """Whether some of the numbers are written with fewer digits than they have."""
    shown = np.array([float(text) for text in numbers(values)])
    exact = np.array([float(str(value)) for value in np.ravel(np.asarray(values) * 1)])
    return not np.array_equal(shown, exact, equal_nan=True)


def latex(plain: str) -> str:
    """A formula in plain text, as LaTeX."""
    for pattern, replacement in LATEX:
        plain = re.sub(pattern, replacement, plain)
    return plain


def columns(text: str) -> int:
    """The width on a terminal."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a sentence; no line begins with a mark that ends something."""
    lines = [""]
    for piece in PIECE.findall(text):
        if lines[-1] and columns(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


class Column(NamedTuple):
    """A quantity of each row: one number (R,), or one for each class (R, C)."""

    symbol: str
    values: NDArray[Any]


class Table(NamedTuple):
    """Quantities side by side, a row of the loss on each line."""

    columns: Sequence[Column]
    rows: NDArray[np.intp]  # where the R rows stand in row_shape, counted through
    row_shape: tuple[int, ...]
    labels: NDArray[Any] | None = None  # (R,) classes, which no table leaves out while it can

    def name(self, row: int) -> str:
        """What a row is called: its index, or one index for each axis."""
        place = tuple(int(i) for i in np.unravel_index(self.rows[row], self.row_shape))
        return str(place) if len(place) > 1 else str(place[0])


class Grid(NamedTuple):
    """The cells of a table, the symbols in the first line, and how much of it is not there."""

    cells: list[list[str]]
    hidden_rows: int
    hidden_classes: int


def chosen(count: int, most: int, first: Iterable[int] = ()) -> list[int | None]:
    """About `most` of the places 0…count-1, those in `first` above all; None is a gap."""
    if count <= most:
        return list(range(count))
    order = dict.fromkeys([*first, 0, count - 1, *range(min(count, most))])
    result: list[int | None] = []
    before = -1
    for place in sorted(list(order)[:most]):
        # A gap takes the room of a number, so it does not stand for a single one.
        result += [before + 1] if place == before + 2 else [None] * (place > before + 1)
        result.append(place)
        before = place
    return result + ([before + 1] if before == count - 2 else [None] * (before < count - 2))


def grid(table: Table, most: int) -> Grid:
    """The cells, with about `most` classes of each quantity."""
    count = len(table.rows)
    classes = max(column.values.shape[1:] for column in table.columns)
    widest = classes[0] if classes else 0
    lines = chosen(count, ROWS)
    rows = [line for line in lines if line is not None]
    labels = [] if table.labels is None else table.labels[rows].tolist()
    # A single row has its label's class among the others, several have theirs in a column "y".
    places = chosen(widest, most, labels if len(labels) == 1 and 0 <= labels[0] < widest else [])
    held = [place for place in places if place is not None]

    def upright(head: str, texts: Iterable[str]) -> list[str]:
        left = iter(texts)
        return [head, *(GAP if line is None else next(left) for line in lines)]

    alone = math.prod(table.row_shape) == 1
    cells = [] if alone else [upright("n", map(table.name, rows))]
    for symbol, values in table.columns:
        if values.ndim == 1:
            cells.append(upright(symbol, numbers(values[rows])))
            continue
        texts = np.reshape(numbers(values[np.ix_(rows, held)]), (len(rows), len(held)))
        for place in places:
            if place is None:
                cells.append([GAP] * (1 + len(lines)))
            else:
                cells.append(upright(f"{symbol}_{place}", texts[:, held.index(place)]))
        if len(held) < widest and len(labels) > 1:
            named = [0 <= label < widest for label in labels]  # an ignored label names no class
            at = [each for each in zip(rows, labels, strict=True) if 0 <= each[1] < widest]
            own = iter(numbers([values[place] for place in at]))
            cells.append(upright(f"{symbol}_y", (next(own) if it else "-" for it in named)))
    lying = [list(line) for line in zip(*cells, strict=True)]
    return Grid(lying, count - len(rows), widest - len(held))


def text_table(table: Table, width: int) -> tuple[list[str], Grid]:
    """The lines of the table, with as many classes as fit, and crowded if even one does not."""
    between = 3
    for most in range(max(width // 4, 1), 0, -1):
        found = grid(table, most)
        widths = [max(map(len, column)) for column in zip(*found.cells, strict=True)]
        if sum(widths) + between * (len(widths) - 1) <= width:
            break
    else:
        between = 1
    lines = [
        (" " * between).join(cell.rjust(size) for cell, size in zip(line, widths, strict=True))
        for line in found.cells
    ]
    return lines, found


def markdown_table(table: Table) -> tuple[list[str], Grid]:
    """The lines of the table, every cell a formula."""
    found = grid(table, CLASSES)
    head, *body = [[f"${latex(cell)}$" for cell in line] for line in found.cells]
    lines = [head, ["---:"] * len(head), *body]
    return [f"| {' | '.join(line)} |" for line in lines], found

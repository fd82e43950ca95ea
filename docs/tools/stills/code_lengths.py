"""The words of a code beside the information that they carry."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

import xentref
from docs.tools.stills.controls import Choice, Slider, Still
from docs.tools.stills.drawing import (
    Scale,
    Words,
    bar,
    curve,
    dot,
    letter,
    spread,
    svg,
    tag,
    text,
    value,
    y_axis,
)

_START = (0.4, 0.3, 0.2, 0.1)
_KEPT = (1, 2, 3, 3)  # Huffman's lengths for these
_LEAST = 0.05


def huffman(weights: Sequence[int]) -> list[int]:
    """Return the lengths of Huffman's words; of equals, the one that came last is merged first."""
    lengths = [0] * len(weights)
    heap = [(weight, -k, [k]) for k, weight in enumerate(weights)]
    heapq.heapify(heap)
    for merging in range(len(weights), 2 * len(weights) - 1):
        one, other = heapq.heappop(heap), heapq.heappop(heap)
        inside = one[2] + other[2]
        for k in inside:
            lengths[k] += 1
        heapq.heappush(heap, (one[0] + other[0], -merging, inside))
    return lengths


def code_words(lengths: Sequence[int]) -> list[str]:
    """Return words of these lengths, no start of one another: counted upwards, short ones first."""
    words, number, before = [""] * len(lengths), 0, 0
    for length, k in sorted(zip(lengths, range(len(lengths)), strict=True)):
        number <<= length - before
        words[k], before = f"{number:0{length}b}", length
        number += 1
    return words


def code_lengths(words: Words, p1: float, p2: float, p3: float, p4: float, code: int) -> str:
    """Columns as wide as p: filled up to -log p, dashed up to the length of the code word."""
    weights = np.array([p1, p2, p3, p4])
    p = weights / weights.sum()
    best = huffman([round(100 * weight) for weight in weights.tolist()])
    lengths = (best, list(_KEPT))[code]
    bits = [float(xentref.self_information(q, 2)) for q in p]
    x, y = Scale(0, 1, 56, 392), Scale(0, 4.5, 300, 104)
    edges = [0.0, *np.cumsum(p).tolist()]
    middles = spread([x((a + b) / 2) for a, b in pairwise(edges)], 36, 64, 376)
    marks = [y_axis(y, x(0), range(5))]
    outline = [(x(0), y(0))]  # of the code
    for k, word in enumerate(code_words(lengths)):
        left, right, top = x(edges[k]), x(edges[k + 1]), y(bits[k])
        corners = [(left, y(0)), (left, top), (right, top), (right, y(0))]
        shown_as = tag("tspan", word, data_value=f"word{k}")
        marks += [
            bar(left, right, top, y(0) - top, "track", data_mark=f"area{k}"),
            curve(corners, data_mark=f"column{k}"),
        ]
        rows = (value(f"p{k}", p[k], 2), value(f"bits{k}", bits[k], 2), shown_as)
        for row, (what, kind) in enumerate(zip(rows, (None, None, "xr-strong"), strict=True)):
            mark = {"class_": kind, "data_mark": f"row{row}-{k}"}
            marks.append(text(middles[k], y(0) + 26 + 22 * row, what, anchor="middle", **mark))
        outline += [(left, y(lengths[k])), (right, y(lengths[k]))]
    marks.append(curve([*outline, (x(1), y(0)), (x(0), y(0))], "curve-dashed", data_mark="outline"))
    for k, edge in enumerate(edges[1:-1]):
        marks += [
            dot(x(edge), y(0), "handle", data_mark=f"handle{k}"),
            bar(
                x(edge) - 9,
                x(edge) + 9,
                y(4.5),
                y(0) - y(4.5) + 12,
                "grip",
                data_mark=f"grip{k}",
                data_grip=str(k),
            ),
        ]
    means = (
        ("information", float(xentref.entropy(p, 2))),
        ("huffman", float(p @ best)),
        ("kept", float(p @ _KEPT)),
    )
    for row, (name, mean) in enumerate(means):
        marks += [
            text(40, 20 + 22 * row, words[name]),
            text(392, 20 + 22 * row, value(name, mean, 4), anchor="end"),
        ]
    chosen = 37 + 22 * code
    marks += [
        bar(4, 32, 15, 6, "track"),
        curve([(4, 15), (32, 15)]),
        curve([(4, chosen), (32, chosen)], "curve-dashed", data_mark="key"),
        text(48, 90, words["bits"], anchor="end", class_="xr-title"),
        text(44, y(0) + 26, letter("p"), anchor="end", class_="xr-title"),
        text(44, y(0) + 48, words["bits"], anchor="end", class_="xr-title"),
        text(44, y(0) + 70, words["word"], anchor="end", class_="xr-title"),
    ]
    return svg(400, 376, *marks, data_panel="columns", data_x=x, data_y=y)


STILL = Still(
    code_lengths,
    ("information", "huffman", "kept", "bits", "word", "share", "dashed", "reset", "summary"),
    controls=(
        *(
            Slider(f"p{k}", "share", _LEAST, 1 - 3 * _LEAST, 0.01, share, decimals=2, k=str(k))
            for k, share in enumerate(_START, 1)
        ),
        Choice("code", "dashed", (("huffman", ""), ("kept", ""))),
    ),
    placeholders={
        "share": ("k",),
        "summary": ("p1", "p2", "p3", "p4", "information", "huffman", "kept"),
    },
)

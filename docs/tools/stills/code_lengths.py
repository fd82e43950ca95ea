"""The words of a code beside the information that they carry."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Still
from docs.tools.stills.drawing import Scale, Words, bar, curve, letter, svg, text, value, y_axis


def code_lengths(words: Words) -> str:
    """Columns as wide as p: filled up to -log p, dashed up to the length of the code word."""
    p = np.array([0.4, 0.3, 0.2, 0.1])
    code = ("0", "10", "110", "111")  # Huffman's
    bits, lengths = [float(xentref.self_information(q, 2)) for q in p], list(map(len, code))
    x, y = Scale(0, 1, 44, 404), Scale(0, 4, 300, 88)
    edges = [0.0, *np.cumsum(p).tolist()]
    marks = [y_axis(y, x(0), range(5))]
    outline = [(x(0), y(0))]  # of the code
    for k, word in enumerate(code):
        left, right, middle = x(edges[k]), x(edges[k + 1]), x((edges[k] + edges[k + 1]) / 2)
        top, share = max(bits[k], lengths[k]), value(f"p{k}", p[k], 1)
        marks += [
            bar(left, right, y(bits[k]), y(0) - y(bits[k]), "track"),
            curve([(left, y(0)), (left, y(bits[k])), (right, y(bits[k])), (right, y(0))]),
            text(middle, y(0) + 18, share, anchor="middle", class_="xr-tick"),
            text(middle, y(0) - 8, value(f"bits{k}", bits[k], 2), anchor="middle"),
            text(middle, y(top) - 10, word, anchor="middle", class_="xr-strong"),
        ]
        outline += [(left, y(lengths[k])), (right, y(lengths[k]))]
    marks.append(curve([*outline, (x(1), y(0)), (x(0), y(0))], "curve-dashed"))
    areas = (
        ("information", "curve", float(xentref.entropy(p, 2)), 4),
        ("code", "curve-dashed", float(p @ lengths), 1),
    )
    for k, (name, kind, area, decimals) in enumerate(areas):
        height = 20 + 22 * k
        marks += [
            bar(8, 36, height - 5, 6, "track") if kind == "curve" else "",
            curve([(8, height - 5), (36, height - 5)], kind),
            text(44, height, words[name]),
            text(404, height, value(name, area, decimals), anchor="end"),
        ]
    marks += [
        text(12, 70, words["bits"], class_="xr-title"),
        text(404, 340, f"{words['probability']} {letter('p')}", anchor="end", class_="xr-title"),
    ]
    return svg(420, 348, *marks)


STILL = Still(code_lengths, ("information", "code", "bits", "probability"))

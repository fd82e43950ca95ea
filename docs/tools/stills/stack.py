"""What a wrong belief costs, as areas under the surprise and as entropy plus divergence."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Still
from docs.tools.stills.drawing import (
    Floats,
    Scale,
    Words,
    bar,
    curve,
    letter,
    line,
    svg,
    text,
    value,
    x_axis,
    y_axis,
)

_TRUTH = np.array([0.7, 0.2, 0.1])
_BELIEFS = (np.array([0.5, 0.3, 0.2]), np.array([0.7, 0.299, 0.001]))


def stack(words: Words) -> str:
    """What a wrong belief costs, as areas under the surprise and as entropy plus divergence."""
    return _surprise_areas(words) + _stacked_bars(words)


def _vector(numbers: Floats) -> str:
    """Return the belief q as it stands in a picture."""
    return f"{letter('q')} = ({', '.join(f'{number:g}' for number in numbers)})"


def _surprise_areas(words: Words) -> str:
    """Draw columns as wide as p and as high as -ln q, dashed where q = p would end them."""
    x, edges = Scale(0, 1, 32, 340), [0.0, *np.cumsum(_TRUTH).tolist()]
    marks = [text(8, 20, f"{words['surprise']} −ln {letter('q')}", class_="xr-title")]
    for k, belief in enumerate(_BELIEFS):
        y = Scale(0, 7, 144 + 148 * k, 38 + 148 * k)
        marks += [
            x_axis(x, y(0), edges, 1),
            y_axis(y, x(0), [0, 2, 4, 6]),
            text(x(0) + 12, y(5), _vector(belief)),
        ]
        heights = {"curve": belief, "curve-dashed": _TRUTH}
        for kind, q in heights.items():
            tops = [y(float(xentref.self_information(share))) for share in q]
            for left, right, top in zip(edges, edges[1:], tops, strict=False):
                corners = [(left, y(0)), (left, top), (right, top), (right, y(0))]
                if kind == "curve":
                    marks.append(bar(x(left), x(right), top, y(0) - top, "track"))
                marks.append(curve([(x(edge), height) for edge, height in corners], kind))
    marks.append(
        text(340, 332, f"{words['probability']} {letter('p')}", anchor="end", class_="xr-title")
    )
    return svg(352, 340, *marks)


def _stacked_bars(words: Words) -> str:
    """Draw the same areas as bars from zero: all start with the entropy, then they part."""
    x, base = Scale(0, 1.25, 12, 340), 292
    h, p, q = letter("H"), letter("p"), letter("q")
    entropy = float(xentref.entropy(_TRUTH))
    divergence = f"{words['divergence']} {letter('D')}({p} ‖ {q})"
    marks = [
        text(12, 20, f"{words['entropy']} {h}({p})", class_="xr-title"),
        text(340, 20, divergence, anchor="end", class_="xr-title"),
    ]
    for k, belief in enumerate((_TRUTH, *_BELIEFS)):
        row = 60 + 84 * k
        more = float(xentref.kl_divergence(_TRUTH, belief))
        both = float(xentref.cross_entropy_between(_TRUTH, belief))
        marks += [
            text(12, row, f"{q} = {p}" if k == 0 else _vector(belief)),
            text(340, row, f"{h}({p}, {q}) = {value(f'cross{k}', both, 4)}", anchor="end"),
            bar(x(0), x(entropy), row + 10, 16, "bar-other", data_mark=f"entropy{k}"),
            bar(x(entropy), x(both), row + 10, 16, "bar", data_mark=f"divergence{k}"),
            text(12, row + 44, value(f"entropy{k}", entropy, 4)),
            text(x(entropy) + 6, row + 44, f"+ {value(f'divergence{k}', more, 4)}"),
        ]
    marks += [
        line(x(entropy), 36, x(entropy), base, "guide"),
        x_axis(x, base, [0, 0.5, 1], 1),
        text(340, 332, f"{words['cross']} {h}({p}, {q})", anchor="end", class_="xr-title"),
    ]
    return svg(352, 340, *marks)


STILL = Still(stack, ("surprise", "probability", "entropy", "divergence", "cross"))

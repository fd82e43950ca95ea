"""What a wrong belief costs, as areas under the surprise and as entropy plus divergence."""

from __future__ import annotations

from itertools import pairwise

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
    spread,
    svg,
    tag,
    text,
    value,
    y_axis,
)

_TRUTH, _BELIEF = (0.7, 0.2, 0.1), (0.7, 0.299, 0.001)
_SUBSCRIPTS = "₁₂₃"
_BARS = tag("tspan", " ‖ ", class_="xr-sign")
_LENGTHS = (1.5, 3.0, 9.0)  # nats on the axis of the bars: the first that holds both


def stack(words: Words, p1: float, q1: float, p2: float, q2: float, p3: float, q3: float) -> str:
    """What a wrong belief costs, as areas under the surprise and as entropy plus divergence."""
    p, q = np.array([p1, p2, p3]), np.array([q1, q2, q3])
    p, q = p / p.sum(), q / q.sum()
    return _columns(words, p, q) + _bars(words, p, q)


def _columns(words: Words, p: Floats, q: Floats) -> str:
    """Draw columns as wide as p and as high as -ln q, dashed where q = p would end them."""
    x, y = Scale(0, 1, 32, 340), Scale(0, 7, 262, 45)
    edges = [x(edge) for edge in (0.0, *np.cumsum(p).tolist())]
    middles = [(left + right) / 2 for left, right in pairwise(edges)]
    labels = spread(middles, 42, 46, 327)
    surprise = [y(float(xentref.self_information(share))) for share in q]
    least = [y(float(xentref.self_information(share))) for share in p]
    mean = y(float(xentref.cross_entropy_between(p, q)))
    marks = [
        text(8, 20, f"{words['surprise']} −ln {letter('q')}", class_="xr-title"),
        y_axis(y, x(0), [0, 2, 4, 6]),
    ]
    for k, (left, right) in enumerate(pairwise(edges)):
        marks.append(
            bar(left, right, surprise[k], y(0) - surprise[k], "part", data_mark=f"area{k}")
        )
    for k, (left, right) in enumerate(pairwise(edges)):
        corners = [(left, y(0)), (left, least[k]), (right, least[k]), (right, y(0))]
        marks.append(curve(corners, "curve-dashed", data_mark=f"least{k}"))
    marks += [
        line(x(0), mean, x(1), mean, "guide", data_mark="mean"),
        text(
            x(0) + 6,
            mean - 6,
            _of_two("H"),
            class_="xr-tick xr-clear",
            data_mark="mean-label",
        ),
    ]
    for k, middle in enumerate(middles):
        wide = max(float(p[k]) * (x.stop - x.start), 18)
        box = {"data_mark": f"grip-q{k}", "data_grip": f"q{k}"}
        marks += [
            dot(middle, surprise[k], "handle", data_mark=f"top{k}"),
            bar(middle - wide / 2, middle + wide / 2, surprise[k] - 14, 28, "grip-up", **box),
            text(labels[k], y(0) + 28, value(f"p{k}", p[k], 2), anchor="middle", data_mark=f"p{k}"),
            text(labels[k], y(0) + 50, value(f"q{k}", q[k], 3), anchor="middle", data_mark=f"q{k}"),
        ]
    for k, edge in enumerate(edges[1:-1]):
        box = {"data_mark": f"grip-p{k}", "data_grip": f"p{k}"}
        marks += [
            dot(edge, y(0), "handle", data_mark=f"edge{k}"),
            bar(edge - 10, edge + 10, y(0) - 12, 26, "grip", **box),
        ]
    marks += [
        text(20, y(0) + 28, letter("p"), anchor="end", class_="xr-title"),
        text(20, y(0) + 50, letter("q"), anchor="end", class_="xr-title"),
        text(340, 334, f"{words['probability']} {letter('p')}", anchor="end", class_="xr-title"),
    ]
    return svg(352, 340, *marks, data_panel="columns", data_x=x, data_y=y)


def _of_two(name: str, between: str = ", ") -> str:
    return f"{letter(name)}({letter('p')}{between}{letter('q')})"


def _bars(words: Words, p: Floats, q: Floats) -> str:
    """Write the areas and their sum; draw them as a bar, and below it entropy and divergence."""
    surprise = np.array([float(xentref.self_information(share)) for share in q])
    areas, both = p * surprise, float(xentref.cross_entropy_between(p, q))
    entropy, more = float(xentref.entropy(p)), float(xentref.kl_divergence(p, q))
    longest = next(length for length in _LENGTHS if both <= length)
    x = Scale(0, longest, 12, 340)
    marks = [text(12, 20, words["areas"], class_="xr-title")]
    reached = 0.0
    for k, area in enumerate(areas.tolist()):
        row, c = 46 + 23 * k, _SUBSCRIPTS[k]
        product = f"{value(f'p{k}', p[k], 2)} × {value(f'surprise{k}', surprise[k], 4)}"
        formula = f"{letter('p')}{c} (−ln {letter('q')}{c}) = {product}"
        mark = {"data_mark": f"part{k}"}
        marks += [
            text(12, row, formula),
            text(340, row, value(f"area{k}", area, 4), anchor="end"),
            bar(x(reached), x(reached + area), 150, 16, "part", **mark),
        ]
        reached += area
    marks += [
        bar(x(0), x(entropy), 174, 16, "bar-other", data_mark="entropy"),
        bar(x(entropy), x(both), 174, 16, "bar", data_mark="divergence"),
        line(12, 198, 340, 198, "axis"),
    ]
    for k in range(4):
        place = 12 + k * 328 / 3
        tick = value(f"tick{k}", k * longest / 3, 1)
        anchor = ("start", "middle", "middle", "end")[k]
        marks += [
            line(place, 198, place, 202, "axis"),
            text(place, 216, tick, anchor=anchor, class_="xr-tick"),
        ]
    total = value("cross", both, 4)
    marks += [
        line(276, 99, 340, 99, "axis"),
        text(12, 119, f"{words['cross']} {_of_two('H')}", class_="xr-strong"),
        text(340, 119, total, anchor="end", class_="xr-strong"),
        bar(12, 28, 246, 10, "bar-other"),
        text(36, 256, f"{words['entropy']} {letter('H')}({letter('p')})"),
        text(340, 256, value("entropy", entropy, 4), anchor="end"),
        bar(12, 28, 269, 10, "bar"),
        text(36, 279, f"{words['divergence']} {_of_two('D', _BARS)}"),
        text(340, 279, value("divergence", more, 4), anchor="end"),
        line(276, 287, 340, 287, "axis"),
        text(36, 308, f"{words['cross']} {_of_two('H')}", class_="xr-strong"),
        text(340, 308, total, anchor="end", class_="xr-strong"),
    ]
    return svg(352, 340, *marks, data_panel="bars")


def _pair(k: int) -> tuple[Slider, Slider]:
    number = str(k + 1)
    return (
        Slider(f"p{number}", "truth", 0.01, 0.98, 0.01, _TRUTH[k], decimals=2, k=number),
        Slider(f"q{number}", "belief", 0.001, 0.998, 0.001, _BELIEF[k], decimals=3, k=number),
    )


STILL = Still(
    stack,
    (
        *("surprise", "probability", "areas", "entropy", "divergence", "cross"),
        *("truth", "belief", "reset", "summary"),
    ),
    controls=(*_pair(0), *_pair(1), *_pair(2)),
    placeholders={
        "truth": ("k",),
        "belief": ("k",),
        "summary": ("p0", "p1", "p2", "q0", "q1", "q2", "cross", "entropy", "divergence"),
    },
)

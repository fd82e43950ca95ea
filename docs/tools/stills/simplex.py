"""Three probabilities as a point in a triangle, and its way as the temperature changes."""

from __future__ import annotations

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
    svg,
    tag,
    text,
    value,
)

_SUBSCRIPTS = "₀₁₂"
_X, _Y = Scale(0, 1, 32, 320), Scale(0, 1, 278, 29)


def simplex(words: Words, z0: float, z1: float, z2: float, log_t: float) -> str:
    """Draw the softmax of three scores at a temperature, and its way to the middle."""
    z, temperature = np.array([z0, z1, z2]), 10**log_t
    p = _softmax(z / temperature)
    return _triangle(words, z, p) + _bars(words, z, temperature, p)


def _softmax(z: Floats) -> Floats:
    return np.asarray(xentref.softmax(z), dtype=np.float64)


def _spot(p: Floats) -> tuple[float, float]:
    """Return the place of a distribution: the corners weighted with their probabilities."""
    return _X(float(p[2] + p[1] / 2)), _Y(float(p[1]))


def _triangle(words: Words, z: Floats, p: Floats) -> str:
    corners = np.eye(3)
    outline = [_spot(corner) for corner in corners]
    ways = [_softmax(z / 10 ** (k / 10)) for k in range(-20, 31)]
    rings = [_softmax(z / temperature) for temperature in (0.1, 1, 10, 100)]
    shape = " ".join(f"{x:g},{y:g}" for x, y in outline)
    marks = [
        tag("polygon", points=shape, class_="xr-grip", data_grip="triangle"),
        curve([*outline, outline[0]], "axis"),
        *(line(*_spot(corner), *_spot((1 - corner) / 2), "guide") for corner in corners),
        *(
            text(x, 18 if k == 1 else 300, words[f"class{k}"], anchor="middle")
            for k, (x, _) in enumerate(outline)
        ),
        curve(map(_spot, ways), data_mark="way"),
    ]
    for k, ring in enumerate(rings):
        x, y = _spot(ring)
        marks.append(tag("circle", cx=x, cy=y, r=3, class_="xr-ring", data_mark=f"ring{k}"))
    x, y = _spot(p)
    marks += [
        dot(x, y, "handle", data_mark="point"),
        tag("circle", cx=x, cy=y, r=24, class_="xr-grip-all", data_grip="point", data_mark="hold"),
    ]
    return svg(352, 308, *marks, data_panel="triangle", data_x=_X, data_y=_Y)


def _bars(words: Words, z: Floats, temperature: float, p: Floats) -> str:
    x = Scale(0, 1, 8, 344)
    chance = Scale(0, float(np.log(3)), x.start, x.stop)
    entropy = float(xentref.entropy(p))
    said = value("t", temperature, 2)
    marks = [
        text(8, 18, f"{words['temperature']} {letter('T')} = {said}", class_="xr-heading"),
        text(344, 18, f"{letter('z')} / {letter('T')}", anchor="end", class_="xr-title"),
    ]
    for k in range(3):
        y = 56 + 58 * k
        quotient = f"{value(f'z{k}', z[k], 1)} / {said} = {value(f's{k}', z[k] / temperature, 2)}"
        name = f"{words[f'class{k}']}: {letter('p')}{_SUBSCRIPTS[k]}"
        marks += [
            text(8, y, f"{name} = {value(f'p{k}', p[k], 4)}"),
            text(344, y, quotient, anchor="end", class_="xr-title"),
            bar(x(0), x(1), y + 9, 10, "track"),
            bar(x(0), x(p[k]), y + 9, 10, "bar", data_mark=f"p{k}-bar"),
        ]
    marks += [
        text(8, 240, f"{words['entropy']} {letter('H')} = {value('entropy', entropy, 4)}"),
        text(344, 240, "ln 3", anchor="end", class_="xr-title"),
        bar(x.start, x.stop, 249, 10, "track"),
        bar(x.start, chance(entropy), 249, 10, "bar-other", data_mark="entropy-bar"),
    ]
    return svg(352, 308, *marks, data_panel="bars", data_x=x, data_y=chance)


STILL = Still(
    simplex,
    (
        *("class0", "class1", "class2", "score0", "score1", "score2"),
        *("temperature", "entropy", "reset", "summary"),
    ),
    controls=(
        Slider("z0", "score0", 0, 10, 0.1, 3),
        Slider("z1", "score1", 0, 10, 0.1, 7),
        Slider("z2", "score2", 0, 10, 0.1, 4),
        Slider("log_t", "temperature", -1, 2, 0.05, 0, decimals=2, base=10),
    ),
    placeholders={"summary": ("z0", "z1", "z2", "t", "p0", "p1", "p2", "entropy")},
)

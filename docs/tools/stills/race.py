"""The slopes of cross-entropy and squared error at label 1, and who gets there first."""

from __future__ import annotations

import math

import numpy as np

import xentref
from docs.tools.stills.controls import Slider, Still
from docs.tools.stills.drawing import (
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
    x_axis,
    y_axis,
)

_RACERS = (("ce", "curve", "ring"), ("mse", "curve-dashed", "dot"))
_STEPS = 10_000
_GOAL = 0.9


def race(words: Words, start: float, log_rate: float, log_steps: float) -> str:
    """Draw the slopes, and the race from a score with a learning rate, seen after some steps."""
    rate, steps = 10**log_rate, round(10**log_steps)
    scores = {loss: _scores(loss, start, rate) for loss, *_ in _RACERS}
    now = {loss: z[steps] for loss, z in scores.items()}
    return _slopes(words, start, rate, now) + _probabilities(words, scores, steps)


def _slope_of(loss: str, z: float) -> float:
    """Return the slope at label 1 of cross-entropy ("ce") or half the squared error ("mse")."""
    if loss == "ce":
        return float(xentref.binary_cross_entropy_with_logits_grad(z, 1.0))
    p = float(xentref.sigmoid(z))
    return (p - 1) * p * (1 - p)


def _probability(z: float) -> float:
    # For one number at a time, in a race of many steps, this is much faster than xentref.sigmoid.
    return 1 / (1 + math.exp(-z))


def _scores(loss: str, start: float, rate: float) -> list[float]:
    """Return the score at the start and after each step."""
    z = [start]
    for _ in range(_STEPS):
        p = _probability(z[-1])
        z.append(z[-1] + rate * (1 - p) * (1 if loss == "ce" else p * (1 - p)))
    return z


def _slopes(words: Words, start: float, rate: float, now: dict[str, float]) -> str:
    """Draw how hard each loss pulls at the score; the squared error at most with 4/27."""
    x, y = Scale(-8, 12, 36, 340), Scale(0, 1, 216, 48)
    peak = -float(np.log(2))  # the score of probability 1/3
    most = -_slope_of("mse", peak)
    marks = [
        text(8, 18, words["slope"], class_="xr-title"),
        x_axis(x, y(0), range(-8, 13, 4)),
        y_axis(y, x(-8), [0, 0.5, 1], 1),
        *(
            curve(((x(z), y(-_slope_of(loss, z))) for z in np.linspace(-8, 12, 41).tolist()), kind)
            for loss, kind, _ in _RACERS
        ),
        line(x(peak), y(0), x(peak), y(most), "guide"),
        text(x(0.5), y(0.6), words["ce"]),
        text(x(peak) - 10, y(most) - 30, words["mse"], anchor="end"),
        text(x(peak) - 10, y(most) - 12, f"4/27 ≈ {value('peak', most, 3)}", anchor="end"),
        text(340, 256, f"{words['score']} {letter('z')}", anchor="end", class_="xr-title"),
        text(8, 284, f"{words['start']} {letter('z')} = {value('start', start, 1)}"),
        line(x(-8), 302, x(0), 302, "rail"),
        dot(x(start), 302, "handle", data_mark="start"),
        text(8, 328, f"{words['rate']} {letter('η')} = {value('rate', rate, 2)}"),
    ]
    for loss, _, kind in _RACERS:
        z = now[loss]
        marks.append(dot(x(z), y(-_slope_of(loss, z)), kind, data_mark=f"{loss}-slope"))
    marks.append(bar(0, 352, 266, 50, "grip", data_grip="start"))
    return svg(352, 336, *marks, data_panel="slopes", data_x=x, data_y=y)


def _probabilities(words: Words, scores: dict[str, list[float]], steps: int) -> str:
    """Draw the probability after each step, and say how far both are and when they pass 0.9."""
    x, y = Scale(0, 4, 36, 328), Scale(0, 1, 216, 48)
    counts = [round(10 ** (k / 15)) for k in range(61)]
    here = x(math.log10(steps))
    after = words["after"].replace("{n}", value("n", steps, 0))
    goal = words["arrival"].replace("{goal}", f"{letter('p')} &gt; {_GOAL}")
    marks = [
        text(8, 18, f"{words['probability']} {letter('p')}", class_="xr-title"),
        x_axis(x, y(0), []),
        *(line(x(k), y(0), x(k), y(0) + 4, "axis") for k in range(5)),
        *(text(x(k), y(0) + 18, str(10**k), anchor="middle", class_="xr-tick") for k in range(5)),
        y_axis(y, x(0), [0, 0.5, _GOAL], 1),
        line(x.start, y(_GOAL), x.stop, y(_GOAL), "guide"),
        line(here, y(1) - 14, here, y(0), "guide", data_mark="now"),
        text(340, 256, words["step"], anchor="end", class_="xr-title"),
        text(208, 284, after, anchor="end", class_="xr-title"),
        text(340, 284, goal, anchor="end", class_="xr-title"),
    ]
    for row, (loss, kind, mark) in enumerate(_RACERS):
        z = scores[loss]
        p = _probability(z[steps])
        arrived = next((n for n, each in enumerate(z) if _probability(each) > _GOAL), None)
        when = f"&gt; {_STEPS}" if arrived is None else str(arrived)
        below = 306 + 22 * row
        marks += [
            curve(
                ((x(math.log10(n)), y(_probability(z[n]))) for n in counts),
                kind,
                data_mark=f"{loss}-curve",
            ),
            dot(here, y(p), mark, data_mark=f"{loss}-now"),
            curve([(8, below - 5), (36, below - 5)], kind),
            dot(22, below - 5, mark),
            text(44, below, words[loss]),
            text(208, below, value(f"{loss}_p", p, 4), anchor="end"),
            text(340, below, tag("tspan", when, data_value=f"{loss}_when"), anchor="end"),
        ]
    marks += [
        dot(here, y(1) - 14, "handle", data_mark="handle"),
        bar(0, 352, y(1) - 28, y(0) - y(1) + 52, "grip", data_grip="steps"),
    ]
    return svg(352, 336, *marks, data_panel="probabilities", data_x=x, data_y=y)


STILL = Still(
    race,
    (
        *("slope", "score", "ce", "mse", "probability", "step", "after", "arrival"),
        *("start", "rate", "steps", "reset", "summary"),
    ),
    controls=(
        Slider("start", "start", -8, 0, 0.5, -8),
        Slider("log_rate", "rate", -1, 1, 0.1, 0, decimals=2, base=10),
        Slider("log_steps", "steps", 0, 4, 0.05, 1.3, decimals=0, base=10),
    ),
    placeholders={
        "after": ("n",),
        "arrival": ("goal",),
        "summary": ("start", "rate", "n", "ce_p", "mse_p", "ce_when", "mse_when"),
    },
)

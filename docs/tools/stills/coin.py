"""Where the likelihood of a coin has its top, its negative log has its foot."""

from __future__ import annotations

from math import exp, floor, log10, pi, sin

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
)

_THETAS = [sin(pi * k / 200) ** 2 for k in range(101)]  # dense where the logarithm is steep
_MOST = 3  # nats a toss, on the lower axis


def coin(words: Words, theta: float, heads: float, tosses: float) -> str:
    """The likelihood has its top where its negative log has its foot; a point of both at theta."""
    n = int(tosses)
    h = min(int(heads), n)
    outcomes = np.repeat([1.0, 0.0], [h, n - h])

    def nll(theta: float) -> float:
        each = np.full(n, theta)
        return float(xentref.binary_cross_entropy(each, outcomes, reduction="sum"))

    best, here = h / n, nll(theta)
    least = nll(best)
    exponent = floor(log10(exp(-least)))
    x = Scale(0, 1, 52, 356)
    # The peak is as high as the upper panel; the lower axis grows with the tosses.
    above, below = Scale(0, 1, 172, 66), Scale(0, _MOST * n, 392, 240)
    losses = [(theta, nll(theta)) for theta in _THETAS]
    top, foot, place = above(exp(least - here)), below(here), x(theta)
    symbol = f"{letter('L')}({letter('θ')})"
    unit = f"10{tag('tspan', value('exponent', exponent, 0), dy=-5, class_='xr-small')}"
    about = tag("tspan", "=" if h * 10_000 % n == 0 else "≈", data_value="about")
    estimate = f"{value('heads', h, 0)}/{value('tosses', n, 0)} {about} {value('best', best, 4)}"
    left, right = theta < best and place > 110, theta > best and place > 110
    marks = [
        text(8, 20, f"{words['likelihood']} {symbol} / {unit}", class_="xr-title"),
        x_axis(x, above(0), []),
        line(x(0), above(0), x(0), above(1), "axis"),
        text(x(0) - 8, above(0) + 4.5, "0", anchor="end", class_="xr-tick"),
        line(x(0) - 4, above(1), x(0), above(1), "axis"),
        text(
            x(0) - 8,
            above(1) + 4.5,
            value("peak", exp(-least) / 10.0**exponent, 3),
            anchor="end",
            class_="xr-tick",
        ),
        x_axis(x, below.start, [0, 0.2, 0.4, 0.6, 0.8, 1], 1),
        line(x(0), below.start, x(0), below.stop, "axis"),
    ]
    for k in range(_MOST + 1):
        tick = below(k * n)
        marks += [
            line(x(0) - 4, tick, x(0), tick, "axis"),
            text(
                x(0) - 8,
                tick + 4.5,
                value(f"tick{k}", k * n, 0),
                anchor="end",
                class_="xr-tick",
            ),
        ]
    marks += [
        line(x(best), above(1), x(best), below(0), "guide", data_mark="best"),
        line(place, top, place, below(0), "reach", data_mark="drop"),
        curve(
            ((x(q), above(exp(least - loss))) for q, loss in losses),
            data_mark="likelihood",
        ),
        curve(
            ((x(q), below(loss)) for q, loss in losses if loss <= _MOST * n),
            data_mark="nll",
        ),
        text(8, 213, f"{words['nll']} −ln {symbol}", class_="xr-title xr-clear"),
        dot(x(best), above(1), "ring", data_mark="best-top"),
        dot(x(best), below(least), "ring", data_mark="best-foot"),
        text(
            min(max(x(best), 90), 318),
            42,
            f"{letter('θ')} = {estimate}",
            anchor="middle",
            data_mark="estimate",
        ),
        dot(place, top, "handle", data_mark="top"),
        dot(place, foot, "handle", data_mark="foot"),
        text(
            place - 10 if left else place + 10,
            top - 6,
            value("likelihood", exp(-here) / 10.0**exponent, 3),
            anchor="end" if left else "start",
            class_="xr-strong xr-clear",
            data_mark="top-label",
        ),
        text(
            place - 10 if right else place + 10,
            foot - 8,
            value("loss", here, 3),
            anchor="end" if right else "start",
            class_="xr-strong xr-clear",
            data_mark="foot-label",
        ),
        text(x(0), 430, f"{letter('θ')} = {value('theta', theta, 2)}", class_="xr-strong"),
        text(356, 430, f"{words['theta']} {letter('θ')}", anchor="end", class_="xr-title"),
        bar(x(0), x(1), above(1), below(0) - above(1), "grip", data_grip="theta"),
    ]
    return svg(400, 436, *marks, data_panel="curves", data_x=x)


STILL = Still(
    coin,
    ("likelihood", "nll", "theta", "heads", "tosses", "reset", "summary"),
    controls=(
        Slider("theta", "theta", 0.05, 0.95, 0.01, 0.5, decimals=2),
        Slider("heads", "heads", 0, 20, 1, 9, decimals=0),
        Slider("tosses", "tosses", 1, 20, 1, 13, decimals=0),
    ),
    placeholders={
        "summary": ("heads", "tosses", "theta", "likelihood", "exponent", "loss", "best"),
    },
)

"""Nine heads of thirteen: where the likelihood has its top, its negative log has its foot."""

from __future__ import annotations

import numpy as np

import xentref
from docs.tools.stills.controls import Still
from docs.tools.stills.drawing import (
    Scale,
    Words,
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


def coin(words: Words) -> str:
    """Nine heads of thirteen: the likelihood has its top where its negative log has its foot."""
    heads, flips = 9, 13
    outcomes = np.repeat([1.0, 0.0], [heads, flips - heads])

    def nll(theta: float) -> float:
        each = np.full(flips, theta)
        return float(xentref.binary_cross_entropy(each, outcomes, reduction="sum"))

    best = heads / flips
    thetas = np.unique(np.append(xentref.sigmoid(np.linspace(-5, 8, 105)), best))
    x = Scale(0, 1, 44, 384)
    above, below = Scale(0, 4, 160, 40), Scale(0, 30, 370, 220)
    losses = [(theta, nll(theta)) for theta in thetas]
    peak, least = np.exp(-nll(best)), nll(best)
    symbol = f"{letter('L')}({letter('θ')})"
    unit = f"10{tag('tspan', '−4', dy=-5, class_='xr-small')}"
    marks = [
        text(12, 20, f"{words['likelihood']} {symbol} / {unit}", class_="xr-title"),
        x_axis(x, above(0), []),
        y_axis(above, x(0), range(5)),
        line(x(best), above(peak * 1e4), x(best), below(0), "guide"),
        curve((x(theta), above(np.exp(-loss) * 1e4)) for theta, loss in losses),
        dot(x(best), above(peak * 1e4)),
        text(x(best), above(peak * 1e4) - 12, value("peak", peak * 1e4, 3), anchor="middle"),
        text(12, 204, f"{words['nll']} −ln {symbol}", class_="xr-title xr-clear"),
        x_axis(x, below(0), [0, 0.2, 0.4, 0.6, 0.8, 1], 1),
        y_axis(below, x(0), range(0, 31, 10)),
        curve((x(theta), below(loss)) for theta, loss in losses if loss <= 30),
        dot(x(best), below(least)),
        text(x(best) + 10, below(least) - 10, value("least", least, 3)),
        text(
            x(best) - 8,
            below(0) - 8,
            f"{letter('θ')} = {heads}/{flips} ≈ {value('best', best, 4)}",
            anchor="end",
        ),
        text(384, 408, f"{words['theta']} {letter('θ')}", anchor="end", class_="xr-title"),
    ]
    return svg(400, 416, *marks)


STILL = Still(coin, ("likelihood", "nll", "theta"))

"""The figures as still pictures: SVG drawn with a few helpers, every number computed by xentref.

A picture holds numbers, mathematical letters and the words that its page gives, nothing else, so
that both languages share it. Its colours are classes (docs/theme/css/figures.css); what the live
figure moves or rewrites carries a `data-` attribute (docs/theme/js/figures.js). Words arrive
escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

import xentref

Words = Mapping[str, str]
Rows = Sequence[Sequence[float]]
Floats = npt.NDArray[np.float64]


# Drawing ---------------------------------------------------------------------------------------


class Scale(NamedTuple):
    """A straight map from numbers to places: `first` lies at `start`, `last` at `stop`."""

    first: float
    last: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Return the place of a number."""
        share = (value - self.first) / (self.last - self.first)
        return self.start + share * (self.stop - self.start)

    def __str__(self) -> str:
        """Return the four numbers as the live figure reads them."""
        return " ".join(f"{number:g}" for number in self)


def shown(value: float, decimals: int) -> str:
    """Return a number as it stands in a picture: fixed decimals, a true minus, no minus zero."""
    return f"{value:z.{decimals}f}".replace("-", "−")


def tag(name: str, *children: str, **attributes: object) -> str:
    """Return an element; `class_` means class, `data_x` means data-x, None leaves one out."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{place(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{pairs}>{''.join(children)}</{name}>"


def place(value: object) -> str:
    """Return an attribute's value; a place is given to a tenth of a unit."""
    return f"{round(float(value), 1):g}" if isinstance(value, (int, float)) else str(value)


def text(x: float, y: float, *parts: str, anchor: str | None = None, **attributes: object) -> str:
    """Return a line of text whose baseline starts, centres or ends at (x, y)."""
    return tag("text", *parts, x=x, y=y, text_anchor=anchor, **attributes)


def letter(name: str) -> str:
    """Return a mathematical letter, set in italics."""
    return tag("tspan", name, class_="xr-letter")


def power(exponent: str) -> str:
    """Return e with an exponent; the second shift takes the line down again."""
    raised = tag("tspan", exponent, dy=-5, class_="xr-small")
    return f"{letter('e')}{raised}{tag('tspan', '&#8203;', dy=5)}"


def value(name: str, number: float, decimals: int) -> str:
    """Return a number that the live figure rewrites."""
    return tag("tspan", shown(number, decimals), data_value=name)


def line(x1: float, y1: float, x2: float, y2: float, kind: str, **attributes: object) -> str:
    """Return a straight line of the kind axis, guide or key."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=f"xr-{kind}", **attributes)


def curve(points: Iterable[tuple[float, float]], kind: str = "curve") -> str:
    """Return a line through points."""
    path = " ".join(f"{place(float(x))},{place(float(y))}" for x, y in points)
    return tag("polyline", points=path, class_=f"xr-{kind}")


def dot(x: float, y: float, kind: str = "dot", **attributes: object) -> str:
    """Return a round mark."""
    return tag("circle", cx=x, cy=y, r=5, class_=f"xr-{kind}", **attributes)


def bar(x1: float, x2: float, y: float, height: float, kind: str, **attributes: object) -> str:
    """Return a horizontal bar between two places, in either order."""
    return tag(
        "rect",
        x=min(x1, x2),
        y=y,
        width=abs(x2 - x1),
        height=height,
        class_=f"xr-{kind}",
        **attributes,
    )


def x_axis(x: Scale, y: float, ticks: Sequence[float], decimals: int = 0) -> str:
    """Return a horizontal axis at the height y with its ticks and their numbers."""
    marks = [line(x.start, y, x.stop, y, "axis")]
    for tick in ticks:
        marks.append(line(x(tick), y, x(tick), y + 4, "axis"))
        marks.append(
            text(x(tick), y + 18, shown(tick, decimals), anchor="middle", class_="xr-tick")
        )
    return "".join(marks)


def y_axis(y: Scale, x: float, ticks: Sequence[float], decimals: int = 0) -> str:
    """Return a vertical axis at x with its ticks and their numbers."""
    marks = [line(x, y.start, x, y.stop, "axis")]
    for tick in ticks:
        marks.append(line(x - 4, y(tick), x, y(tick), "axis"))
        marks.append(
            text(x - 8, y(tick) + 4.5, shown(tick, decimals), anchor="end", class_="xr-tick")
        )
    return "".join(marks)


def svg(width: int, height: int, *marks: str, **attributes: object) -> str:
    """Return a picture, as wide as its place on the page allows."""
    return tag("svg", *marks, viewBox=f"0 0 {width} {height}", aria_hidden="true", **attributes)


# The figures -----------------------------------------------------------------------------------


def sigmoid(words: Words, rows: Rows) -> str:
    """The curve of σ(s) from 0 to 1, with σ(0) = 0.5 and two points that mirror each other."""
    x, y = Scale(-6, 6, 44, 384), Scale(0, 1, 196, 40)
    scores = np.linspace(-6, 6, 61)
    marks = [
        x_axis(x, y(0), range(-6, 7, 2)),
        y_axis(y, x(-6), [0, 0.5, 1], 1),
        line(x(-6), y(1), x(6), y(1), "guide"),
        line(x(0), y(0), x(0), y(1), "guide"),
        curve((x(s), y(float(xentref.sigmoid(s)))) for s in scores),
    ]
    for score, decimals in ((-2, 4), (0, 1), (2, 4)):
        probability = float(xentref.sigmoid(score))
        side = -1 if score < 0 else 1
        label = text(
            x(score) + 12 * side,
            y(probability) + (-4 if side < 0 else 14),
            f"{letter('σ')}({shown(score, 0)}) = {value(f'σ({score})', probability, decimals)}",
            anchor="end" if side < 0 else None,
        )
        marks += [dot(x(score), y(probability), "dot" if score == 0 else "ring"), label]
    marks += [
        text(12, 20, f"{words['probability']} {letter('σ')}({letter('s')})", class_="xr-title"),
        text(384, 236, f"{words['score']} {letter('s')}", anchor="end", class_="xr-title"),
    ]
    return svg(400, 244, *marks)


def coin(words: Words, rows: Rows) -> str:
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


def softmax(words: Words, rows: Rows) -> str:
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


def surprisal(words: Words, rows: Rows) -> str:
    """The curve of -ln p: a label given 0.4 costs 0.9163, one given 0.98 costs 0.0202."""
    x, y = Scale(0, 1, 44, 384), Scale(0, 5, 216, 40)
    marks = [
        x_axis(x, y(0), [0, 0.2, 0.4, 0.6, 0.8, 1], 1),
        y_axis(y, x(0), range(6)),
        curve((x(p), y(loss)) for p, loss in _minus_log(5)),
    ]
    for p, right, up in ((0.4, 8, 14), (0.98, 6, 24)):
        loss = float(xentref.binary_cross_entropy(p, 1.0))
        label = f"−ln {p} = {value(f'-ln {p}', loss, 4)}"
        anchor = "end" if p > 0.8 else None
        marks += [
            line(x(p), y(0), x(p), y(loss), "guide"),
            dot(x(p), y(loss)),
            text(x(p) + right, y(loss) - up, label, anchor=anchor),
        ]
    marks += [
        text(12, 20, f"{words['loss']} −ln {letter('p')}", class_="xr-title"),
        text(384, 256, f"{words['probability']} {letter('p')}", anchor="end", class_="xr-title"),
    ]
    return svg(400, 264, *marks)


def _minus_log(most: float) -> list[tuple[float, float]]:
    """Return points (p, -ln p) up to the height `most`, close together where the curve bends."""
    steep, flat = np.exp(-np.linspace(0, most, 25)), np.linspace(0.05, 1, 39)
    p = np.unique(np.concatenate([steep, flat]))
    return [(q, float(xentref.binary_cross_entropy(q, 1.0))) for q in p.tolist()]


def loss_curves(words: Words, rows: Rows) -> str:
    """The loss while learning, in torch and in NumPy, read from the page's verified output."""
    steps, torch, numpy = np.array(rows, dtype=np.float64).T
    chance = float(xentref.cross_entropy(np.zeros(10), 0))
    top = np.ceil(2 * max(chance, torch.max(), numpy.max())) / 2
    x, y = Scale(steps.min(), steps.max(), 44, 384), Scale(0, top, 216, 40)
    marks = [
        x_axis(x, y(0), _round_ticks(steps.min(), steps.max())),
        y_axis(y, x.start, np.arange(0, top + 0.1, 0.5).tolist(), 1),
        line(x.start, y(chance), x.stop, y(chance), "guide"),
        text(x.stop, y(chance) - 6, f"ln 10 = {value('ln 10', chance, 4)}", anchor="end"),
        curve([(x(step), y(loss)) for step, loss, _ in rows], "curve-wide"),
        curve([(x(step), y(loss)) for step, _, loss in rows], "curve-dashed"),
        text(12, 20, words["loss"], class_="xr-title"),
        text(384, 256, words["step"], anchor="end", class_="xr-title"),
    ]
    for k, (name, kind) in enumerate((("torch", "curve-wide"), ("numpy", "curve-dashed"))):
        height = y(chance) + 34 + 24 * k
        last = rows[-1][1 + k]
        marks += [
            curve([(216, height - 5), (252, height - 5)], kind),
            text(262, height, words[name]),
            text(384, height, value(name, last, 4), anchor="end"),
        ]
    return svg(400, 264, *marks, data_first=shown(rows[0][1], 4))


def _round_ticks(first: float, last: float) -> list[float]:
    """Return at most seven round numbers from first to last."""
    sizes = (size * 10**power for power in range(9) for size in (1, 2, 5))
    step = next(size for size in sizes if (last - first) / size <= 6)
    return [step * k for k in range(int(np.ceil(first / step)), int(last // step) + 1)]


def pipeline(words: Words, rows: Rows) -> str:
    """Two scores, their probabilities, and the loss of the label."""
    return _scores(words, *_EXAMPLE) + _probabilities(words, *_EXAMPLE)


_EXAMPLE = (np.array([0.0, 1.0]), 0)  # scores and label
_ROWS = (44, 88)  # the baselines of the two classes, the same in both panels
_SUBSCRIPTS = "₀₁"


def _scores(words: Words, z: Floats, label: int) -> str:
    """Draw the scores as bars from zero, and the calculation under them."""
    x = Scale(-4, 4, 12, 288)
    marks = [
        text(12, 18, f"{words['scores']} {letter('z')}", class_="xr-heading"),
        x_axis(x, 120, range(-4, 5, 2)),
        line(x(0), 50, x(0), 120, "axis"),
    ]
    for k, y in enumerate(_ROWS):
        name = f"z{k}"
        marks += [
            text(12, y, f"{letter('z')}{_SUBSCRIPTS[k]} = {value(name, z[k], 1)}"),
            line(x(-4), y + 14, x(4), y + 14, "rail"),
            bar(x(0), x(z[k]), y + 9, 10, "bar-score", data_mark=f"{name}-bar"),
            dot(x(z[k]), y + 14, "handle", data_mark=f"{name}-handle"),
            bar(0, 300, y - 14, 40, "grip", data_grip=name),
        ]

    powers, p = np.exp(z), xentref.softmax(z)
    total = value("sum", powers.sum(), 4)
    steps = [
        (power(f"{letter('z')}{_SUBSCRIPTS[k]}"), value(f"e{k}", powers[k], 4)) for k in (0, 1)
    ]
    steps.append(("Σ", total))
    for k in (0, 1):
        quotient = f"{value(f'e{k}', powers[k], 4)} / {total} = {value(f'p{k}', p[k], 4)}"
        steps.append((f"{letter('p')}{_SUBSCRIPTS[k]}", quotient))
    chosen = tag("tspan", _SUBSCRIPTS[label], data_value="subscript")
    loss = float(xentref.cross_entropy(z, label))
    steps.append((f"−ln {letter('p')}{chosen}", value("loss", loss, 5)))
    for row, (left, right) in enumerate(steps):
        y = 186 + 26 * row
        kind = "xr-strong" if row == len(steps) - 1 else None
        marks += [
            text(72, y, left, anchor="end", class_=kind),
            text(80, y, f"= {right}", class_=kind),
        ]
    return svg(300, 340, *marks, data_panel="scores", data_x=x)


def _probabilities(words: Words, z: Floats, label: int) -> str:
    """Draw the probabilities as bars and, on the same axis, the curve on which the loss is read."""
    x, y = Scale(0, 1, 32, 344), Scale(0, 8, 300, 150)
    p, loss = xentref.softmax(z), float(xentref.cross_entropy(z, label))
    heading = f"{words['probabilities']} {letter('p')} = softmax({letter('z')})"
    marks = [
        text(32, 18, heading, class_="xr-heading"),
        x_axis(x, y(0), [0, 0.25, 0.5, 0.75, 1], 2),
        y_axis(y, x(0), range(0, 9, 2)),
        text(344, 166, f"{words['loss']} −ln {letter('p')}", anchor="end", class_="xr-heading"),
        curve((x(q), y(height)) for q, height in _minus_log(8)),
    ]
    for k, row in enumerate(_ROWS):
        marks += [
            bar(x(0), x(1), row + 9, 10, "track"),
            bar(
                x(0),
                x(p[k]),
                row + 9,
                10,
                "bar" if k == label else "bar-other",
                data_mark=f"p{k}-bar",
            ),
        ]
    end, height = x(p[label]), y(loss)
    marks += [
        line(end, _ROWS[label] + 19, end, height, "guide", data_mark="drop"),
        line(x(0), height, end, height, "guide", data_mark="reach"),
    ]
    for k, row in enumerate(_ROWS):
        symbol = f"{letter('p')}{_SUBSCRIPTS[k]}"
        marks += [
            text(32, row, f"{symbol} = {value(f'p{k}', p[k], 4)}", class_="xr-clear"),
            bar(0, 360, row - 14, 40, "grip", data_grip=f"p{k}"),
        ]
    marks += [
        text(344, _ROWS[label], words["label"], anchor="end", class_="xr-tag", data_mark="tag"),
        dot(end, height, "handle", data_mark="point"),
        text(
            min(end + 10, 300),
            height - 10,
            value("loss", loss, 5),
            class_="xr-strong xr-clear",
            data_mark="loss-label",
        ),
        bar(0, 360, y(8), y(0) - y(8) + 10, "grip", data_grip="point"),
    ]
    return svg(360, 340, *marks, data_panel="probabilities", data_x=x, data_y=y)


def pipeline_controls(words: Words) -> str:
    """Write the form that moves the figure; the page shows it only where scripts run."""
    z, label = _EXAMPLE
    sliders = [
        tag(
            "label",
            tag("span", words["score"].replace("{k}", str(k))),
            f'<input type="range" name="z{k}" min="-4" max="4" step="0.1" value="{z[k]:g}"'
            f' aria-valuetext="{shown(z[k], 1)}">',
            class_="xr-slider",
        )
        for k in (0, 1)
    ]
    choices = [
        f'<label><input type="radio" name="label" value="{k}"{" checked" * (k == label)}> '
        f"{words['class'].replace('{k}', str(k))}</label>"
        for k in (0, 1)
    ]
    return tag(
        "form",
        *sliders,
        tag("fieldset", tag("legend", words["label"]), *choices),
        tag("button", words["reset"], type="reset"),
        class_="xr-controls",
        autocomplete="off",
    ) + tag("p", class_="xr-summary", aria_live="polite", data_words=words["summary"])


def race(words: Words, rows: Rows) -> str:
    """The slopes of cross-entropy and squared error at label 1, and who gets there first."""
    return _slopes(words) + _steps(words)


_RACERS = (("ce", "curve"), ("mse", "curve-dashed"))


def _slope_of(loss: str, z: float) -> float:
    """Return the slope at label 1 of cross-entropy ("ce") or half the squared error ("mse")."""
    if loss == "ce":
        return float(xentref.binary_cross_entropy_with_logits_grad(z, 1.0))
    p = float(xentref.sigmoid(z))
    return (p - 1) * p * (1 - p)


def _slopes(words: Words) -> str:
    """Draw how hard each loss pulls at the score; the squared error at most with 4/27."""
    x, y = Scale(-8, 8, 36, 340), Scale(0, 1, 216, 40)
    peak = -float(np.log(2))  # the score of probability 1/3
    most = -_slope_of("mse", peak)
    marks = [
        text(8, 20, words["slope"], class_="xr-title"),
        x_axis(x, y(0), range(-8, 9, 4)),
        y_axis(y, x(-8), [0, 0.5, 1], 1),
        *(
            curve(((x(z), y(-_slope_of(loss, z))) for z in np.linspace(-8, 8, 49).tolist()), kind)
            for loss, kind in _RACERS
        ),
        text(x(-7.6), y(1) + 24, words["ce"]),
        dot(x(peak), y(most)),
        text(x(peak) - 10, y(most) - 30, words["mse"], anchor="end"),
        text(x(peak) - 10, y(most) - 12, f"4/27 ≈ {value('peak', most, 3)}", anchor="end"),
        text(340, 256, f"{words['score']} {letter('z')}", anchor="end", class_="xr-title"),
    ]
    return svg(352, 264, *marks)


def _steps(words: Words) -> str:
    """Draw the probability after each step of size 1 from z = -8, and the step that passes 0.9."""
    x, y = Scale(0, np.log10(5000), 36, 340), Scale(0, 1, 216, 40)
    counts = np.unique(np.logspace(0, np.log10(5000), 60).astype(int))
    marks = [
        text(8, 20, f"{words['probability']} {letter('p')}", class_="xr-title"),
        x_axis(x, y(0), []),
        *(line(x(k), y(0), x(k), y(0) + 4, "axis") for k in range(4)),
        *(text(x(k), y(0) + 18, str(10**k), anchor="middle", class_="xr-tick") for k in range(4)),
        y_axis(y, x(0), [0, 0.5, 0.9], 1),
        line(x.start, y(0.9), x.stop, y(0.9), "guide"),
        text(340, 256, words["step"], anchor="end", class_="xr-title"),
    ]
    for loss, kind in _RACERS:
        z, p = -8.0, []
        for _ in range(5000):
            z -= _slope_of(loss, z)
            p.append(float(xentref.sigmoid(z)))
        arrived = next(step for step, q in enumerate(p, 1) if q > 0.9)
        side, height, anchor = (4, y(0.6), None) if loss == "ce" else (-4, y(0.3), "end")
        label = x(np.log10(arrived)) + side
        marks += [
            curve(((x(np.log10(n)), y(p[n - 1])) for n in counts), kind),
            dot(x(np.log10(arrived)), y(p[arrived - 1])),
            text(label, height, words[loss], anchor=anchor, class_="xr-clear"),
            text(label, height + 18, value(loss, arrived, 0), anchor=anchor, class_="xr-clear"),
        ]
    return svg(352, 264, *marks)


def units(words: Words, rows: Rows) -> str:
    """One curve of -log p against three axes; each unit has its own probability that gives 1."""
    most, x = 5.0, Scale(0, 1, 44, 300)
    y = Scale(0, most, 284, 40)
    bases = {"bits": 2.0, "nats": float(np.e), "hartleys": 10.0}
    scales = {
        unit: Scale(0, most * float(xentref.self_information(0.5, base)), y.start, y.stop)
        for unit, base in bases.items()
    }
    sides = {"bits": x.start, "nats": 314.0, "hartleys": 372.0}
    p = np.unique(np.concatenate([2.0 ** -np.linspace(0, most, 41), np.linspace(0.05, 1, 39)]))
    marks = [
        x_axis(x, y(0), [0, 0.2, 0.4, 0.6, 0.8, 1], 1),
        y_axis(scales["bits"], sides["bits"], range(6)),
        _right_axis(scales["nats"], sides["nats"], range(4)),
        _right_axis(scales["hartleys"], sides["hartleys"], [0, 0.5, 1, 1.5], 1),
        curve((x(q), y(float(xentref.self_information(q, 2)))) for q in p.tolist()),
    ]
    fractions = {"bits": "1/2", "nats": f"1/{letter('e')}", "hartleys": "1/10"}
    for unit, base in bases.items():
        one, height = 1 / base, scales[unit](float(xentref.self_information(1 / base, base)))
        about = "≈" if unit == "nats" else "="
        label = f"{fractions[unit]} {about} {value(unit, one, 3 if unit == 'nats' else 1)}"
        marks += [
            line(x(one), height, sides[unit], height, "guide"),
            dot(x(one), height),
            text(x(one) + 8, height - 8, label, class_="xr-clear"),
        ]
    marks += [
        text(12, 20, words["bits"], class_="xr-title"),
        text(sides["nats"], 20, words["nats"], anchor="middle", class_="xr-title"),
        text(412, 20, words["hartleys"], anchor="end", class_="xr-title"),
        text(300, 324, f"{words['probability']} {letter('p')}", anchor="end", class_="xr-title"),
    ]
    return svg(424, 332, *marks)


def _right_axis(y: Scale, x: float, ticks: Sequence[float], decimals: int = 0) -> str:
    """Return a vertical axis whose numbers stand on its right."""
    marks = [line(x, y.start, x, y.stop, "axis")]
    for tick in ticks:
        marks.append(line(x, y(tick), x + 4, y(tick), "axis"))
        marks.append(text(x + 8, y(tick) + 4.5, shown(tick, decimals), class_="xr-tick"))
    return "".join(marks)


def code_lengths(words: Words, rows: Rows) -> str:
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


def stack(words: Words, rows: Rows) -> str:
    """What a wrong belief costs, as areas under the surprise and as entropy plus divergence."""
    return _surprise_areas(words) + _stacked_bars(words)


_TRUTH = np.array([0.7, 0.2, 0.1])
_BELIEFS = (np.array([0.5, 0.3, 0.2]), np.array([0.7, 0.299, 0.001]))


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


def tail(words: Words, rows: Rows) -> str:
    """The loss of a right answer over the gap: the true one, and what float32 makes of it."""
    x, y, zero = Scale(12, 22, 60, 384), Scale(-5, -10, 40, 236), 262.0
    gaps = np.arange(1200, 2201) / 100
    scores = np.stack([gaps, np.zeros_like(gaps)], axis=1)
    exact = np.asarray(xentref.cross_entropy(scores, np.zeros(1001, int), reduction="none"))
    float32 = np.log(np.float32(1) + np.exp(-gaps.astype(np.float32)))
    cliff, shows = float(gaps[float32 == 0][0]), float(xentref.cross_entropy([20.0, 0.0], 0))

    def height(loss: float) -> float:
        # 0 has no place on a logarithmic axis, and gets a row below it.
        return y(float(np.log10(loss))) if loss else zero

    falls = (np.flatnonzero(np.diff(float32)) + 1).tolist()
    corners = [(k, level) for k in falls for level in (k - 1, k)]
    stairs = [(0, 0), *corners, (gaps.size - 1, gaps.size - 1)]
    marks = [
        text(12, 20, words["loss"], class_="xr-title"),
        x_axis(x, 286, range(12, 23, 2)),
        line(x.start, y.start, x.start, y.stop, "axis"),
        *(line(x.start - 4, y(n), x.start, y(n), "axis") for n in range(-10, -4)),
        *(
            text(x.start - 8, y(n) + 4.5, ten_to(n), anchor="end", class_="xr-tick")
            for n in range(-10, -4)
        ),
        line(x.start - 4, zero, x.start, zero, "axis"),
        text(x.start - 8, zero + 4.5, "0", anchor="end", class_="xr-tick"),
        curve((x(gaps[k]), height(float32[level])) for k, level in stairs),
        curve(((x(gaps[k]), height(exact[k])) for k in range(0, 1001, 100)), "curve-dashed"),
        dot(x(20), height(shows)),
        text(x(20), height(shows) - 28, words["exact"]),
        text(x(20), height(shows) - 11, f"{value('mantissa', shows * 1e9, 2)} × {ten_to(-9)}"),
        dot(x(cliff), zero, "ring"),
        text(x(cliff) + 10, zero - 10, words["float32"]),
        text(x(cliff) - 10, zero + 5, value("cliff", cliff, 2), anchor="end"),
        text(384, 324, f"{words['gap']} {letter('g')}", anchor="end", class_="xr-title"),
    ]
    return svg(400, 332, *marks)


def ten_to(exponent: int) -> str:
    """Return a power of ten; the second shift takes the line down again."""
    raised = tag("tspan", shown(exponent, 0), dy=-5, class_="xr-small")
    return f"10{raised}{tag('tspan', '&#8203;', dy=5)}"


class Still(NamedTuple):
    """A figure: what draws it and what its page must give."""

    draw: Callable[[Words, Rows], str]
    words: tuple[str, ...]
    element: str = ""  # the custom element that brings it to life
    controls: Callable[[Words], str] = lambda words: ""
    placeholders: Mapping[str, tuple[str, ...]] = {}  # what stands in braces in which word
    reads_output: bool = False


STILLS = {
    "pipeline": Still(
        pipeline,
        ("scores", "probabilities", "loss", "label", "class", "score", "reset", "summary"),
        element="xentref-pipeline",
        controls=pipeline_controls,
        placeholders={
            "class": ("k",),
            "score": ("k",),
            "summary": ("z0", "z1", "label", "p0", "p1", "loss"),
        },
    ),
    "sigmoid": Still(sigmoid, ("score", "probability")),
    "coin": Still(coin, ("likelihood", "nll", "theta")),
    "softmax": Still(
        softmax,
        ("sample", "scores", "exponentials", "probabilities"),
        placeholders={"sample": ("n",)},
    ),
    "surprisal": Still(surprisal, ("probability", "loss")),
    "race": Still(race, ("slope", "score", "ce", "mse", "probability", "step")),
    "units": Still(units, ("probability", "bits", "nats", "hartleys")),
    "code-lengths": Still(code_lengths, ("information", "code", "bits", "probability")),
    "stack": Still(stack, ("surprise", "probability", "entropy", "divergence", "cross")),
    "loss-curves": Still(loss_curves, ("step", "loss", "torch", "numpy"), reads_output=True),
    "tail": Still(tail, ("gap", "loss", "exact", "float32")),
}

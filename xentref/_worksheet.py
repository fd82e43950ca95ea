"""The steps of each loss, from the input to the losses of the rows, and the reduction at the end.

They are written on a sheet. The arguments have been checked, by the loss itself; the numbers come
from the public functions, and where a row is looked at closely, from NumPy: a difference, an
exponential, a sum, a product.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xentref import _board
from xentref._words import FORMULAS, WORDS
from xentref.activations import log_softmax, sigmoid, softmax
from xentref.encoding import smooth_labels
from xentref.losses import binary_cross_entropy_with_logits, cross_entropy, nll_loss


class Entry(NamedTuple):
    """What is written down of one step; `Step` in `explanations` says what each of it is."""

    key: str
    name: str
    formula: str
    plain: str
    sentence: str
    worked: str
    values: Mapping[str, Any]


class Sheet:
    """The steps written so far."""

    def __init__(self, lang: str) -> None:
        self.words = WORDS[lang]
        self.between = " " if lang == "en" else ""
        self.entries: list[Entry] = []

    def write(
        self,
        formula: str | tuple[str, str],
        sentences: Sequence[str],
        values: Mapping[str, Any],
        worked: str = "",
        **facts: object,
    ) -> None:
        """Add a step: its formula, or the name of one; the names of its sentences; its numbers."""
        key = sentences[0].partition(".")[0]
        latex, plain = FORMULAS[formula] if isinstance(formula, str) else formula
        text = self.between.join(self.words[name] for name in sentences).format(**facts)
        held = {}
        for name, value in values.items():
            copy = np.array(value)
            copy.flags.writeable = False
            held[name] = copy[()] if copy.ndim == 0 else copy
        self.entries.append(Entry(key, self.words[key], latex, plain, text, worked, held))


class Rows(NamedTuple):
    """What the steps up to the losses of the rows leave for the reduction."""

    symbol: tuple[str, str]  # one of those losses, in LaTeX and in plain text
    kept: NDArray[np.bool_]  # which rows count
    divisors: NDArray[Any]  # what each row adds to the divisor of a mean
    why: str  # the name of the sentence about that divisor


_LOSS = (r"\ell_n", "ℓ_n")


def _place(input: NDArray[Any]) -> int:
    """The axis of the classes."""
    return min(1, input.ndim - 1)


def _text(value: ArrayLike) -> str:
    """One number."""
    return _board.numbers(value)[0]


def _ends(values: ArrayLike) -> NDArray[Any]:
    """The numbers of which a formula has room for: all of a few, of many the first two and last."""
    flat = np.ravel(values)
    return flat[[0, 1, -1]] if flat.size > 5 else flat


def _listed(values: ArrayLike, between: str) -> str:
    """Numbers with something between them, those below 0 in brackets."""
    texts = [f"({text})" if text[0] == "-" else text for text in _board.numbers(_ends(values))]
    if np.size(values) > 5:
        texts.insert(2, _board.GAP)
    return between.join(texts) or "0"


def _equals(*shown: ArrayLike) -> str:
    """The sign between numbers, some of which may be rounded."""
    return "≈" if any(_board.rounded(_ends(values)) for values in shown) else "="


def _sum(letter: str, terms: ArrayLike, total: ArrayLike) -> str:
    """A sum, with its terms where there are more than one."""
    added = f"= {_listed(terms, ' + ')} " if np.size(terms) > 1 else ""
    return f"{letter} {added}{_equals(terms, total)} {_text(total)}"


def _left_out(sheet: Sheet, y: NDArray[Any], ignore_index: int) -> NDArray[np.bool_]:
    """Which rows count; a step for those that do not."""
    kept = np.asarray(y != ignore_index)
    if not np.all(kept):
        places = [tuple(place) for place in np.argwhere(~kept)[:7].tolist()]
        names = [str(place) if len(place) > 1 else str(*place) for place in places]
        if len(names) == 7:
            names[5:] = [_board.GAP]
        latex = rf"y_n = {ignore_index} \enspace \Rightarrow \enspace \ell_n = 0"
        sheet.write(
            (latex, f"y_n = {ignore_index} ⇒ ℓ_n = 0"),
            ["ignored.why"],
            {"kept": kept},
            ignore_index=ignore_index,
            rows=", ".join(names).strip() or "0",
        )
    return kept


def _at(values: NDArray[Any], y: NDArray[Any], kept: NDArray[np.bool_]) -> NDArray[Any]:
    """The entry that each label names; nan where the row does not count."""
    place = _place(values)
    index = np.expand_dims(np.where(kept, y, 0).astype(np.intp), place)
    found = np.take_along_axis(values, index, place).squeeze(place)
    return np.where(kept, found, np.nan).astype(values.dtype)


def _weigh_labels(
    sheet: Sheet, losses: ArrayLike, weighed: ArrayLike, rows: Rows, y: NDArray[Any]
) -> None:
    """The step in which each loss is multiplied by the weight of its label."""
    three = rows.divisors, losses, weighed
    worked = ""
    if y.size == 1:
        worked = f"w_y ℓ = {_text(three[0])} · {_text(losses)} {_equals(*three)} {_text(weighed)}"
    values = {"y": y, "w_y": three[0], "loss": losses, "weighted": weighed}
    sheet.write("weights.label", ["weights.label"], values, worked)


def _label_rows(
    sheet: Sheet,
    shape: tuple[int, ...],
    y: NDArray[Any],
    weight: ArrayLike | None,
    ignore_index: int,
) -> Rows:
    """Which rows count, and how much."""
    kept = _left_out(sheet, y, ignore_index)
    # What a log-probability of -1 costs is the weight of its label, or 0 if that is ignored.
    minus_one = np.full(shape, -1.0)
    weights = nll_loss(minus_one, y, weight=weight, ignore_index=ignore_index, reduction="none")
    if weight is None:
        return Rows(_LOSS, kept, np.asarray(weights), "mean.rows")
    symbol = (r"w_{y_n} \, \ell_n", "w_y ℓ_n")
    return Rows(symbol, kept, np.asarray(weights), "mean.weights")


def of_nll_loss(
    sheet: Sheet, x: NDArray[Any], y: NDArray[Any], *, weight: ArrayLike | None, ignore_index: int
) -> Rows:
    """The steps from log-probabilities to the losses."""
    said = ["log_probabilities.classes", "scores.label"] + ["scores.rows"] * (y.size != 1)
    sheet.write("log_probabilities", said, {"y": y, "x": x})
    rows = _label_rows(sheet, x.shape, y, weight, ignore_index)
    if not np.any(rows.kept):
        return rows
    own = _at(x, y, rows.kept)
    losses = nll_loss(x, y, ignore_index=ignore_index, reduction="none")
    picked, turned = "", ""
    if y.size == 1:
        sign = _equals(own)
        picked = f"x_y = x_{y.item()} {sign} {_text(own)}"
        turned = f"ℓ = -({_text(own)}) {sign} {_text(losses)}"
    sheet.write("pick.log_probability", ["pick.log_probability"], {"y": y, "x_y": own}, picked)
    sheet.write("surprise.sign", ["surprise.sign"], {"x_y": own, "loss": losses}, turned)
    if weight is not None:
        options: dict[str, Any] = {"ignore_index": ignore_index, "reduction": "none"}
        _weigh_labels(sheet, losses, nll_loss(x, y, weight=weight, **options), rows, y)
    return rows


def of_cross_entropy(
    sheet: Sheet,
    z: NDArray[Any],
    target: NDArray[Any],
    *,
    weight: ArrayLike | None,
    ignore_index: int,
    label_smoothing: float,
) -> Rows:
    """The steps from scores to the losses."""
    place = _place(z)
    p = softmax(z, axis=place)
    z = z.astype(p.dtype)
    names_classes = target.ndim < z.ndim
    said = ["scores.classes"] + ["scores.label"] * names_classes
    said += ["scores.rows"] * (z.size != z.shape[place])
    sheet.write("scores", said, {"y": target, "z": z} if names_classes else {"z": z})
    if names_classes:
        rows = _label_rows(sheet, z.shape, target, weight, ignore_index)
    else:
        every = np.ones((*z.shape[:place], *z.shape[place + 1 :]))
        rows = Rows(_LOSS, every == 1, every, "mean.probabilities")
    if np.any(rows.kept):
        d, s = _exponentials(sheet, z)
        sheet.write("probabilities", ["probabilities.share"], {"p": p})
        options: dict[str, Any] = {"weight": weight, "ignore_index": ignore_index}
        if names_classes and not label_smoothing:
            _one_class(sheet, z, target, rows, (d, s, p), options)
        else:
            _every_class(sheet, z, target, rows, options | {"label_smoothing": label_smoothing})
    return rows._replace(symbol=_LOSS) if label_smoothing else rows


def _exponentials(sheet: Sheet, z: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The steps up to their sum; the scores measured from the largest, and that sum."""
    place = _place(z)
    wide = z.astype(np.float64)
    top = wide.max(axis=place)
    gap = wide - np.expand_dims(top, place)
    exps = np.exp(gap)
    m, d, u, s = (each.astype(z.dtype) for each in (top, gap, exps, exps.sum(axis=place)))
    sheet.write("shift", ["shift.why"], {"m": m, "d": d})
    sheet.write("exponentials", ["exponentials.why"], {"u": u})
    sheet.write("sum", ["sum.why"], {"S": s}, _sum("S", u, s) if s.size == 1 else "")
    return d, s


def _one_class(
    sheet: Sheet,
    z: NDArray[Any],
    y: NDArray[Any],
    rows: Rows,
    softmax: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    options: dict[str, Any],
) -> None:
    """The steps of a target that names one class."""
    d, s, p = softmax
    gap, own = _at(d, y, rows.kept), _at(p, y, rows.kept)
    losses = cross_entropy(z, y, reduction="none", **options | {"weight": None})
    picked, worked = "", ""
    if y.size == 1:
        picked = f"p_y = p_{y.item()} {_equals(own)} {_text(own)}"
        # A probability that looks like 0 or 1 does not tell where the loss comes from; S does.
        told = float(_text(own)) not in (0, 1)
        whence = f"-ln {_text(own)}" if told else f"ln {_text(s)} + {_text(-gap)}"
        worked = f"ℓ = {whence} {_equals(own, s, gap, losses)} {_text(losses)}"
    sheet.write("pick.probability", ["pick.probability"], {"y": y, "p_y": own}, picked)
    said = ["surprise.why", "surprise.digits"]
    sheet.write("surprise", said, {"p_y": own, "loss": losses}, worked)
    if options["weight"] is not None:
        _weigh_labels(sheet, losses, cross_entropy(z, y, reduction="none", **options), rows, y)


def _every_class(
    sheet: Sheet, z: NDArray[Any], target: NDArray[Any], rows: Rows, options: dict[str, Any]
) -> None:
    """The steps of a target that is a distribution, or becomes one by smoothing."""
    place = _place(z)
    classes = z.shape[place]
    surprises = 0.0 - log_softmax(z, axis=place)
    sheet.write("surprises", ["surprises.classes", "surprise.digits"], {"s": surprises})
    kept = np.expand_dims(rows.kept, place)
    names_classes = target.ndim < z.ndim
    known = np.where(rows.kept, target, 0) if names_classes else target

    def wanted(smoothing: float) -> NDArray[Any]:
        # An ignored row wants no class at all.
        return smooth_labels(known, smoothing, classes, axis=place) * kept

    said = "target.label" if names_classes else "target.given"
    letters, share = "t", wanted(0.0)
    sheet.write(said, [said], {"t": share})
    smoothing = options["label_smoothing"]
    if smoothing:
        letters, share = "q", wanted(smoothing)
        facts = {"epsilon": float(smoothing), "classes": classes}
        sheet.write("smoothing", ["smoothing.why"], {"q": share}, **facts)
    said_of_terms = ["terms.target"]
    if options["weight"] is not None:
        letters = f"w {letters}"
        said_of_terms.append("terms.weights")
        w = np.asarray(options["weight"]) * 1.0
        share = share * w.reshape([classes if axis == place else 1 for axis in range(z.ndim)])
        worked = f"w = ({_listed(w, ', ')})"
        sheet.write("weights.classes", ["weights.classes"], {"w": w}, worked)
    # A class that counts nothing adds nothing, not even if it could not happen.
    terms = np.where((share == 0) & np.isinf(surprises), 0.0, share * surprises)
    sheet.write(f"terms.{letters}", said_of_terms, {"a": terms})
    losses = cross_entropy(z, target, reduction="none", **options)
    worked = _sum("ℓ", terms, losses) if kept.size == 1 else ""
    sheet.write("loss", ["loss.terms"], {"loss": losses}, worked)


def of_binary(
    sheet: Sheet,
    function: Callable[..., Any],
    input: NDArray[Any],
    t: NDArray[Any],
    *,
    weight: ArrayLike | None,
    pos_weight: ArrayLike | None = None,
) -> Rows:
    """The steps from scores or probabilities of yes to the losses."""
    every = np.ones(input.shape)
    rows = Rows(_LOSS, every == 1, every, "mean.elements")
    from_scores = function is binary_cross_entropy_with_logits
    said = "scores.binary" if from_scores else "probabilities.binary"
    letter = "z" if from_scores else "p"
    sheet.write(said, [said, "binary.target"], {letter: input, "t": t * np.int8(1)})
    if not input.size:
        return rows

    if from_scores:
        p = sigmoid(input)
        worked = f"p = σ({_text(input)}) {_equals(input, p)} {_text(p)}"
        said = "probabilities.sigmoid"
        sheet.write(said, [said], {"z": input, "p": p}, worked if input.size == 1 else "")
    a = function(input, every == 1, reduction="none")
    b = function(input, every == 0, reduction="none")
    said = "surprises.score" if from_scores else "surprises.held"
    sheet.write(said, ["surprises.binary", said], {"a": a, "b": b})

    options: dict[str, Any] = {"reduction": "none"}
    values: dict[str, Any] = {"t": t * np.int8(1)}
    key, said_of_loss, factors = "blend", ["blend.target"], [t * 1.0, a]
    if pos_weight is not None:
        options["pos_weight"] = pos_weight
        values["alpha"] = np.broadcast_to(np.asarray(pos_weight) * 1.0, input.shape)
        factors.insert(0, values["alpha"])
        key = "blend.alpha"
        said_of_loss.append(key)
    losses = function(input, t, **options)
    worked = ""
    if input.size == 1:
        yes = " · ".join(map(_text, factors))
        sign = _equals(*factors, b, losses)
        worked = f"ℓ = {yes} + {_text(1.0 - t)} · {_text(b)} {sign} {_text(losses)}"
    sheet.write(key, said_of_loss, values | {"a": a, "b": b, "loss": losses}, worked)
    if weight is None:
        return rows

    w = np.broadcast_to(np.asarray(weight) * 1.0, input.shape)
    weighed = function(input, t, weight=weight, **options)
    worked = ""
    if input.size == 1:
        sign = _equals(w, losses, weighed)
        worked = f"w ℓ = {_text(w)} · {_text(losses)} {sign} {_text(weighed)}"
    values = {"w": w, "loss": losses, "weighted": weighed}
    sheet.write("weights.elements", ["weights.elements"], values, worked)
    return rows._replace(symbol=(r"w_n \, \ell_n", "w ℓ_n"))


def reduce(sheet: Sheet, rows: Rows, losses: ArrayLike, reduction: str, value: Any) -> None:
    """The last step."""
    latex, plain = rows.symbol
    held = np.asarray(losses)[rows.kept]
    if reduction == "none":
        sheet.write((f"L_n = {latex}", f"L_n = {plain}"), ["none.why"], {"L": value})
        return
    above = (rf"\sum_{{n}} {latex}", f"Σ_n {plain}")
    if reduction == "sum":
        formula = (f"L = {above[0]}", f"L = {above[1]}")
        sheet.write(formula, ["total.why"], {"L": value}, _sum("L", held, value))
        return
    weighed = rows.why == "mean.weights"
    below = (r"\sum_{n} w_{y_n}", "Σ_n w_y") if weighed else ("N", "N")
    divisors = rows.divisors[rows.kept]
    total, summed = divisors.sum(), held.sum(dtype=np.float64)
    few = 1 < held.size <= 5
    top = f"({_listed(held, ' + ')})" if few else _text(summed)
    bottom = f"({_listed(divisors, ' + ')})" if few and weighed else _text(total)
    shown = [held if few else summed, divisors if few and weighed else total, value]
    sheet.write(
        (rf"L = \frac{{{above[0]}}}{{{below[0]}}}", f"L = {above[1]} / {below[1]}"),
        [rows.why if total else "mean.nothing"],
        {"sum": summed, "total": total, "L": value},
        f"L = {top} / {bottom} {_equals(*shown)} {_text(value)}",
        total=_text(total),
    )

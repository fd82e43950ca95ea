"""The arithmetic: float64 arrays in, float64 arrays out, the classes along the last axis.

Nothing here checks an argument, guesses a shape, raises or warns; the public functions ask, these
compute. Two rules hold everywhere. A weight of zero silences an infinity (the limit of p ln p, not
0 times infinity) but never a nan. And where two numbers could cancel, their difference is computed
directly: a loss of 1e-30 has as many correct digits as a loss of 1. (Only a logsumexp that happens
to be close to 0 still cancels: the largest score against the logarithm of the rest.)

Narrower dtypes are computed in float64 too and rounded once, at the end.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Scalar = np.floating


class _Shifted(NamedTuple):
    """A row of scores, measured from the largest of them."""

    top: Floats  # the largest score, (…, 1)
    first: NDArray[np.intp]  # where it stands, (…, 1)
    gap: Floats  # score - top, rounded, (…, C)
    lost: Floats  # what the rounding took away, (…, C)
    exps: Floats  # exp(score - top), (…, C)
    rest: Floats  # their sum without the first largest, which is exactly 1, (…, 1)


def _shifted(scores: Floats) -> _Shifted:
    top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    empty = scores.shape[-1] == 0
    first = np.zeros(top.shape, np.intp) if empty else scores.argmax(axis=-1, keepdims=True)
    # Measured from an infinite top, every score is nan: the limit depends on the way there.
    origin = np.where(np.isfinite(top), top, np.nan)
    gap = scores - origin
    # Knuth's two-sum: score - top is gap + lost, exactly. Where exp is near its underflow, gap is
    # about -700, and its rounding error alone would cost the exponential eight bits.
    back = scores - gap
    lost = (scores - (gap + back)) + (back - origin)
    lost = np.where(np.isfinite(lost), lost, 0.0)
    exps = np.exp(gap) * (1.0 + lost)
    rest = _replaced(exps, first, 0.0).sum(axis=-1, keepdims=True)
    return _Shifted(top, first, gap, lost, exps, rest)


def _replaced(values: Floats, at: NDArray[np.intp], by: Floats | float) -> Floats:
    """A copy with one entry of each row replaced; a row without entries stays as it is."""
    copy = values.copy()
    if values.shape[-1]:
        np.put_along_axis(copy, at, by, axis=-1)
    return copy


def softmax(scores: Floats) -> Floats:
    """exp(score) over the sum of them all."""
    with np.errstate(all="ignore"):
        row = _shifted(scores)
        return row.exps / (1.0 + row.rest)


def log_softmax(scores: Floats) -> Floats:
    """The logarithm of the softmax, without the softmax."""
    with np.errstate(all="ignore"):
        row = _shifted(scores)
        return row.gap - (np.log1p(row.rest) - row.lost)


def logsumexp(scores: Floats) -> Floats:
    """The logarithm of the sum of exp(score); the last axis is gone."""
    with np.errstate(all="ignore"):
        row = _shifted(scores)
        return np.where(np.isfinite(row.top), row.top + np.log1p(row.rest), row.top)[..., 0]


def sigmoid(scores: Floats) -> Floats:
    """1 / (1 + exp(-score)), by an exponential that cannot overflow."""
    with np.errstate(all="ignore"):
        small = np.exp(-np.abs(scores))
        return np.where(scores < 0, small, 1.0) / (1.0 + small)


def logsigmoid(scores: Floats) -> Floats:
    """The logarithm of the sigmoid, without the sigmoid."""
    with np.errstate(all="ignore"):
        return np.minimum(scores, 0.0) - np.log1p(np.exp(-np.abs(scores)))


def _weighted(weight: Floats, values: Floats) -> Floats:
    """The product; a weight of zero silences an infinity, not a nan."""
    return np.where((weight == 0) & np.isinf(values), 0.0, weight * values)


def index_coefficients(
    index: NDArray[np.intp], kept: NDArray[np.bool_], weight: Floats, smoothing: float
) -> Floats:
    """How much the surprise of each class counts when the target names one class."""
    with np.errstate(all="ignore"):
        every = np.where(kept[..., None], weight * (smoothing / weight.size), 0.0)
        own = np.where(kept, weight[index] * (1.0 - smoothing + smoothing / weight.size), 0.0)
        return _replaced(every, index[..., None], own[..., None])


def probability_coefficients(probability: Floats, weight: Floats, smoothing: float) -> Floats:
    """How much the surprise of each class counts when the target is a distribution."""
    with np.errstate(all="ignore"):
        return weight * (probability * (1.0 - smoothing) + smoothing / weight.size)


def cross_entropy(scores: Floats, coefficients: Floats, kept: NDArray[np.bool_]) -> Floats:
    """The sum over the classes of coefficient times -log_softmax; 0 where not kept."""
    surprise = 0.0 - log_softmax(scores)  # not -log_softmax, which shows a loss of nothing as -0.0
    with np.errstate(all="ignore"):
        return np.where(kept, _weighted(coefficients, surprise).sum(axis=-1), 0.0)


def cross_entropy_grad(
    scores: Floats, coefficients: Floats, kept: NDArray[np.bool_], grad_output: Floats
) -> Floats:
    """The derivative of `cross_entropy` by the scores, times what each row's loss receives."""
    with np.errstate(all="ignore"):
        row = _shifted(scores)
        whole = 1.0 + row.rest
        p = row.exps / whole
        not_p = _replaced(1.0 - p, row.first, row.rest / whole)
        others = coefficients.sum(axis=-1, keepdims=True) - coefficients
        # p sum(a) - a, as push and pull: p - 1 would lose the last digits of a well-learnt class.
        grad = p * others - coefficients * not_p
        return np.where(kept[..., None], grad * grad_output[..., None], 0.0)


def nll(log_p: Floats, index: NDArray[np.intp], kept: NDArray[np.bool_], weight: Floats) -> Floats:
    """Minus the entry that each index names, times its weight; 0 where not kept."""
    with np.errstate(all="ignore"):
        surprise = 0.0 - np.take_along_axis(log_p, index[..., None], axis=-1)[..., 0]
        return np.where(kept, _weighted(weight[index], surprise), 0.0)


def binary_cross_entropy(p: Floats, target: Floats, weight: Floats) -> Floats:
    """-t ln p - (1 - t) ln(1 - p), neither logarithm below -100."""
    with np.errstate(all="ignore"):
        yes = np.minimum(0.0 - np.log(p), 100.0)
        no = np.minimum(0.0 - np.log1p(-p), 100.0)
        return weight * (target * yes + (1.0 - target) * no)


def binary_cross_entropy_with_logits(
    scores: Floats, target: Floats, weight: Floats, pos_weight: Floats
) -> Floats:
    """The same for p = sigmoid(score), without p; neither term is negative, so nothing cancels."""
    with np.errstate(all="ignore"):
        yes = _weighted(pos_weight * target, 0.0 - logsigmoid(scores))
        no = _weighted(1.0 - target, 0.0 - logsigmoid(-scores))
        return _weighted(weight, yes + no)


def total_weight(index: NDArray[np.intp], kept: NDArray[np.bool_], weight: Floats) -> Scalar:
    """The sum of the weights of the kept targets."""
    with np.errstate(all="ignore"):
        total: Scalar = np.where(kept, weight[index], 0.0).sum()
        return total


def divided(values: Floats, total: Scalar | float, reduction: str) -> Floats:
    """The values over the total if that is what the reduction does; over a total of 0, nan."""
    if reduction != "mean":
        return values
    with np.errstate(all="ignore"):
        return values / np.where(total == 0, np.nan, total)


def reduced(loss: Floats, total: Scalar | float, reduction: str) -> Floats:
    """Every loss by itself, or their sum, or their sum over the total."""
    if reduction == "none":
        return loss
    with np.errstate(all="ignore"):
        return divided(loss.sum(), total, reduction)


def rounded(values: Floats, dtype: np.dtype[np.floating]) -> Floats:
    """The values in the caller's dtype; without axes, as a NumPy scalar."""
    with np.errstate(all="ignore"):
        return values.astype(dtype)[()]

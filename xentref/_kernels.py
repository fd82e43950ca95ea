"""The arithmetic: float64 arrays in, float64 arrays out, the classes along the last axis.

Nothing here checks an argument, guesses a shape, raises or warns; the public functions ask, these
compute. Two rules hold everywhere. A weight of zero silences an infinity (the limit of p ln p, not
0 times infinity) but never a nan. And where two numbers could cancel, their difference is computed
directly: a loss of 1e-30 has digits as a loss of 1 has.

Narrower dtypes are computed in float64 too and rounded once, at the end.
"""

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Scalar = np.floating


def wide(values: NDArray[Any]) -> Floats:
    """A copy in float64, row after row in memory, to compute with; `rounded` is the way back."""
    return values.astype(np.float64, order="C")


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


def _log(values: Floats, base: float) -> Floats:
    """The logarithm to any base, exact for powers of the bases 2 and 10."""
    twos = math.log2(base)
    result: Floats
    if base == 10:
        result = np.log10(values)
    elif twos.is_integer():
        result = np.log2(values) / twos
    else:
        result = np.log(values) / math.log(base)
    return result


def self_information(p: Floats, base: float) -> Floats:
    """Minus the logarithm."""
    with np.errstate(all="ignore"):
        return 0.0 - _log(p, base)


def expected_information(p: Floats, q: Floats, base: float) -> Floats:
    """The sum of p times -log q; the last axis is gone."""
    with np.errstate(all="ignore"):
        result: Floats = _weighted(p, self_information(q, base)).sum(axis=-1)
        return result


def perplexity(p: Floats, q: Floats) -> Floats:
    """The product of the powers q to the -p, by way of bits: exact where they are whole."""
    with np.errstate(all="ignore"):
        result: Floats = np.exp2(expected_information(p, q, 2.0))
        return result


def kl_divergence(p: Floats, q: Floats, base: float) -> Floats:
    """The sum of p log(p/q) - p + q, which adds nothing over the row; the last axis is gone.

    None of these terms is negative, so that the small divergence of two like distributions is not
    what is left of large terms that cancel.
    """
    with np.errstate(all="ignore"):
        # Where p and q are alike, the term is p (t - ln(1 + t)) in nats. With r = t / (2 + t),
        # ln(1 + t) is 2 (r + r^3/3 + r^5/5 + …), of which 2r leaves t - 2r = rt.
        alike = (p < 2 * q) & (q < 2 * p)
        t = (q - p) / p
        r = t / (2.0 + t)
        square = r * r  # at most 1/9, so that 16 terms are enough
        tail = np.zeros_like(r)
        for k in range(16, 0, -1):
            tail = square * (tail + 2 / (2 * k + 1))
        nats: Floats = np.where(alike, p * (r * (t - tail)), q - p).sum(axis=-1)
        # Elsewhere p log(p/q) is large enough beside the whole term to be added up by itself.
        ratio = p / q
        normal = (ratio >= np.finfo(np.float64).tiny) & np.isfinite(ratio)
        log = np.where(normal, _log(ratio, base), _log(p, base) - _log(q, base))
        result: Floats = np.where(alike | (p == 0), 0.0, p * log).sum(axis=-1)
        return result + nats / math.log(base)


def total_weight(index: NDArray[np.intp], kept: NDArray[np.bool_], weight: Floats) -> Scalar:
    """The sum of the weights of the kept targets."""
    with np.errstate(all="ignore"):
        total: Scalar = np.where(kept, weight[index], 0.0).sum()
        return total


def divided(values: Floats, total: Scalar | float, reduction: str) -> Floats:
    """The values over the total if that is what the reduction does; over a total of 0, nan."""
    if reduction in ("none", "sum"):
        return values
    with np.errstate(all="ignore"):
        return values / (total or np.nan)


def reduced(
    loss: Floats, total: Scalar | float, reduction: str, dtype: np.dtype[np.floating]
) -> Floats:
    """Every loss by itself, or their sum, or their sum over the total, in the caller's dtype."""
    if reduction == "none":
        return rounded(loss, dtype)
    with np.errstate(all="ignore"):
        total_loss = np.add.reduce(loss, axis=None)
        if reduction != "sum":
            total_loss = total_loss / (total or np.nan)
        result: Floats = total_loss.astype(dtype)
        return result


def rounded(values: Floats, dtype: np.dtype[np.floating]) -> Floats:
    """The values in the caller's dtype; without axes, as a NumPy scalar."""
    if values.dtype == dtype:
        return values[()]
    with np.errstate(all="ignore"):
        return values.astype(dtype)[()]


def nll_grad(
    shape: tuple[int, ...],
    index: NDArray[np.intp],
    kept: NDArray[np.bool_],
    weight: Floats,
    grad_output: Floats,
) -> Floats:
    """The derivative of `nll` by the log-probabilities, times what each row's loss receives."""
    with np.errstate(all="ignore"):
        grad = np.zeros(shape)
        own = np.where(kept, 0.0 - weight[index] * grad_output, 0.0)
        np.put_along_axis(grad, index[..., None], own[..., None], axis=-1)
        return grad


# What p (1 - p) is held at from below, in single precision as in PyTorch: where a probability has
# reached 0 or 1, the gradient is large, but a number.
_LEAST_VARIANCE = float(np.float32(1e-12))


def binary_cross_entropy_grad(
    p: Floats, target: Floats, weight: Floats, grad_output: Floats
) -> Floats:
    """(p - t) / (p (1 - p)), times the weight and what each loss receives."""
    with np.errstate(all="ignore"):
        variance = np.maximum(p * (1.0 - p), _LEAST_VARIANCE)
        return weight * ((p - target) / variance) * grad_output


def binary_cross_entropy_with_logits_grad(
    scores: Floats, target: Floats, weight: Floats, pos_weight: Floats, grad_output: Floats
) -> Floats:
    """sigmoid(score) - t, as the push of no and the pull of yes, times what each loss receives."""
    with np.errstate(all="ignore"):
        no = (1.0 - target) * sigmoid(scores)
        yes = pos_weight * target * sigmoid(-scores)
        return weight * (no - yes) * grad_output


def _two_sum(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The sum, rounded, and what the rounding took away (Knuth)."""
    total = x + y
    back = total - x
    return total, (x - (total - back)) + (y - back)


@functools.cache
def _short_logarithms() -> tuple[Floats, Floats]:
    """ln(n / 1024) for n from 1024 to 2048: a multiple of 2^-42, and the rest."""
    one, sum_, tops, rests = 1 << 140, 0, [0.0], [0.0]
    for odd in range(2 * 1024 + 1, 2 * 2048, 2):
        # ln((n + 1) / n) = 2 artanh(1 / (2n + 1)), in whole numbers of 2^-140.
        sum_ += sum(2 * one // (k * odd**k) for k in range(1, 13, 2))
        top = sum_ >> 98
        tops.append(top / 2**42)
        rests.append((sum_ - (top << 98)) / one)
    return np.array(tops), np.array(rests)


def _log_minus(p: Floats, subtracted: Floats) -> Floats:
    """The difference ln p - subtracted for p > 0, with ln p not rounded in between.

    With p = m 2^e and a fraction r = n / 1024 close to 1 / m, let m r be 1 + a + b. Then ln p is
    e ln 2 - ln r + ln(1 + a + b), and r and a are given so few bits that the larger parts of this,
    up to a^2, are exact. What remains is below 2^-33, and so its rounding errors below 2^-85.
    """
    tops, rests = _short_logarithms()
    m, e = np.frexp(p)
    n = np.rint(1024.0 / m)
    at, r = n.astype(np.intp) - 1024, n / 1024.0
    head = np.rint(m * 2.0**27) / 2.0**27
    a, b = head * r - 1.0, (m - head) * r
    u = a + b
    small = u**3 * (1 / 3 - u * (1 / 4 - u * (1 / 5 - u * (1 / 6 - u / 7)))) - b * (a + b / 2)
    total, lost = e * tops[-1] - tops[at] + a, small + (e * rests[-1] - rests[at])
    for part in (-subtracted, -a * a / 2, b):
        total, error = _two_sum(total, part)
        lost = lost + error
    result: Floats = total + lost
    return result


def kl_div(log_q: Floats, p: Floats, dtype: np.dtype[np.floating]) -> Floats:
    """For each element p (ln p - ln q), with nearly all the digits that the dtype can show."""
    with np.errstate(all="ignore"):
        flat_p, flat_log_q = p.ravel(), log_q.ravel()
        gap = np.log(flat_p) - flat_log_q
        # Where p and q are so close that the rounding of ln p would show, it is not rounded.
        shows = np.finfo(np.float64).eps / np.finfo(dtype).eps
        close = np.flatnonzero(np.abs(gap) < np.abs(flat_log_q) * shows)
        for start in range(0, close.size, 4096):  # so few that they stay in the cache
            some = close[start : start + 4096]
            gap[some] = _log_minus(flat_p[some], flat_log_q[some])
        loss = p * gap.reshape(p.shape)
        return np.where((p == 0) & ~np.isnan(log_q), 0.0, loss)


def kl_div_of_logs(log_q: Floats, log_p: Floats) -> Floats:
    """The same for p = exp(log_p)."""
    with np.errstate(all="ignore"):
        gap = log_p - log_q
        # Close to its underflow exp has few bits left, which a large gap would show: stay away.
        away = np.where(log_p < -600.0, 64.0, 0.0)
        loss = _weighted(np.exp(log_p + away), gap) * np.exp(-away)
        loss = np.where(np.isinf(log_q), gap, loss)
        return np.where((log_p == -np.inf) & ~np.isnan(log_q), 0.0, loss)


def kl_div_grad(target: Floats, log_target: bool, grad_output: Floats) -> Floats:
    """The derivative of either by ln q, which is -p, times what each loss receives."""
    with np.errstate(all="ignore"):
        return 0.0 - (np.exp(target) if log_target else target) * grad_output


def smoothed(probability: Floats, smoothing: float, classes: int) -> Floats:
    """A share of each distribution, spread evenly over all classes."""
    with np.errstate(all="ignore"):
        return probability * (1.0 - smoothing) + smoothing / classes

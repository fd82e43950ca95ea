"""Rows of scores: the softmax and its kin, the cross-entropy and its gradient.

Scores come as a view of shape (N, D, C): N rows of D places each (1 where there are no places),
the C classes last; of any real dtype, in any layout. A block of rows at a time goes through float64
arrays that stay in the processor's cache, so that nothing as large as the scores is made but what
is asked for.

There are two ways through a block. The plain one takes exp(score) as it is: one exponential and one
sum, with no digit lost, as long as no sum comes near the ends of what its dtype can hold. Long rows
of float32 it leaves in float32, where the exponential is several times as fast, and only adds up in
float64. The careful one measures from the largest score and keeps what that subtraction rounds
away; it is right for any scores. As everywhere, nothing cancels: what is left of a sum without its
largest term is added up, not subtracted. (Only a logsumexp that happens to be close to 0 still
cancels: the largest score against the logarithm of the rest.)
"""

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xentref._kernels import Floats, _weighted, wide

# Scores in a block. The plain way has two arrays of it at a time, the careful way about eight.
PLAIN, CAREFUL = 1 << 16, 1 << 15
# So few scores are faster taken one by one: a call of NumPy costs as much as many a Python float.
FEW = 64
# From so many classes on, float32 is enough for their exponentials: in shorter rows, what each has
# lost would show, in the mean of many rows too.
LONG = 64
# Logits of a linear layer that stand in memory at a time, and classes that are projected at a time.
LOGITS, CLASSES = 1 << 22, 1 << 10

Block = tuple[slice, slice]


def blocks(shape: tuple[int, ...], size: int) -> Iterator[Block]:
    """Cut (N, D, C) along N and D into blocks of about `size`, never through a row."""
    n, d, c = shape
    places = max(1, min(d, size // max(1, c)))
    rows = max(1, size // max(1, places * c))
    for i in range(0, n, rows):
        for j in range(0, d, places):
            yield slice(i, i + rows), slice(j, j + places)


class Targets(NamedTuple):
    """What every row should be, and how much each class of it counts."""

    named: NDArray[np.intp] | None  # the class of each row, (N, D)
    probability: NDArray[Any] | None  # or the probability of each class, (N, D, C)
    kept: NDArray[np.bool_]  # which rows count at all, (N, D)
    weight: Floats | None  # of each class, (C); None for 1 each
    smoothing: float  # the share of a target that is spread over all classes

    def of(self, rows: slice) -> "Targets":
        """The targets of some of the N."""
        named = None if self.named is None else self.named[rows]
        probability = None if self.probability is None else self.probability[rows]
        return self._replace(named=named, probability=probability, kept=self.kept[rows])

    def total(self) -> float:
        """What a mean divides by: the weights of the classes named, or the number of rows."""
        if self.named is None or self.weight is None:
            return float(np.count_nonzero(self.kept))
        with np.errstate(all="ignore"):
            return float(np.where(self.kept, self.weight[self.named], 0.0).sum())

    def coefficients(self, block: Block, classes: int) -> Floats:
        """How much the surprise of each class counts, (n, d, C); anything in rows not kept."""
        weight = np.ones(classes) if self.weight is None else self.weight
        share = self.smoothing / classes
        if self.probability is not None:
            p = wide(self.probability[block])
            return weight * (p * (1.0 - self.smoothing) + share)
        assert self.named is not None
        named = self.named[block][..., None]
        every = np.broadcast_to(weight * share, (*named.shape[:-1], classes))
        return _replaced(every, named, weight[named] * (1.0 - self.smoothing + share))


_ones = functools.lru_cache(16)(np.ones)


def _added(values: Floats) -> Floats:
    """The sum of each row, as a product with ones: NumPy's own sum takes a step for each row."""
    *rows, classes = values.shape
    result: Floats = (values.reshape(math.prod(rows), classes) @ _ones(classes)).reshape(rows)
    return result


def _sum(values: Floats, spare: Floats | None = None) -> Floats:
    """The sum of each row, of which no entry is negative and one is 0, as if rounded only once.

    A power of two beyond the sum cuts every number in two: the sum of the high parts is exact in
    any order, and the low parts are so small that the rounding of their sum does not matter (Rump,
    Ogita and Oishi, Accurate floating-point summation, 2008). A spare array is written over.
    """
    rough = _added(values)
    if values.shape[-1] <= 3:  # one of them is 0, and the sum of the others rounded once
        return rough
    cut = np.ldexp(1.0, np.frexp(rough)[1] + 1)[..., None]
    if cut.size and cut.max() <= cut.min() * 2.0**30:  # one for all of them is faster
        cut = cut.max()
    part = np.add(values, cut, out=spare)
    part -= cut
    high = _added(part)
    np.subtract(values, part, out=part)
    result: Floats = high + _added(part)
    return result


# The careful way.


class _Shifted(NamedTuple):
    """A row of scores, measured from the largest of them."""

    top: Floats  # the largest score, (…, 1)
    first: NDArray[np.intp]  # where it stands, (…, 1)
    gap: Floats  # score - top, rounded, (…, C)
    lost: Floats  # what the rounding took away, (…, C)
    exps: Floats  # exp(score - top), (…, C)
    rest: Floats  # their sum without the first largest, which is exactly 1, (…, 1)


def _shifted(scores: Floats) -> _Shifted:
    if scores.shape[-1]:
        first = scores.argmax(axis=-1, keepdims=True)
        top = np.take_along_axis(scores, first, axis=-1)
    else:
        first = np.zeros((*scores.shape[:-1], 1), np.intp)
        top = np.full(first.shape, -np.inf)
    # Measured from an infinite top, every score is nan: the limit depends on the way there.
    origin = np.where(np.isfinite(top), top, np.nan)
    gap = scores - origin
    # Knuth's two-sum: score - top is gap + lost, exactly. Where exp is near its underflow, gap is
    # about -700, and its rounding error alone would cost the exponential eight bits.
    back = scores - gap
    lost = gap + back
    np.subtract(scores, lost, out=lost)
    back -= origin
    lost += back
    np.copyto(lost, 0.0, where=~np.isfinite(lost))
    exps = np.exp(gap)
    exps += np.multiply(exps, lost, out=back)
    rest = _sum(_replaced(exps, first, 0.0), spare=back)[..., None]
    return _Shifted(top, first, gap, lost, exps, rest)


def _replaced(values: Floats, at: NDArray[np.intp], by: Floats | float) -> Floats:
    """A copy with one entry of each row replaced; a row without entries stays as it is."""
    copy = values.copy()
    if values.shape[-1]:
        np.put_along_axis(copy, at, by, axis=-1)
    return copy


def softmax(scores: Floats) -> Floats:
    """exp(score) over the sum of them all."""
    row = _shifted(scores)
    result: Floats = row.exps / (1.0 + row.rest)
    return result


def log_softmax(scores: Floats) -> Floats:
    """The logarithm of the softmax, without the softmax."""
    row = _shifted(scores)
    return row.gap - (np.log1p(row.rest) - row.lost)


def logsumexp(scores: Floats) -> Floats:
    """The logarithm of the sum of exp(score); the last axis has one entry."""
    row = _shifted(scores)
    return np.where(np.isfinite(row.top), row.top + np.log1p(row.rest), row.top)


def _surprise(scores: Floats) -> Floats:
    return 0.0 - log_softmax(scores)  # not -log_softmax, which shows a loss of nothing as -0.0


def _pull(scores: Floats, coefficients: Floats) -> Floats:
    """The derivative of the sum of coefficient times surprise: p sum(a) - a."""
    row = _shifted(scores)
    whole = 1.0 + row.rest
    p = row.exps / whole
    not_p = _replaced(1.0 - p, row.first, row.rest / whole)
    others = coefficients.sum(axis=-1, keepdims=True) - coefficients
    # As push and pull: p - 1 would lose the last digits of a well-learnt class.
    pull: Floats = p * others - coefficients * not_p
    return pull


def blockwise(function: Callable[[Floats], Floats], scores: NDArray[Any], out: Floats) -> None:
    """Fill `out` with what a function of rows makes of the scores, rounded once."""
    with np.errstate(all="ignore"):
        for block in blocks(scores.shape, CAREFUL):
            out[block] = function(wide(scores[block]))


# The plain way, for targets that name a class each.


class _Trusted(NamedTuple):
    """The dtype of the plain way's exponentials, and between what bounds it trusts their sums.

    There, quotients and products of two sums are far from the ends of the dtype; and beside such a
    sum, the terms below its smallest normal number are nothing.
    """

    dtype: type[np.floating]
    least: float
    most: float
    underflow: float  # the lowest score whose exponential is a normal number

    def holds(self, low: Floats, high: Floats) -> NDArray[np.bool_]:
        """Where the sums can be trusted, given the smaller and the larger of each place."""
        return (low > self.least) & (high < self.most)


SINGLE = _Trusted(np.float32, 1e-18, 1e18, -87.0)
DOUBLE = _Trusted(np.float64, 1e-100, 1e100, -700.0)


def _narrow(scores: NDArray[Any]) -> bool:
    return scores.dtype.kind == "f" and scores.dtype.itemsize < 8


def _trusted(scores: NDArray[Any]) -> _Trusted:
    return SINGLE if _narrow(scores) and scores.shape[-1] >= LONG else DOUBLE


def _plain(
    scores: NDArray[Any], index: NDArray[np.intp], dtype: type[np.floating]
) -> Iterator[tuple[Block, NDArray[np.intp], Floats, Floats, Floats]]:
    """Yield each block of rows, split at the targets.

    That is: the block; where its targets stand in `exps`, taken flat; `exps`, which is exp(score),
    but 0 at the target, (n, d, C); exp(score) of the target, (n, d); the sum of the others, (n, d).
    """
    classes = scores.shape[-1]
    size = min(scores.size, max(PLAIN, classes))
    buffer, spare = np.empty(size, dtype), np.empty(size)
    starts = np.arange(0, size, classes)
    for block in blocks(scores.shape, PLAIN):
        some = scores[block]
        flat = buffer[: some.size]
        exps = flat.reshape(some.shape)
        np.copyto(exps, some)  # first: what streams from memory best is a copy
        at = starts[: some.size // classes] + index[block].ravel()
        own = np.exp(flat[at], dtype=np.float64).reshape(some.shape[:-1])
        np.exp(exps, out=exps)
        flat[at] = 0.0
        room = spare[: some.size].reshape(some.shape)
        if _narrow(scores):  # a result in fewer digits does not show how float64 was added up
            np.copyto(room, exps)
            rest = _added(room)
        else:
            rest = _sum(exps, room)
        yield block, at, exps, own, rest


def _few_surprises(scores: NDArray[Any], index: NDArray[np.intp]) -> Floats | None:
    """What `_index_surprise` finds, of few scores of moderate size; None for others."""
    losses = []
    for row, own in zip(
        scores.reshape(index.size, -1).tolist(), index.ravel().tolist(), strict=True
    ):
        if not all(-200.0 < score < 200.0 for score in row):
            return None
        exps = list(map(math.exp, row))
        its_own, exps[own] = exps[own], 0.0
        losses.append(math.log1p(math.fsum(exps) / its_own))
    return np.array(losses).reshape(index.shape)


def _index_surprise(scores: NDArray[Any], index: NDArray[np.intp]) -> Floats:
    """-log_softmax where the targets are: log1p of all the other exponentials over its own."""
    if 0 < scores.size <= FEW and (few := _few_surprises(scores, index)) is not None:
        return few
    own, rest = np.empty(index.shape), np.empty(index.shape)
    trusted = _trusted(scores)
    for block, _, _, its_own, the_rest in _plain(scores, index, trusted.dtype):
        own[block], rest[block] = its_own, the_rest
    loss = np.log1p(rest / own)
    tame = trusted.holds(np.minimum(own, rest), np.maximum(own, rest))
    if np.count_nonzero(tame) < tame.size:
        for block in blocks(scores.shape, CAREFUL):
            chosen = ~tame[block]
            if np.count_nonzero(chosen):
                surprise = _surprise(wide(scores[block][chosen]))
                named = index[block][chosen][:, None]
                loss[block][chosen] = np.take_along_axis(surprise, named, axis=-1)[:, 0]
    return loss


def _index_pull(scores: NDArray[Any], index: NDArray[np.intp], factor: Floats, out: Floats) -> None:
    """Fill `out` with softmax minus one-hot, times a factor for each row."""
    trusted = _trusted(scores)
    size = np.abs(factor)
    if trusted is SINGLE and not np.all(trusted.holds(size, size) | (size == 0)):
        trusted = DOUBLE
    for block, at, exps, own, rest in _plain(scores, index, trusted.dtype):
        whole = own + rest
        tame = trusted.holds(whole, whole)
        # A term that underflows is as good as 0 beside a sum of 1 or more, but not beside less.
        if np.count_nonzero(whole < 1.0) and scores[block].min() < trusted.underflow:
            tame &= whole >= 1.0
        all_tame = np.count_nonzero(tame) == tame.size
        rows = None if all_tame else wide(scores[block][~tame])
        exps.reshape(-1)[at] = (0.0 - rest).ravel()
        scale = (factor[block] / whole).astype(exps.dtype)
        np.multiply(exps, scale[..., None], out=out[block], casting="same_kind")
        if rows is not None:
            named, received = index[block][~tame][:, None], factor[block][~tame][:, None]
            out[block][~tame] = _pull(rows, _replaced(np.zeros_like(rows), named, received))


# Both ways together.


def cross_entropy(scores: NDArray[Any], targets: Targets) -> Floats:
    """The sum over the classes of coefficient times surprise, (N, D); 0 where not kept."""
    with np.errstate(all="ignore"):
        if targets.named is not None and targets.smoothing == 0:
            loss = _index_surprise(scores, targets.named)
            if targets.weight is not None:
                loss = _weighted(targets.weight[targets.named], loss)
        else:
            loss = np.empty(scores.shape[:-1])
            for block in blocks(scores.shape, CAREFUL):
                surprise = _surprise(wide(scores[block]))
                loss[block] = _weighted(
                    targets.coefficients(block, scores.shape[-1]), surprise
                ).sum(axis=-1)
        if np.count_nonzero(targets.kept) < targets.kept.size:
            loss[~targets.kept] = 0.0
        return loss


def cross_entropy_grad(
    scores: NDArray[Any], targets: Targets, grad_output: Floats, out: Floats
) -> None:
    """Fill `out`, which may be the scores, with the derivative of `cross_entropy` by the scores.

    It is multiplied by what each row's loss receives, (N, D) or ().
    """
    with np.errstate(all="ignore"):
        received = np.broadcast_to(grad_output, scores.shape[:-1])
        if targets.named is not None and targets.smoothing == 0:
            if targets.weight is not None:
                received = targets.weight[targets.named] * received
            _index_pull(scores, targets.named, received, out)
        else:
            for block in blocks(scores.shape, CAREFUL):
                pull = _pull(
                    wide(scores[block]),
                    targets.coefficients(block, scores.shape[-1]),
                )
                out[block] = pull * received[block][..., None]
        if np.count_nonzero(targets.kept) < targets.kept.size:
            out[~targets.kept] = 0.0


# A linear layer before the softmax, of whose logits some rows stand in memory at a time.


class _Chunk(NamedTuple):
    """Some rows on their way through the layer; its arrays may be written over."""

    rows: slice
    features: Floats  # (n, F)
    logits: Floats  # (n, K), for all classes of all places
    scores: Floats  # the same numbers as (n, D, C), a view


def _slices(weight: NDArray[Any]) -> Iterator[tuple[slice, Floats]]:
    """Yield some rows of the weight after the others, in float64."""
    for k in range(0, len(weight), CLASSES):
        yield slice(k, k + CLASSES), np.asarray(weight[k : k + CLASSES], np.float64)


def _chunks(
    input: NDArray[Any], weight: NDArray[Any], bias: NDArray[Any] | None, classes: int
) -> Iterator[_Chunk]:
    size = len(weight)
    step = max(1, LOGITS // max(1, size))
    buffer = np.empty((min(step, len(input)), size))
    for n in range(0, len(input), step):
        features = wide(input[n : n + step])
        logits = buffer[: len(features)]
        for some, its_weight in _slices(weight):
            np.matmul(features, its_weight.T, out=logits[:, some])
        if bias is not None:
            logits += bias
        scores = logits.reshape(len(logits), classes, size // classes).swapaxes(1, 2)
        yield _Chunk(slice(n, n + step), features, logits, scores)


def linear_cross_entropy(
    input: NDArray[Any],
    weight: NDArray[Any],
    bias: NDArray[Any] | None,
    classes: int,
    targets: Targets,
) -> Floats:
    """The `cross_entropy` of input times weight plus bias: (N, F), (C D, F), (C D) to (N, D)."""
    loss = np.empty(targets.kept.shape)
    with np.errstate(all="ignore"):
        for chunk in _chunks(input, weight, bias, classes):
            loss[chunk.rows] = cross_entropy(chunk.scores, targets.of(chunk.rows))
    return loss


def linear_cross_entropy_grad(
    input: NDArray[Any],
    weight: NDArray[Any],
    bias: NDArray[Any] | None,
    classes: int,
    targets: Targets,
    grad_output: Floats,
) -> tuple[Floats, Floats, Floats]:
    """The derivatives by input, weight and bias, times what each row's loss receives."""
    by_input, by_weight = np.zeros(input.shape), np.zeros(weight.shape)
    by_bias = np.zeros(len(weight))
    received = np.broadcast_to(grad_output, targets.kept.shape)
    with np.errstate(all="ignore"):
        for rows, features, logits, scores in _chunks(input, weight, bias, classes):
            its_targets = targets.of(rows)
            cross_entropy_grad(scores, its_targets, received[rows], scores)
            # The zeros of an ignored row would not silence a nan among its features.
            features[~its_targets.kept.any(axis=1)] = 0.0
            for some, its_weight in _slices(weight):
                by_input[rows] += logits[:, some] @ its_weight
                by_weight[some] += logits[:, some].T @ features
            by_bias += logits.sum(axis=0)
    return by_input, by_weight, by_bias

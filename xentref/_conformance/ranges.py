"""Checks of the range of scores: offsets, extremes, tiny losses, and how many classes there are."""

import math

import numpy as np

from xentref._conformance.cases import Case
from xentref._conformance.oracle import wanted
from xentref._conformance.probe import Finding, Probe
from xentref._conformance.registry import check

# Offsets.


def _offset(probe: Probe) -> float:
    """1e8, or the largest power of two that leaves room in a narrow dtype."""
    return min(1e8, 2.0 ** math.floor(math.log2(probe.precision.largest / 4)))


@check(
    "offsets",
    "equal scores of 1e8 cost the logarithm of the number of classes, as equal scores of 0 do",
    "a log-sum-exp with the maximum put back, beside which log C is rounded away",
)
def large_offset(probe: Probe) -> None:
    for sign in (1, -1):
        probe.loss(probe.of(np.full((2, 4), sign * _offset(probe)), [1, 3]))


@check(
    "offsets",
    "a common offset of the scores changes nothing in the gradient",
    "a softmax of scores that were not measured from the largest",
    "gradient",
)
def gradient_at_an_offset(probe: Probe) -> None:
    for sign in (1, -1):
        probe.gradient(probe.of(np.full((2, 4), sign * _offset(probe)), [1, 3]))


@check(
    "offsets",
    "rows with very different offsets do not disturb each other",
    "the maximum of the whole batch taken for that of each row",
)
def offset_of_each_row(probe: Probe) -> None:
    case = probe.case(4, 5)
    offset = np.array([[0.0], [500.0], [-500.0], [4096.0]])
    for word in probe.reductions:
        probe.both(case.but(input=probe.array(case.input + offset), reduction=word))


@check(
    "offsets",
    "scores that are all far below 0 are as good as any",
    "a maximum that begins at 0, as in a loop or in padding, and hides what is below",
)
def negative_scores(probe: Probe) -> None:
    case = probe.case(4, 5, mean=-1000.0)
    probe.both(case)


# Extremes.


@check(
    "extremes",
    "scores of ±1000 give a loss of 2000 or of 0",
    "an exponential that overflows, the logarithm of a probability that is 0",
)
def scores_that_overflow(probe: Probe) -> None:
    scores = [[1000.0, -1000.0, 0.0], [-1000.0, 1000.0, 0.0], [0.0, -1000.0, 1000.0]]
    for word in probe.reductions:
        probe.both(probe.of(scores, [1, 1, 0], reduction=word))


@check(
    "extremes",
    "a loss of 10000 is 10000, with the full gradient",
    "a probability held above 1e-8 or so, which ends the loss at 18 and the gradient with it",
)
def large_losses(probe: Probe) -> None:
    probe.both(probe.of([[10000.0, 0.0, 5000.0]], [1]))


@check(
    "extremes",
    "a moderately improbable class, at a loss of 40, has its loss and its gradient",
    "a probability held above 1e-12 or so, a loss held below some limit",
)
def moderate_losses(probe: Probe) -> None:
    probe.both(probe.of([[40.0, 0.0, 8.0], [30.0, 2.0, 0.0]], [1, 2]))


@check(
    "extremes",
    "scores up to a quarter of the largest float give the loss that they mean",
    "a difference or a sum that overflows on the way",
)
def scores_near_the_largest(probe: Probe) -> None:
    top = 2.0 ** math.floor(math.log2(probe.precision.largest / 4))
    probe.both(probe.of([[top, -top, 0.0]], [1]))


@check(
    "extremes",
    "a score of -inf on another class is a class that cannot be: it costs nothing",
    "an infinity minus an infinity, or times 0, that makes the row nan",
)
def minus_infinity_elsewhere(probe: Probe) -> None:
    scores = [[0.0, -np.inf, 1.0], [-np.inf, 2.0, -np.inf]]
    for word in probe.reductions:
        probe.both(probe.of(scores, [0, 1], reduction=word))


@check(
    "extremes",
    "a score of -inf on the target costs inf",
    "an infinity that is skipped, clamped, or turned into nan",
)
def minus_infinity_at_the_target(probe: Probe) -> None:
    probe.loss(probe.of([[0.0, -np.inf, 1.0]], [1]))


@check(
    "extremes",
    "nan among the scores of a row comes out as nan, in that row only",
    "a maximum, a sum or a gradient that passes over nan and hides a broken model",
)
def nan_comes_through(probe: Probe) -> None:
    scores = [[0.0, 1.0, 2.0], [0.0, np.nan, 1.0], [np.nan, 0.0, 1.0]]
    for word in probe.reductions:
        probe.both(probe.of(scores, [2, 0, 1], reduction=word))


@check(
    "extremes",
    "a class of weight 0 at -inf costs 0, the limit, whether named or smoothed",
    "0 times infinity",
    "weight label_smoothing",
)
def zero_weight_at_minus_infinity(probe: Probe) -> None:
    scores = [[0.0, -np.inf, 1.0], [1.0, -np.inf, 0.0], [0.0, 2.0, 1.0]]
    case = probe.of(scores, [1, 0, 2], weight=probe.array([1.0, 0.0, 2.0]))
    for share in (0.0, 0.2):
        zero_times_infinity(probe, case.but(label_smoothing=share))


def zero_times_infinity(probe: Probe, case: Case) -> None:
    """The loss of the reference; nan is a choice, but only in rows that hold -inf."""

    def wrong(case: Case) -> Finding | None:
        got, want = probe.run(case).loss, wanted(case).loss
        infinite = np.isneginf(case.input).any(axis=1)
        excused = np.isnan(got) & (infinite if got.ndim else infinite.any())
        return probe.compared("loss", got, want, 1.0, case, "zero-times-infinity", excused)

    for word in probe.reductions:
        probe.holds(case.but(reduction=word), wrong)


# Tiny losses: their error is measured in ULPs of themselves.


def _gaps(probe: Probe) -> list[float]:
    """By how much the target's score stands out: up to where the loss is still normal."""
    end = -math.log(probe.precision.tiny) - 2
    return [math.floor(end * share * 8) / 8 for share in (0.25, 0.5, 0.75, 1.0)]


@check(
    "tiny losses",
    "a loss far below 1 keeps its digits: log1p of what is left over",
    "ln(1 + x) by adding 1, which makes a well-learnt row cost exactly 0",
    ulps=64,
)
def tiny_losses(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        got, want = probe.run(case).loss, wanted(case).loss
        rounded = not probe.differs(got, want)
        return probe.compared("loss", got, want, 0.0, case, "tiny-losses-vanish", rounded)

    for gap in _gaps(probe):
        probe.holds(probe.of([[gap, 0.0]], [0]), wrong)


@check(
    "tiny losses",
    "a gradient far below 1 keeps its digits at the target, too, where softmax minus 1 loses them",
    "p - 1 for a probability that is almost 1, so that the row no longer sums to 0",
    "gradient",
    ulps=64,
)
def tiny_gradients(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        got, want = probe.run(case).grad, wanted(case).grad
        assert got is not None
        rounded = not probe.differs(got, want)
        return probe.compared("gradient", got, want, 0.0, case, "tiny-losses-vanish", rounded)

    for gap in _gaps(probe):
        probe.holds(probe.of([[gap, 0.0]], [0]), wrong)


# How many classes there are.


def _classes(probe: Probe, count: int) -> None:
    # Below 0, so that a score of 0 from beyond the end of a row would count for many.
    case = probe.case(3, count, mean=-6.0, scale=1.5)
    target = np.array([0, count // 2, count - 1])
    for word in probe.reductions:
        probe.both(case.but(target=target, reduction=word))


@check(
    "class counts",
    "one class is certain: the loss is 0, and so is the gradient",
    "a lone class that is treated as a yes-or-no question, or padded",
)
def classes_1(probe: Probe) -> None:
    _classes(probe, 1)


@check("class counts", "two classes", "a row padded to a wider vector")
def classes_2(probe: Probe) -> None:
    _classes(probe, 2)


@check("class counts", "1000 classes, no power of two", "padding that is read", ulps=64)
def classes_1000(probe: Probe) -> None:
    _classes(probe, 1000)


@check(
    "class counts",
    "1025 classes, one more than a block",
    "a last class alone in its block that is left out, or padding that is read",
    ulps=64,
)
def classes_1025(probe: Probe) -> None:
    _classes(probe, 1025)


@check(
    "class counts",
    "32001 classes, a vocabulary with one token added",
    "a second pass that begins in the wrong place; padding; a 16-bit index",
    ulps=256,
)
def classes_32001(probe: Probe) -> None:
    _classes(probe, 32001)


@check(
    "class counts",
    "50257 classes, the vocabulary of GPT-2",
    "a vocabulary cut at a round number; padding; a 16-bit index; a sum that loses its small terms",
    ulps=256,
)
def classes_50257(probe: Probe) -> None:
    _classes(probe, 50257)


@check(
    "class counts",
    "a largest score in any block of a long row is found",
    "a running maximum that forgets to rescale the sum of the blocks before it",
    ulps=64,
)
def maximum_in_any_block(probe: Probe) -> None:
    case = probe.case(4, 3000)
    scores = case.input.copy()
    scores[np.arange(4), [0, 1024, 2047, 2999]] = 24.0
    probe.both(case.but(input=scores, target=np.array([2999, 0, 2047, 5])))

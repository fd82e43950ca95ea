"""Every activation and every unreduced loss against mpmath: at most 4 units in the last place.

The truth is computed as the package computes, without cancellation, but with 40 digits: the largest
score is left out of the sum, so that a loss of 1e-300 has 40 digits too.
"""

import functools

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from mpmath import mpf

import xentref
from tests.ulps import exact, log_sigmoid, ulps

MAGNITUDES = [1e-8, 1e-4, 1e-2, 1.0, 10.0, 100.0, 700.0, 1e4]
FLOATS = [np.float32, np.float64]
SMOOTHING = 0.1


@pytest.fixture(autouse=True)
def forty_digits():
    with mpmath.workdps(40):
        yield


class Row:
    """A row of scores, and all that is true of it."""

    def __init__(self, scores):
        self.scores = scores
        self.top = int(scores.argmax())
        z = [exact(score) for score in scores]
        top = z[self.top]
        exps = [mpmath.exp(each - top) for each in z]
        self.rest = mpmath.fsum(e for i, e in enumerate(exps) if i != self.top)
        log = mpmath.log1p(self.rest)
        self.surprise = [(top - each) + log for each in z]
        self.softmax = [e / (1 + self.rest) for e in exps]
        self.logsumexp = top + log


def worst(found, wanted):
    return max(map(ulps, np.ravel(found), wanted))


def check(row, rng):
    """Compare all functions of a row of scores with the truth, at no more than five targets."""
    z, classes = row.scores, row.scores.size
    some = sorted({0, row.top, int(z.argmin()), *rng.integers(0, classes, 2).tolist()})
    repeated = np.repeat(z[None], len(some), axis=0)
    t = rng.dirichlet(np.ones(classes)).astype(z.dtype)
    w = rng.uniform(0.5, 2, classes).astype(z.dtype)

    def cost(q):
        return mpmath.fsum(exact(a) * b * c for a, b, c in zip(w, q, row.surprise, strict=True))

    e = exact(SMOOTHING)
    smooth = [e / classes + (1 - e) * (c == some[-1]) for c in range(classes)]
    losses = xentref.cross_entropy(repeated, some, reduction="none")
    weighted = xentref.cross_entropy(repeated, some, weight=w, reduction="none")
    smoothed = xentref.cross_entropy(
        z, some[-1], weight=w, label_smoothing=SMOOTHING, reduction="none"
    )
    of_probabilities = xentref.cross_entropy(z, t, weight=w, reduction="none")
    errors = {
        "softmax": worst(xentref.softmax(z)[some], [row.softmax[y] for y in some]),
        "log_softmax": worst(xentref.log_softmax(z)[some], [-row.surprise[y] for y in some]),
        "cross_entropy": worst(losses, [row.surprise[y] for y in some]),
        "cross_entropy, weight": worst(weighted, [exact(w[y]) * row.surprise[y] for y in some]),
        "cross_entropy, smoothing": worst(smoothed, [cost(smooth)]),
        "cross_entropy, probabilities": worst(of_probabilities, [cost(map(exact, t))]),
    }
    # Where the largest score and the logarithm of the rest cancel, the digits are lost with them.
    if abs(row.logsumexp) >= abs(float(z[row.top])) / 2:
        errors["logsumexp"] = worst(xentref.logsumexp(z), [row.logsumexp])
    assert {name: error for name, error in errors.items() if error > 4} == {}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("magnitude", MAGNITUDES)
@pytest.mark.parametrize("classes", [2, 3, 10, 100, 1000])
def test_rows_of_any_length_and_magnitude(classes, magnitude, dtype):
    rng = np.random.default_rng(classes)
    for _ in range(max(1, 30 // classes)):
        check(Row((rng.normal(size=classes) * magnitude).astype(dtype)), rng)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("magnitude", [1e-8, 3.0, 1e4])
def test_rows_as_long_as_a_vocabulary(magnitude, dtype):
    rng = np.random.default_rng(5)
    check(Row((rng.normal(size=50257) * magnitude).astype(dtype)), rng)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("offset", [-1000.0, -700.0, -300.0, -230.0, 230.0, 300.0, 700.0, 1000.0])
def test_rows_far_from_zero_where_exp_under_and_overflows(offset, dtype):
    rng = np.random.default_rng(6)
    for magnitude in (0.01, 3.0, 30.0):
        check(Row((rng.normal(size=20) * magnitude + offset).astype(dtype)), rng)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("margin", [5.3, 17.0, 40.1, 87.0, 103.0, 350.7, 700.3])
def test_a_loss_that_is_tiny_keeps_its_digits(margin, dtype):
    rng = np.random.default_rng(8)
    for classes in (2, 10, 300):
        z = rng.normal(size=classes)
        z[0] = z[1:].max() + margin
        check(Row(z.astype(dtype)), rng)


@pytest.mark.parametrize("margin", [720.0, 740.0, 744.3])
def test_a_loss_below_the_smallest_normal_number_has_the_digits_that_are_left(margin):
    check(Row(np.array([margin, 0.0])), np.random.default_rng(0))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("magnitude", MAGNITUDES)
def test_yes_and_no_at_any_magnitude(magnitude, dtype):
    rng = np.random.default_rng(9)
    z = (rng.normal(size=60) * magnitude).astype(dtype)
    t, w = rng.random(60).astype(dtype), rng.uniform(0.5, 2, 60).astype(dtype)
    t[:20], t[20:40] = 0, 1
    yes, no = [log_sigmoid(each) for each in z], [log_sigmoid(-each) for each in z]
    assert worst(xentref.sigmoid(z), map(mpmath.exp, yes)) <= 4
    assert worst(xentref.logsigmoid(z), yes) <= 4
    found = xentref.binary_cross_entropy_with_logits(z, t, weight=w, reduction="none")
    terms = zip(map(exact, w), map(exact, t), yes, no, strict=True)
    assert worst(found, [-a * (b * c + (1 - b) * d) for a, b, c, d in terms]) <= 4

    p = xentref.sigmoid(z)
    found = xentref.binary_cross_entropy(p, t, reduction="none")

    def held(log):
        return max(log, mpf(-100))

    ln = [held(mpmath.log(exact(a))) if a > 0 else -100 for a in p]
    ln_not = [held(mpmath.log1p(-exact(a))) if a < 1 else -100 for a in p]
    terms = zip(map(exact, t), ln, ln_not, strict=True)
    assert worst(found, [-b * c - (1 - b) * d for b, c, d in terms]) <= 4


def test_where_torch_returns_0_there_is_a_loss():
    z = np.array([[120.0, 0.0]])
    assert F.cross_entropy(torch.tensor(z), torch.tensor([0])) == 0
    assert ulps(xentref.cross_entropy(z, [0]), mpmath.exp(-120)) <= 4


@functools.cache
def million():
    rng = np.random.default_rng(10)
    return rng.normal(size=(1_000_000, 3)).astype(np.float32), rng.integers(0, 3, 1_000_000)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_a_million_float32_losses_are_added_without_a_visible_loss(reduction):
    z, y = million()
    wanted = xentref.cross_entropy(z.astype(np.float64), y, reduction=reduction)
    found = xentref.cross_entropy(z, y, reduction=reduction)
    assert found.dtype == np.float32
    assert found == np.float32(wanted)

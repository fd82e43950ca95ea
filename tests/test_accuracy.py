"""Every activation and every unreduced loss against mpmath: at most 4 units in the last place.

The terms of a divergence, of which close ones need a truth of their own, are in `test_losses`.

The truth is computed as the package computes, without cancellation, but with 50 digits: the largest
score is left out of the sum, so that a loss of 1e-300 has 50 digits too.
"""

import math

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
def fifty_digits():
    with mpmath.workdps(50):
        yield


class Row:
    """All that is true of a row of scores, floats or numbers of mpmath; like ones are done once."""

    def __init__(self, scores):
        z = [each if isinstance(each, mpf) else float(each) for each in scores]
        self.top = max(range(len(z)), key=z.__getitem__)
        top = mpf(z[self.top])
        gaps = {score: score - top for score in z}
        exps = {score: mpmath.exp(gap) for score, gap in gaps.items()}
        rest = mpmath.fsum(exps[score] for i, score in enumerate(z) if i != self.top)
        log = mpmath.log1p(rest)
        surprises = {score: log - gap for score, gap in gaps.items()}
        self.surprise = [surprises[score] for score in z]
        self.probability = {score: e / (1 + rest) for score, e in exps.items()}
        self.logsumexp = top + log


def worst(found, wanted):
    return max(map(ulps, np.ravel(found), wanted))


def check(z, rng):
    """Compare all functions of a row of scores with the truth, at no more than five targets."""
    row, classes = Row(z), z.size
    some = sorted({0, row.top, int(z.argmin()), *rng.integers(0, classes, 2).tolist()})
    repeated = np.repeat(z[None], len(some), axis=0)
    log_p = xentref.log_softmax(repeated)
    t = rng.dirichlet(np.ones(classes)).astype(z.dtype)
    w = rng.uniform(0.5, 2, classes).astype(z.dtype)

    weighed = [exact(a) * b for a, b in zip(w, row.surprise, strict=True)]
    e = exact(SMOOTHING)
    smooth = e / classes * mpmath.fsum(weighed) + (1 - e) * weighed[some[-1]]
    losses = xentref.cross_entropy(repeated, some, reduction="none")
    weighted = xentref.cross_entropy(repeated, some, weight=w, reduction="none")
    smoothed = xentref.cross_entropy(
        z, some[-1], weight=w, label_smoothing=SMOOTHING, reduction="none"
    )
    of_probabilities = xentref.cross_entropy(z, t, weight=w, reduction="none")
    named = xentref.nll_loss(log_p, some, weight=w, reduction="none")
    errors = {
        "softmax": worst(xentref.softmax(z)[some], [row.probability[z[y]] for y in some]),
        "log_softmax": worst(log_p[0, some], [-row.surprise[y] for y in some]),
        "nll_loss, weight": worst(named, [-exact(w[y]) * exact(log_p[0, y]) for y in some]),
        "cross_entropy": worst(losses, [row.surprise[y] for y in some]),
        "cross_entropy, weight": worst(weighted, [weighed[y] for y in some]),
        "cross_entropy, smoothing": worst(smoothed, [smooth]),
        "cross_entropy, probabilities": worst(
            of_probabilities, [mpmath.fdot(map(exact, t), weighed)]
        ),
    }
    # Where the largest score and the logarithm of the rest cancel, the digits are lost with them,
    # as the docstring says: what is left is as good as the last place of the score.
    found = xentref.logsumexp(z)
    if abs(row.logsumexp) >= abs(float(z[row.top])) / 2:
        errors["logsumexp"] = worst(found, [row.logsumexp])
    else:
        place = exact(np.spacing(abs(z[row.top])))
        errors["logsumexp, cancelled"] = abs(exact(found) - row.logsumexp) / place
    assert {name: error for name, error in errors.items() if error > 4} == {}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("magnitude", MAGNITUDES)
@pytest.mark.parametrize("classes", [2, 3, 10, 100, 1000])
def test_rows_of_any_length_and_magnitude(classes, magnitude, dtype):
    rng = np.random.default_rng(classes)
    for _ in range(max(1, 30 // classes)):
        check((rng.normal(size=classes) * magnitude).astype(dtype), rng)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("magnitude", [1e-8, 3.0, 1e4])
def test_rows_as_long_as_a_vocabulary(magnitude, dtype):
    rng = np.random.default_rng(5)
    # Of a few hundred different scores, for the sake of mpmath.
    check(rng.choice((rng.normal(size=300) * magnitude).astype(dtype), 50257), rng)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("offset", [-1000.0, -700.0, -300.0, -230.0, 230.0, 300.0, 700.0, 1000.0])
def test_rows_far_from_zero_where_exp_under_and_overflows(offset, dtype):
    rng = np.random.default_rng(6)
    for magnitude in (0.01, 3.0, 30.0):
        check((rng.normal(size=20) * magnitude + offset).astype(dtype), rng)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("margin", [5.3, 17.0, 40.1, 87.0, 103.0, 350.7, 700.3])
def test_a_loss_that_is_tiny_keeps_its_digits(margin, dtype):
    rng = np.random.default_rng(8)
    for classes in (2, 10, 300):
        z = rng.normal(size=classes)
        z[0] = z[1:].max() + margin
        check(z.astype(dtype), rng)


@pytest.mark.parametrize("margin", [720.0, 740.0, 744.3])
def test_a_loss_below_the_smallest_normal_number_has_the_digits_that_are_left(margin):
    check(np.array([margin, 0.0]), np.random.default_rng(0))


@pytest.mark.parametrize("bias", [False, True], ids=["", "bias"])
@pytest.mark.parametrize("magnitude", [1e-4, 0.1, 1.0, 10.0])
def test_the_logits_of_a_layer_are_rounded_where_no_float32_shows_it(magnitude, bias):
    rng = np.random.default_rng(11)
    x, layer = (rng.normal(size=shape).astype(np.float32) for shape in [(5, 64), (20, 64)])
    layer *= np.float32(magnitude)
    b = rng.normal(size=20).astype(np.float32) if bias else None
    y = rng.integers(0, 20, 5)
    y[0] = (x @ layer.T).argmax(axis=1)[0]  # what is right is likely, and the loss small
    z = [
        [
            mpmath.fdot(map(exact, row), map(exact, w)) + (exact(b[c]) if bias else 0)
            for c, w in enumerate(layer)
        ]
        for row in x
    ]
    found = xentref.linear_cross_entropy(x, layer, y, linear_bias=b, reduction="none")
    assert found.dtype == np.float32
    assert worst(found, [Row(row).surprise[c] for row, c in zip(z, y, strict=True)]) <= 4


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
    found = xentref.binary_cross_entropy(p, t, weight=w, reduction="none")

    def held(log):
        return max(log, mpf(-100))

    ln = [held(mpmath.log(exact(a))) if a > 0 else -100 for a in p]
    ln_not = [held(mpmath.log1p(-exact(a))) if a < 1 else -100 for a in p]
    terms = zip(map(exact, w), map(exact, t), ln, ln_not, strict=True)
    assert worst(found, [-a * (b * c + (1 - b) * d) for a, b, c, d in terms]) <= 4


def test_where_torch_returns_0_there_is_a_loss():
    z = np.array([[120.0, 0.0]])
    assert F.cross_entropy(torch.tensor(z), torch.tensor([0])) == 0
    assert ulps(xentref.cross_entropy(z, [0]), mpmath.exp(-120)) <= 4


@pytest.mark.parametrize(
    "case", ["cross_entropy", "cross_entropy, weight", "with_logits, weight", "kl_div"]
)
def test_a_million_float32_losses_are_added_without_a_visible_loss(case):
    rng = np.random.default_rng(10)
    rows, options, divisor = 1_000_000, {}, 1_000_000
    if case.startswith("cross_entropy"):
        function, z, t = xentref.cross_entropy, rng.normal(size=(rows, 3)), rng.integers(0, 3, rows)
        if "weight" in case:
            options["weight"] = np.array([0.1, 1.0, 3.3], np.float32)
            divisor = math.fsum(options["weight"][t].tolist())
    elif case == "kl_div":
        function, t = xentref.kl_div, rng.random(rows).astype(np.float32)
        z = np.log(t) + rng.normal(size=rows)
    else:
        function, z = xentref.binary_cross_entropy_with_logits, rng.normal(size=rows)
        t = rng.random(rows).astype(np.float32)
        options["weight"] = rng.random(rows).astype(np.float32)
    z = z.astype(np.float32)
    truth = math.fsum(function(z.astype(np.float64), t, reduction="none", **options).tolist())
    for reduction, wanted in [("sum", truth), ("mean", truth / divisor)]:
        found = function(z, t, reduction=reduction, **options)
        assert found.dtype == np.float32
        assert found == np.float32(wanted)

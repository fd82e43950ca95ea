"""Surprise, entropy, cross-entropy, divergence: by hand, by identity, true digits and edges."""

import math

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

import xentref
from tests.ulps import exact, ulps

inf, nan = np.inf, np.nan
FLOATS = [np.float16, np.float32, np.float64]
BASES = [math.e, 2, 10, 3, 0.5]
# Each takes one distribution, or two.
OF_ONE = [xentref.entropy, xentref.perplexity]
OF_TWO = [xentref.cross_entropy_between, xentref.kl_divergence, xentref.perplexity]
P = [0.7, 0.2, 0.1]

name = "{0.__name__}".format


def distributions(shape=(6, 4), scale=2.0, seed=7):
    scores = np.random.default_rng(seed).normal(size=shape) * scale
    return xentref.softmax(scores)


# By hand.


def test_a_fair_coin_is_one_bit():
    assert xentref.self_information(0.5, base=2) == 1
    assert xentref.entropy([0.5, 0.5], base=2) == 1


def test_a_thousandth_is_three_hartleys():
    assert xentref.self_information(0.001, base=10) == 3


def test_a_power_of_two_is_whole_in_every_base_that_is_a_power_of_two():
    for base, wanted in [(2, 12), (4, 6), (8, 4), (16, 3), (0.5, -12)]:
        assert xentref.self_information(2.0**-12, base) == wanted


def test_the_order_of_a_shuffled_pack_of_cards_is_225_58_bits():
    # log2(52!) = 225.581003123702761…, from mpmath.log(mpmath.factorial(52), 2)
    surprises = xentref.self_information(1 / np.arange(1, 53), base=2)
    assert surprises.sum() == pytest.approx(225.58100312370276, rel=1e-15)


def test_three_equal_outcomes_are_the_logarithm_of_3_in_bits():
    assert xentref.entropy([1 / 3] * 3, base=2) == pytest.approx(1.584962500721156, rel=1e-15)


def test_two_beliefs_about_one_truth():
    # By pencil: 0.7 × 0.356675 + 0.2 × 1.609438 + 0.1 × 2.302585 = 0.249672 + 0.321888 + 0.230259
    assert xentref.entropy(P) == pytest.approx(0.801819, abs=5e-7)
    # The nearer belief, as the crow flies, is the dearer: 0.1 × 6.907755 is most of it.
    near, far = [0.7, 0.299, 0.001], [0.5, 0.3, 0.2]
    assert xentref.cross_entropy_between(P, near) == pytest.approx(1.181910, abs=5e-7)
    assert xentref.cross_entropy_between(P, far) == pytest.approx(0.886941, abs=5e-7)


def test_the_divergence_of_two_dyadic_distributions_is_exact_in_bits():
    # 1/2 × 1 + 1/4 × (-1) + 1/4 × 0
    assert xentref.kl_divergence([0.5, 0.25, 0.25], [0.25, 0.5, 0.25], base=2) == 0.25
    assert xentref.kl_divergence([0.25, 0.5, 0.25], [0.5, 0.25, 0.25], base=0.5) == -0.25


def test_the_divergence_between_a_fair_and_a_biased_coin():
    # 1/2 ln 2 + 1/2 ln 2/3 = 1/2 ln 4/3
    found = xentref.kl_divergence([0.5, 0.5], [0.25, 0.75])
    assert found == pytest.approx(math.log(4 / 3) / 2, rel=1e-15)


@pytest.mark.parametrize("outcomes", [1, 2, 3, 6, 10, 1000, 50257])
def test_the_perplexity_of_equal_outcomes_is_their_number(outcomes):
    found = xentref.perplexity(np.full(outcomes, 1 / outcomes))
    assert found == pytest.approx(outcomes, rel=1e-14)


def test_the_perplexity_of_two_to_the_n_equal_outcomes_is_exact():
    for n in range(16):
        assert xentref.perplexity(np.full(2**n, 2.0**-n)) == 2**n


def test_the_perplexity_of_a_loss_is_its_exponential():
    logits = np.random.default_rng(3).normal(size=(5, 7))
    target = np.array([0, 6, 2, 2, 1])
    perplexities = xentref.perplexity(xentref.one_hot(target, 7), xentref.softmax(logits))
    losses = xentref.cross_entropy(logits, target, reduction="none")
    np.testing.assert_allclose(perplexities, np.exp(losses), rtol=1e-14)


# Identities.


def test_cross_entropy_is_entropy_plus_divergence():
    p, q = distributions(), distributions(seed=8)
    np.testing.assert_allclose(
        xentref.cross_entropy_between(p, q),
        xentref.entropy(p) + xentref.kl_divergence(p, q),
        rtol=1e-15,
    )


def test_cross_entropy_with_oneself_is_the_entropy():
    p = distributions()
    np.testing.assert_array_equal(xentref.cross_entropy_between(p, p), xentref.entropy(p))
    np.testing.assert_array_equal(xentref.perplexity(p, p), xentref.perplexity(p))


def test_the_divergence_from_oneself_is_zero_and_not_minus_zero():
    p = np.concatenate([distributions(scale=s) for s in (0.1, 2.0, 30.0, 800.0)])
    for base in BASES:
        found = xentref.kl_divergence(p, p, base)
        assert not found.any()
        assert not np.signbit(found).any()


def test_the_entropy_of_independent_outcomes_adds_up():
    p, q = distributions((5, 3)), distributions((5, 4))
    both = (p[:, :, None] * q[:, None, :]).reshape(5, 12)
    np.testing.assert_allclose(
        xentref.entropy(both), xentref.entropy(p) + xentref.entropy(q), rtol=1e-14
    )


def test_the_surprises_at_independent_events_add_up():
    p, q = np.random.default_rng(0).uniform(0.1, 0.9, size=(2, 50))
    np.testing.assert_allclose(
        xentref.self_information(p * q),
        xentref.self_information(p) + xentref.self_information(q),
        rtol=1e-14,
    )


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("function", [xentref.cross_entropy_between, xentref.kl_divergence])
def test_another_base_is_another_unit(function, base):
    p, q = distributions(), distributions(seed=8)
    np.testing.assert_allclose(function(p, q, base), function(p, q) / np.log(base), rtol=1e-14)


def test_the_loss_of_logits_is_the_cross_entropy_of_their_softmax():
    logits = np.random.default_rng(1).normal(size=(6, 4))
    p = distributions()
    np.testing.assert_allclose(
        xentref.cross_entropy_between(p, xentref.softmax(logits)),
        xentref.cross_entropy(logits, p, reduction="none"),
        rtol=1e-14,
    )


masses = st.lists(st.floats(0, 1) | st.just(0.0), min_size=6, max_size=6).filter(lambda m: sum(m))


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(masses, masses)
def test_no_belief_costs_less_than_the_truth(one, other):
    p, q = (np.array(m) / np.sum(m) for m in (one, other))
    assert xentref.kl_divergence(p, q) >= 0
    assert (xentref.kl_divergence(p, q) == inf) == np.any((p > 0) & (q == 0))
    assert 0 <= xentref.entropy(p) <= math.log(6) * (1 + 1e-15)
    slack = 1 + 1e-14
    assert xentref.entropy(p) <= xentref.cross_entropy_between(p, q) * slack
    assert 1 <= xentref.perplexity(p) <= min(6, xentref.perplexity(p, q)) * slack


# SciPy and the true digits.


@pytest.mark.parametrize("base", [math.e, 2, 10, 3])
def test_scipy_agrees(base):
    p, q = distributions(), distributions(seed=8)
    p[:, 2:], p[:, :2] = 0, p[:, :2] / p[:, :2].sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(
        xentref.entropy(p, base), scipy.stats.entropy(p, base=base, axis=-1), rtol=1e-14
    )
    np.testing.assert_allclose(
        xentref.kl_divergence(p, q, base), scipy.stats.entropy(p, q, base=base, axis=-1), rtol=1e-13
    )
    np.testing.assert_allclose(
        xentref.kl_divergence(p, q), scipy.special.rel_entr(p, q).sum(axis=-1), rtol=1e-13
    )


def true_cross_entropy(p, q):
    return mpmath.fsum(-exact(a) * mpmath.log(exact(b)) for a, b in zip(p, q, strict=True) if a)


def true_divergence(p, q):
    """The sum that the docstring states, with the terms that cancel if p and q sum to 1."""
    pairs = [(exact(a), exact(b)) for a, b in zip(p, q, strict=True)]
    return mpmath.fsum((a * mpmath.log(a / b) if a else 0) - a + b for a, b in pairs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("base", [math.e, 2, 10, 3])
@pytest.mark.parametrize("distance", [1e-8, 1e-4, 0.01, 0.3, 1.0, 10.0])
def test_the_digits_are_right_however_close_p_and_q(distance, base, dtype):
    random = np.random.default_rng(5)
    unit = 1 if base == math.e else mpmath.log(base)
    for outcomes in (2, 3, 10, 200):
        scores = random.normal(size=outcomes)
        p = xentref.softmax(scores).astype(dtype)
        q = xentref.softmax(scores + distance * random.normal(size=outcomes)).astype(dtype)
        assert q.all()
        truth, divergence = true_cross_entropy(p, q), true_divergence(p, q)
        assert ulps(xentref.cross_entropy_between(p, q, base), truth / unit) <= 4
        assert ulps(xentref.entropy(p, base), true_cross_entropy(p, p) / unit) <= 4
        assert ulps(xentref.kl_divergence(p, q, base), divergence / unit) <= 8
        relative = abs(exact(xentref.perplexity(p, q)) / mpmath.exp(truth) - 1)
        # An exponential turns the absolute error of its argument into a relative one.
        assert relative <= (2 + truth) * 2 * mpf(float(np.finfo(dtype).eps))


@pytest.mark.parametrize("base", [math.e, 2, 10, 3])
def test_the_digits_of_a_surprise_are_right(base):
    p = np.concatenate([10.0 ** -np.arange(0.1, 308, 7.3), 1 - 2.0 ** -np.arange(1, 54), [5e-324]])
    unit = 1 if base == math.e else mpmath.log(base)
    for one, found in zip(p, xentref.self_information(p, base), strict=True):
        assert ulps(found, -mpmath.log(exact(one)) / unit) <= 2


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ([1e-310, 1.0], [3e-310, 1.0]),  # subnormal, and alike but for a factor
        ([5e-324, 1.0], [5e-324, 1.0]),
        ([1e-300, 1.0], [0.5, 0.5]),  # p/q underflows, nearly
        ([1e-323, 1.0], [0.75, 0.25]),  # does
        ([0.5, 0.5], [1e-320, 1.0]),  # p/q overflows
    ],
)
def test_tiny_probabilities_keep_the_digits_of_the_divergence(p, q):
    found = xentref.kl_divergence(p, q)
    wanted = true_divergence(p, q)
    assert abs(exact(found) - wanted) <= max(wanted * mpf(1e-15), mpf(5e-324))


def test_a_divergence_of_nearly_nothing_is_not_rounding_noise():
    # It is about (1/0.3 + 1/0.7) / 2 times the square of the shift; the plain sum is below zero.
    p, shift = np.array([0.3, 0.7]), 2.0**-40
    q = p + np.array([shift, -shift])
    assert np.sum(p * np.log(p / q)) < 0
    assert xentref.kl_divergence(p, q) == pytest.approx(shift**2 / 0.42, rel=1e-3)
    assert ulps(xentref.kl_divergence(p, q), true_divergence(p, q)) <= 4


# The edges.


@pytest.mark.parametrize(
    ("function", "arguments", "wanted"),
    [
        (xentref.self_information, (0,), inf),
        (xentref.self_information, (1,), 0),
        (xentref.self_information, ([True, False],), [0, inf]),
        (xentref.self_information, ([nan, 0.0],), [nan, inf]),
        (xentref.self_information, ([],), []),
        (xentref.entropy, ([1],), 0),
        (xentref.entropy, ([0, 1, 0],), 0),
        (xentref.entropy, ([[nan, 1.0], [0.0, 1.0]],), [nan, 0]),
        (xentref.entropy, ([0.0, nan],), nan),
        (xentref.cross_entropy_between, ([1, 0], [1, 0]), 0),
        (xentref.cross_entropy_between, ([1, 0], [0, 1]), inf),
        (xentref.cross_entropy_between, ([0.5, 0.5], [1, 0]), inf),
        (xentref.cross_entropy_between, ([1.0, 0.0], [1.0, nan]), nan),
        (xentref.cross_entropy_between, ([0.5, 0.5, 0.0], [1.0, 0.0, nan]), nan),
        (xentref.cross_entropy_between, ([nan, 1.0], [0.5, 0.5]), nan),
        (xentref.kl_divergence, ([1], [1]), 0),
        (xentref.kl_divergence, ([1, 0], [0, 1]), inf),
        (xentref.kl_divergence, ([0, 0, 1], [0, 0, 1]), 0),
        (xentref.kl_divergence, ([0.5, 0.5], [1, 0]), inf),
        (xentref.kl_divergence, ([1.0, 0.0], [1.0, nan]), nan),
        (xentref.kl_divergence, ([0.5, 0.5, 0.0], [1.0, 0.0, nan]), nan),
        (xentref.kl_divergence, ([nan, 1.0], [0.5, 0.5]), nan),
        (xentref.kl_divergence, ([nan, 1.0], [0.0, 1.0]), nan),
        (xentref.perplexity, ([0, 1, 0],), 1),
        (xentref.perplexity, ([1, 0], [0, 1]), inf),
        (xentref.perplexity, ([nan, 1.0],), nan),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_the_edges(function, arguments, wanted):
    np.testing.assert_array_equal(function(*arguments), wanted)


@pytest.mark.parametrize("base", BASES)
def test_no_surprise_is_zero_and_not_minus_zero(base):
    for found in (
        xentref.self_information(1, base),
        xentref.entropy([0, 1], base),
        xentref.cross_entropy_between([1, 0], [1, 0], base),
        xentref.kl_divergence([1, 0], [1, 0], base),
    ):
        assert found == 0
        assert not np.signbit(found)


@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3), (0, 1)])
def test_no_distributions_give_no_results(shape):
    p = np.zeros(shape)
    for found in (
        *(function(p) for function in OF_ONE),
        *(function(p, p) for function in OF_TWO),
        *(function(p, np.full(shape[-1], 1 / shape[-1])) for function in OF_TWO),
    ):
        assert found.shape == shape[:-1]


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("f2", 1e-2), (">f2", 1e-2), ("f4", 1e-4), ("f8", 1e-4)]
)
def test_a_sum_may_miss_one_by_the_tolerance_of_the_dtype(dtype, tolerance):
    for sign in (-1, 1):
        xentref.entropy(np.array([0.5, 0.5 + 0.8 * sign * tolerance], dtype))
        with pytest.raises(ValueError, match="must sum to 1"):
            xentref.entropy(np.array([0.5, 0.5 + 1.2 * sign * tolerance], dtype))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("outcomes", [2, 1000, 50257])
def test_what_a_softmax_returns_is_a_distribution(outcomes, dtype):
    scores = 3 * torch.randn(4, outcomes, generator=torch.Generator().manual_seed(2))
    p = torch.softmax(scores.to(dtype), dim=-1).numpy()
    assert np.isfinite(xentref.entropy(p)).all()
    if dtype is torch.float32:  # which often comes in a list, and so as float64
        assert xentref.entropy(p[0].tolist()) == pytest.approx(xentref.entropy(p[0]), rel=1e-7)


# Shapes, dtypes, memory.


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_an_axis_is_treated_as_the_last_one_would_be(axis):
    p, q = distributions((2, 3, 4)), distributions((2, 3, 4), seed=8)
    p, q = (np.moveaxis(each, -1, axis) for each in (p, q))
    last = [np.moveaxis(each, axis, -1).copy() for each in (p, q)]
    for function in OF_ONE:
        np.testing.assert_array_equal(function(p, axis=axis), function(last[0]))
    for function in OF_TWO:
        np.testing.assert_array_equal(function(p, q, axis=axis), function(*last))


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("function", OF_TWO, ids=name)
def test_a_single_distribution_is_compared_with_each_of_the_others(function, axis):
    many = np.moveaxis(distributions((3, 3)), -1, axis)  # square, so that a wrong axis would fit
    one = distributions((3,), seed=8)
    rows = np.moveaxis(many, axis, -1)
    np.testing.assert_array_equal(function(many, one, axis=axis), [function(r, one) for r in rows])
    np.testing.assert_array_equal(function(one, many, axis=axis), [function(one, r) for r in rows])


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_float_dtype_stays(dtype):
    p = np.array([0.25, 0.75], dtype)
    results = [xentref.self_information(p), *(f(p) for f in OF_ONE), *(f(p, p) for f in OF_TWO)]
    assert {found.dtype for found in results} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("f4", "f8", "f8"), ("f2", "f4", "f4"), (">f4", ">f4", "=f4"), ("i8", "f4", "f8")],
)
def test_two_dtypes_give_the_wider_and_integers_count_as_float64(one, other, wanted):
    p, q = np.array([1, 0], one), np.array([0.5, 0.5], other)
    for function in OF_TWO:
        assert function(p, q).dtype == function(q, p).dtype == np.dtype(wanted)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint64])
def test_integers_are_certain_distributions(dtype):
    p = np.array([[0, 1], [1, 0]], dtype)
    for function in OF_ONE:
        found = function(p)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, function(p.astype(float)))


def test_a_result_without_axes_is_a_numpy_scalar():
    results = [xentref.self_information(0.5), *(f(P) for f in OF_ONE), *(f(P, P) for f in OF_TWO)]
    assert {type(found) for found in results} == {np.float64}


def test_the_memory_layout_does_not_matter_and_the_inputs_are_unchanged():
    p, q = distributions(), distributions(seed=8)
    wide = np.full((6, 8), nan)
    wide[:, ::2] = p
    for same in (p, np.asfortranarray(p), wide[:, ::2], p.tolist()):
        before, other = np.array(same), q.copy()
        np.testing.assert_array_equal(
            xentref.self_information(same), xentref.self_information(p.copy())
        )
        for function in OF_ONE:
            np.testing.assert_array_equal(function(same), function(p.copy()))
        for function in OF_TWO:
            np.testing.assert_array_equal(function(same, q), function(p.copy(), q.copy()))
            np.testing.assert_array_equal(function(q, same), function(q.copy(), p.copy()))
        np.testing.assert_array_equal(same, before)
        np.testing.assert_array_equal(q, other)


def test_any_real_number_is_a_base():
    for base in (2, 2.0, np.float32(2), np.int8(2)):
        assert xentref.entropy([0.5, 0.5], base) == 1


def test_the_caller_who_makes_numpy_raise_sees_nothing():
    with np.errstate(all="raise"):
        xentref.self_information([0.0, 5e-324, 1.0, nan])
        xentref.self_information(np.array([0, 6e-8, 1], np.float16))
        for p in ([0.0, 1.0], [1e-320, 1.0], [nan, 1.0], [0.5, 0.5]):
            for function in OF_ONE:
                function(p)
            for function in OF_TWO:
                for q in ([0.0, 1.0], [1e-310, 1.0], [1.0, 0.0], [nan, 0.5]):
                    function(p, q)
                    function(np.array(p, np.float32), q)

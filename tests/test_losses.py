"""Values by hand, identities, true digits and edges; agreement with torch is in the contract."""

import mpmath
import numpy as np
import pytest

import xentref
from tests.ulps import exact, log_sigmoid, log_softmax, ulps

inf, nan = np.inf, np.nan
MULTICLASS = [xentref.nll_loss, xentref.cross_entropy]
BINARY = [xentref.binary_cross_entropy, xentref.binary_cross_entropy_with_logits]
MAGNITUDES = [1e-8, 1e-4, 1e-2, 1.0, 10.0, 100.0, 700.0, 1e4]
WEIGHT = np.array([1.0, 2.0, 4.0])


def batch(shape=(6, 3), seed=3):
    rng = np.random.default_rng(seed)
    rows = shape[:1] + shape[2:]
    return rng.normal(size=shape), rng.integers(0, shape[1], rows)


# Values by hand.


def test_logits_0_and_1_with_label_0_cost_1_31326():
    # -ln(1 / (1 + e)) = ln(3.71828...)
    assert xentref.cross_entropy([[0, 1]], [0]) == pytest.approx(1.3132616875182228, rel=1e-15)


def test_the_other_label_costs_one_less():
    assert xentref.cross_entropy([[0, 1]], [1]) == pytest.approx(0.3132616875182228, rel=1e-15)


def test_probability_0_4_costs_0_916():
    found = xentref.nll_loss(np.log([[0.4, 0.6]]), [0])
    assert found == pytest.approx(0.9162907318741551, rel=1e-15)


def test_binary_cross_entropy_of_probability_0_98_is_0_0202():
    assert xentref.binary_cross_entropy([0.98], [1]) == pytest.approx(0.0202027073175194, rel=1e-13)


def test_a_logit_of_zero_costs_ln_2_whatever_the_target():
    found = xentref.binary_cross_entropy_with_logits([0.0] * 3, [0, 0.3, 1], reduction="none")
    np.testing.assert_allclose(found, np.log(2), rtol=1e-15)


def test_pos_weight_counts_a_missed_yes_several_times():
    found = xentref.binary_cross_entropy_with_logits([0.0, 0.0], [1, 0], pos_weight=9.0)
    assert found == pytest.approx((9 + 1) / 2 * np.log(2), rel=1e-15)


def test_a_certain_class_that_was_given_a_quarter_diverges_by_ln_4():
    found = xentref.kl_div(np.log([[0.25, 0.75]]), [[1.0, 0.0]], reduction="none")
    np.testing.assert_allclose(found, [[np.log(4), 0]], rtol=1e-15)


def test_a_term_of_a_divergence_may_be_negative_though_their_sum_is_not():
    # p = (1/2, 1/2), q = (1/4, 3/4): (ln 2)/2 and (ln 2 - ln 3)/2, together ln(4/3)/2.
    found = xentref.kl_div(np.log([0.25, 0.75]), [0.5, 0.5], reduction="none")
    np.testing.assert_allclose(found, [np.log(2) / 2, np.log(2 / 3) / 2], rtol=1e-15)
    assert found.sum() == pytest.approx(np.log(4 / 3) / 2, rel=1e-15)


# What a mean divides by.


def test_batchmean_divides_by_the_first_axis_and_mean_by_all_elements():
    log_q = np.log(np.full((2, 3, 4), 0.5))
    p = np.ones((2, 3, 4))
    found = [xentref.kl_div(log_q, p, reduction=r) for r in ("sum", "batchmean", "mean")]
    np.testing.assert_allclose(found, np.log(2) * np.array([24, 12, 1]), rtol=1e-15)


@pytest.mark.parametrize(
    ("shape", "batchmean"), [((), 0.5 * np.log(0.5) + 0.5), ((0, 3), nan), ((3, 0), 0)]
)
def test_batchmean_without_a_batch_or_without_classes(shape, batchmean):
    found = xentref.kl_div(np.full(shape, -1.0), np.full(shape, 0.5), reduction="batchmean")
    np.testing.assert_allclose(found, batchmean, rtol=1e-15)


@pytest.mark.parametrize("loss", MULTICLASS)
def test_mean_divides_by_the_weights_of_kept_targets(loss):
    # Every loss is ln 3 here, so that a weighted mean is ln 3 whatever the weights are.
    x = np.full((3, 3), -np.log(3))
    target = [0, 2, -100]
    each = loss(x, target, weight=WEIGHT, reduction="none")
    np.testing.assert_allclose(each, np.array([1, 4, 0]) * np.log(3), rtol=1e-15)
    assert loss(x, target, weight=WEIGHT) == pytest.approx(np.log(3), rel=1e-15)


def test_mean_of_probabilities_divides_by_the_number_of_rows():
    x = np.zeros((2, 3))
    found = xentref.cross_entropy(x, xentref.one_hot([0, 2], 3), weight=WEIGHT)
    assert found == pytest.approx((1 + 4) * np.log(3) / 2, rel=1e-15)


@pytest.mark.parametrize("loss", BINARY)
def test_a_binary_mean_divides_by_the_number_of_elements_whatever_the_weights(loss):
    found = loss([0.5, 0.5], [1, 0], weight=[3, 1])
    each = loss([0.5, 0.5], [1, 0], reduction="none")
    assert found == pytest.approx((3 * each[0] + each[1]) / 2, rel=1e-15)


def test_smoothing_with_weights_divides_by_the_weights_of_the_targets():
    # One row, target 0: w_0 (1 - e) ln 3 + (e / 3) (w_0 + w_1 + w_2) ln 3, over w_0.
    found = xentref.cross_entropy([[0.0] * 3], [0], weight=WEIGHT, label_smoothing=0.3)
    assert found == pytest.approx((0.7 + 0.1 * 7) * np.log(3), rel=1e-15)


@pytest.mark.parametrize("loss", MULTICLASS)
def test_every_target_ignored_is_nothing_and_its_mean_is_nan(loss):
    x, target = batch()
    target[:] = -100
    assert np.isnan(loss(x, target))
    assert loss(x, target, reduction="sum") == 0
    np.testing.assert_array_equal(loss(x, target, reduction="none"), np.zeros(6))


@pytest.mark.parametrize("loss", MULTICLASS)
def test_kept_targets_of_no_weight_have_the_mean_nan(loss):
    assert np.isnan(loss([[0.0, 1.0]], [0], weight=[0, 1]))


def test_smoothing_does_not_hide_that_the_mean_is_over_no_weight():
    assert np.isnan(xentref.cross_entropy([[0.0, 1.0]], [0], weight=[0, 1], label_smoothing=0.1))


@pytest.mark.parametrize("loss", MULTICLASS)
def test_an_empty_batch_has_the_sum_zero_and_the_mean_nan(loss):
    x, target = np.zeros((0, 3)), np.zeros(0, int)
    assert np.isnan(loss(x, target))
    assert loss(x, target, reduction="sum") == 0
    assert loss(x, target, reduction="none").shape == (0,)


@pytest.mark.parametrize("loss", [*BINARY, xentref.cross_entropy, xentref.kl_div])
def test_an_empty_batch_of_probabilities_has_the_sum_zero_and_the_mean_nan(loss):
    x = np.zeros((0, 3))
    assert np.isnan(loss(x, x))
    assert loss(x, x, reduction="sum") == 0


# Identities.


def test_cross_entropy_is_nll_of_log_softmax():
    x, target = batch((4, 3, 5))
    for reduction in ("none", "mean", "sum"):
        options = {"weight": WEIGHT, "ignore_index": 1, "reduction": reduction}
        np.testing.assert_allclose(
            xentref.cross_entropy(x, target, **options),
            xentref.nll_loss(xentref.log_softmax(x, axis=1), target, **options),
            rtol=1e-15,
        )


def test_two_classes_are_one_logit():
    x, target = batch((6, 2))
    np.testing.assert_allclose(
        xentref.cross_entropy(x, target),
        xentref.binary_cross_entropy_with_logits(x[:, 1] - x[:, 0], target),
        rtol=1e-14,
    )


def test_a_logit_costs_what_its_sigmoid_costs():
    z = np.linspace(-9, 9, 19)
    target = np.linspace(0, 1, 19)
    np.testing.assert_allclose(
        xentref.binary_cross_entropy_with_logits(z, target, weight=z**2, reduction="none"),
        xentref.binary_cross_entropy(xentref.sigmoid(z), target, weight=z**2, reduction="none"),
        rtol=1e-12,
    )


def distributions(shape=(6, 3), seed=7):
    """The logarithms of one for each row, and another."""
    rng = np.random.default_rng(seed)
    return xentref.log_softmax(rng.normal(size=shape)), xentref.softmax(rng.normal(size=shape))


def test_the_divergence_is_cross_entropy_minus_entropy():
    z, p = np.random.default_rng(2).normal(size=(6, 3)), distributions()[1]
    entropy = xentref.cross_entropy(np.log(p), p)
    np.testing.assert_allclose(
        xentref.kl_div(xentref.log_softmax(z), p, reduction="batchmean"),
        xentref.cross_entropy(z, p) - entropy,
        rtol=1e-13,
    )


@pytest.mark.parametrize("reduction", ["none", "mean", "sum", "batchmean"])
def test_a_target_may_come_as_its_logarithm(reduction):
    log_q, p = distributions()
    np.testing.assert_allclose(
        xentref.kl_div(log_q, np.log(p), log_target=True, reduction=reduction),
        xentref.kl_div(log_q, p, reduction=reduction),
        rtol=1e-13,
    )


def test_no_divergence_is_negative_and_that_from_itself_is_zero():
    log_q, p = distributions((100, 5))
    assert (xentref.kl_div(log_q, p, reduction="none").sum(axis=1) > 0).all()
    assert xentref.kl_div(log_q, log_q, log_target=True) == 0


def test_a_shift_of_the_logits_changes_nothing():
    x, target = batch()
    x = np.floor(x * 1024) / 1024  # so few bits that the shift is exact
    found = xentref.cross_entropy(x + 4096, target)
    assert found == pytest.approx(xentref.cross_entropy(x, target), rel=1e-15)


def test_smoothing_an_index_is_smoothing_its_vector():
    x, target = batch()
    t = xentref.one_hot(target, 3)
    np.testing.assert_allclose(
        xentref.cross_entropy(x, target, label_smoothing=0.2),
        xentref.cross_entropy(x, 0.8 * t + 0.2 / 3),
        rtol=1e-14,
    )


def test_full_smoothing_forgets_the_target():
    x, target = batch()
    np.testing.assert_allclose(
        xentref.cross_entropy(x, target, label_smoothing=1.0),
        xentref.cross_entropy(x, np.full(x.shape, 1 / 3)),
        rtol=1e-14,
    )


def test_further_axes_are_further_rows():
    x, target = batch((2, 3, 4, 5))
    rows = np.moveaxis(x, 1, -1).reshape(-1, 3)
    found = xentref.cross_entropy(x, target, reduction="none")
    assert found.shape == (2, 4, 5)
    np.testing.assert_array_equal(
        found.ravel(), xentref.cross_entropy(rows, target.ravel(), reduction="none")
    )


def test_one_row_needs_no_batch():
    x, target = batch()
    for reduction in ("none", "mean", "sum"):
        found = xentref.cross_entropy(x[0], target[0], reduction=reduction)
        assert found == xentref.cross_entropy(x[:1], target[:1])
        assert type(found) is np.float64


def test_one_class_costs_nothing():
    assert xentref.cross_entropy([[5.0]], [0]) == 0


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint32, np.int64, np.uint64])
@pytest.mark.parametrize("loss", MULTICLASS)
def test_integer_targets_of_any_width_name_classes(loss, dtype):
    x, target = batch()
    assert loss(x, target.astype(dtype)) == loss(x, target)


@pytest.mark.parametrize("ignore_index", [-1, 1, 255, 2**70])
def test_an_ignored_value_may_be_any_integer(ignore_index):
    x, target = batch()
    wanted = xentref.cross_entropy(x[target != ignore_index], target[target != ignore_index])
    assert xentref.cross_entropy(x, target, ignore_index=ignore_index) == wanted


@pytest.mark.parametrize("target", [[1, 0], [True, False], np.array([1, 0], np.uint8)])
@pytest.mark.parametrize("loss", BINARY)
def test_binary_targets_may_be_integers_and_bools(loss, target):
    assert loss([0.3, 0.4], target) == loss([0.3, 0.4], [1.0, 0.0])


# True digits.


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("magnitude", MAGNITUDES)
def test_every_loss_is_within_4_ulps_of_the_truth(magnitude, dtype):
    rng = np.random.default_rng(11)
    e = exact(0.1)
    for _ in range(6):
        x = (rng.normal(size=5) * magnitude).astype(dtype)
        t = rng.dirichlet(np.ones(5)).astype(dtype)
        w = rng.random(5).astype(dtype)
        log_p = log_softmax(x)
        smooth = [(1 - e) * (c == 1) + e / 5 for c in range(5)]
        p = xentref.sigmoid(x)

        def surprise(q, w=w, log_p=log_p):
            return mpmath.fsum(-exact(a) * b * c for a, b, c in zip(w, q, log_p, strict=True))

        found = {
            "index": [xentref.cross_entropy(x, c) for c in range(5)],
            "probability": [xentref.cross_entropy(x, t, weight=w)],
            "smoothed": [
                xentref.cross_entropy(x, 1, weight=w, label_smoothing=0.1, reduction="sum")
            ],
            "logit": xentref.binary_cross_entropy_with_logits(x, t, weight=w, reduction="none"),
            "binary": xentref.binary_cross_entropy(p, t, reduction="none"),
        }
        truth = {
            "index": [-each for each in log_p],
            "probability": [surprise(map(exact, t))],
            "smoothed": [surprise(smooth)],
            "logit": [
                -exact(c) * (exact(b) * log_sigmoid(a) + (1 - exact(b)) * log_sigmoid(-a))
                for a, b, c in zip(x, t, w, strict=True)
            ],
            "binary": [
                -exact(b) * (max(mpmath.log(exact(a)), -100) if a > 0 else -100)
                - (1 - exact(b)) * (max(mpmath.log1p(-exact(a)), -100) if a < 1 else -100)
                for a, b in zip(p, t, strict=True)
            ],
        }
        for kind, wanted in truth.items():
            worst = max(map(ulps, np.ravel(found[kind]), wanted))
            assert worst <= 4, f"{kind} of {x!r} is {worst:.1f} ulps off"


def gap_to_a_half(size):
    """Numbers close to 1/2, and so close to ln(1/2) that they differ from it by that much."""
    rng = np.random.default_rng(13)
    return 0.5 + rng.normal(size=50) * size / 4, np.log(0.5) + rng.normal(size=50) * size


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e-8, 1e-4, 1e-2, 0.1])
def test_a_term_of_close_distributions_is_within_4_ulps_of_the_truth(size, dtype):
    p, log_q = (each.astype(dtype) for each in gap_to_a_half(size))
    found = xentref.kl_div(log_q, p, reduction="none")
    wanted = [exact(a) * (mpmath.log(exact(a)) - exact(b)) for a, b in zip(p, log_q, strict=True)]
    assert max(map(ulps, found, wanted)) <= 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("magnitude", MAGNITUDES)
def test_every_term_of_a_divergence_is_within_4_ulps_of_the_truth(magnitude, dtype):
    rng = np.random.default_rng(17)
    for _ in range(6):
        log_q, log_p = xentref.log_softmax((rng.normal(size=(2, 5)) * magnitude).astype(dtype))
        p = np.exp(log_p)
        found = xentref.kl_div(log_q, p, reduction="none")
        wanted = [
            exact(a) * (mpmath.log(exact(a)) - exact(b)) if a else 0
            for a, b in zip(p, log_q, strict=True)
        ]
        assert max(map(ulps, found, wanted)) <= 4
        found = xentref.kl_div(log_q, log_p, reduction="none", log_target=True)
        wanted = [
            mpmath.exp(exact(a)) * (exact(a) - exact(b)) for a, b in zip(log_p, log_q, strict=True)
        ]
        assert max(map(ulps, found, wanted)) <= 4


@pytest.mark.parametrize("exponent", [-1074, -1022, -300, -1])
def test_the_smallest_probabilities_have_a_divergence_too(exponent):
    p = np.float64(2.0) ** exponent
    assert ulps(xentref.kl_div(0.0, p), exact(p) * mpmath.log(exact(p))) <= 1


def test_a_logarithm_whose_exponential_has_few_bits_left_is_still_exact():
    # exp(-740) is 85 steps of the smallest float, which is less than two digits.
    found = xentref.kl_div(-1e20, -740.0, log_target=True)
    assert ulps(found, mpmath.exp(-740) * (exact(1e20) - 740)) <= 4


def test_long_rows_are_no_less_exact():
    # All terms are of close distributions, more than are computed at a time.
    p = np.full(10_000, 1e-4)
    found = xentref.kl_div(np.full(10_000, np.log(1e-4) + 1e-6), p, reduction="none")
    wanted = exact(1e-4) * (mpmath.log(exact(1e-4)) - exact(np.log(1e-4) + 1e-6))
    assert len(set(found)) == 1
    assert ulps(found[0], wanted) <= 2


def test_a_tiny_loss_keeps_its_digits():
    # ln(1 + e^-50), where 1 + e^-50 is 1 in every float.
    assert xentref.cross_entropy([[50.0, 0.0]], [0]) == pytest.approx(np.exp(-50), rel=1e-15)


def test_a_float16_mean_does_not_overflow():
    x = np.zeros((20_000, 100), np.float16)
    found = xentref.cross_entropy(x, np.zeros(20_000, int))
    assert found == np.float16(np.log(100))


# The edges of the floats.


@pytest.mark.parametrize(
    ("x", "target", "options", "wanted"),
    [
        ([-inf, 1.0], 1, {}, 0),
        ([-inf, 1.0], 0, {}, inf),
        ([-inf, 1.0], [0.0, 1.0], {}, 0),
        ([-inf, 1.0], [0.5, 0.5], {}, inf),
        ([-inf, 1.0], 1, {"label_smoothing": 0.1}, inf),
        ([-inf, 1.0], 0, {"weight": [0, 1], "reduction": "sum"}, 0),
        ([-inf, 1.0], 1, {"weight": [0, 1], "label_smoothing": 0.1}, 0),
        ([-inf, -inf], 0, {}, nan),
        ([inf, 1.0], 0, {}, nan),
        ([nan, 1.0], 1, {}, nan),
        ([nan, 1.0], [0.0, 1.0], {}, nan),
        ([nan, 1.0], -100, {"reduction": "sum"}, 0),
        ([0.0, 0.0], [nan, 1.0], {}, nan),
        ([0.0, 0.0], 0, {"weight": [nan, 1.0]}, nan),
        ([1e308, -1e308], 1, {}, inf),
    ],
)
def test_the_edges_of_cross_entropy(x, target, options, wanted):
    found = xentref.cross_entropy(x, target, **options)
    np.testing.assert_array_equal(found, wanted)
    assert not np.signbit(found)


@pytest.mark.parametrize(
    ("x", "target", "wanted"),
    [([-inf, 0.0], 1, 0), ([-inf, 0.0], 0, inf), ([nan, -1.0], 1, 1), ([nan, -1.0], 0, nan)],
)
def test_nll_looks_at_the_entry_of_the_target_alone(x, target, wanted):
    found = xentref.nll_loss(x, target)
    np.testing.assert_array_equal(found, wanted)
    assert not np.signbit(found)


def test_a_class_without_weight_adds_nothing_to_nll():
    assert xentref.nll_loss([-inf, 0.0], 0, weight=[0, 1], reduction="sum") == 0


def test_an_infinite_logit_costs_nothing_where_it_is_right():
    x, target = [inf, -inf, inf, -inf, nan], [1, 0, 0, 1, 1]
    found = xentref.binary_cross_entropy_with_logits(x, target, reduction="none")
    np.testing.assert_array_equal(found, [0, 0, inf, inf, nan])


def test_an_element_without_weight_costs_nothing_even_if_infinitely_wrong():
    assert xentref.binary_cross_entropy_with_logits([inf], [0], weight=[0]) == 0
    assert xentref.binary_cross_entropy_with_logits([-inf], [1], pos_weight=[0]) == 0


def test_binary_cross_entropy_holds_its_logarithms_at_minus_100():
    found = xentref.binary_cross_entropy(
        [0, 1, 1e-50, 0, 1, nan], [1, 0, 1, 0, 1, 1], reduction="none"
    )
    np.testing.assert_array_equal(found, [100, 100, 100, 0, 0, nan])
    assert not np.signbit(found).any()


@pytest.mark.parametrize(
    ("log_q", "p", "wanted"),
    [
        (-inf, 0.0, 0),
        (inf, 0.0, 0),
        (-1.0, 0.0, 0),
        (-inf, 0.5, inf),
        (inf, 0.5, -inf),
        (0.0, 1.0, 0),
        (nan, 0.0, nan),
        (nan, 0.5, nan),
        (-inf, nan, nan),
        (0.0, nan, nan),
        (-1e308, 0.5, 5e307),
        (-1.7e308, 1.0, 1.7e308),
    ],
)
def test_the_edges_of_a_divergence(log_q, p, wanted):
    found = xentref.kl_div(log_q, p)
    np.testing.assert_array_equal(found, wanted)
    assert np.signbit(found) == (wanted < 0)


@pytest.mark.parametrize(
    ("log_q", "log_p", "wanted"),
    [
        (-inf, -inf, 0),
        (inf, -inf, 0),
        (-1.0, -inf, 0),
        (-inf, -1.0, inf),
        (inf, -1.0, -inf),
        (-inf, -1e300, inf),
        (-1.0, -1e300, 0),
        (1e308, -1e308, 0),
        (0.0, 0.0, 0),
        (nan, -inf, nan),
        (-inf, nan, nan),
        (-1.0, 800.0, inf),
    ],
)
def test_the_edges_of_a_divergence_between_logarithms(log_q, log_p, wanted):
    found = xentref.kl_div(log_q, log_p, log_target=True)
    np.testing.assert_array_equal(found, wanted)


# Dtypes, layouts and what is left alone.


@pytest.mark.parametrize("input", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("target", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("loss", [xentref.cross_entropy, xentref.kl_div, *BINARY])
def test_the_result_has_the_wider_of_the_dtypes(loss, input, target):
    x, t = np.ones(2, input), np.ones(2, target) / 2
    wanted = np.result_type(np.float64 if input is np.int64 else input, target)
    assert loss(x, t).dtype == wanted


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_neither_integer_targets_nor_weights_widen_the_result(dtype):
    x = np.zeros((1, 2), dtype)
    weight = np.ones(2)
    assert xentref.cross_entropy(x, [0], weight=weight).dtype == dtype
    assert xentref.cross_entropy(x, x + 0.5, weight=weight).dtype == dtype
    assert xentref.nll_loss(x, [0], weight=weight).dtype == dtype
    assert xentref.binary_cross_entropy(x, [[0, 1]], weight=weight).dtype == dtype
    found = xentref.binary_cross_entropy_with_logits(x, [[0, 1]], pos_weight=weight)
    assert found.dtype == dtype


def test_layout_does_not_matter_and_no_argument_is_changed():
    x, target = batch((4, 3, 5))
    t = xentref.softmax(x[::-1], axis=1)
    for goal in (target, t):
        wanted = xentref.cross_entropy(x, goal, weight=WEIGHT)
        for same in (x, np.asfortranarray(x), np.repeat(x, 2, axis=-1)[..., ::2], x.tolist()):
            for goal_again in (goal, np.asfortranarray(goal), goal.tolist()):
                arguments = [np.array(a) for a in (same, goal_again, WEIGHT)]
                assert xentref.cross_entropy(same, goal_again, weight=WEIGHT) == wanted
                for before, after in zip(arguments, (same, goal_again, WEIGHT), strict=True):
                    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("loss", BINARY)
def test_no_argument_of_a_binary_loss_is_changed(loss):
    p, t, w = np.array([0.2, 0.7]), np.array([0.0, 1.0]), np.array([1.0, 3.0])
    loss(p, t, weight=w)
    np.testing.assert_array_equal([p, t, w], [[0.2, 0.7], [0, 1], [1, 3]])


@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.parametrize("loss", [xentref.kl_div, xentref.kl_div_grad])
def test_the_layout_of_a_divergence_does_not_matter_and_no_argument_is_changed(loss, log_target):
    log_q, p = distributions((4, 6))
    goal = np.log(p) if log_target else p
    wanted = loss(log_q, goal, reduction="none", log_target=log_target)
    for x in (log_q, np.asfortranarray(log_q), np.repeat(log_q, 2, axis=-1)[..., ::2]):
        for t in (goal, np.asfortranarray(goal), goal.tolist(), goal.astype(">f8")):
            before = x.copy(), np.array(t)
            found = loss(x, t, reduction="none", log_target=log_target)
            np.testing.assert_array_equal(found, wanted)
            np.testing.assert_array_equal(before, (x, t))
            assert not np.shares_memory(found, x)
            assert found.dtype.isnative


@pytest.mark.parametrize("loss", BINARY)
def test_binary_weights_broadcast(loss):
    p = np.full((2, 3), 0.25)
    t = np.array([[0, 1, 1], [1, 0, 0]])
    each = loss(p, t, reduction="none")
    for w in (2.0, [1, 2, 3], [[1], [2]]):
        np.testing.assert_allclose(
            loss(p, t, weight=w, reduction="none"), np.asarray(w) * each, rtol=1e-15
        )


def test_a_caller_who_makes_numpy_raise_sees_nothing():
    with np.errstate(all="raise"):
        xentref.cross_entropy([[inf, 0.0], [1e308, -1e308]], [0, 1])
        xentref.cross_entropy(np.array([[0, 6e4]], np.float16), [0], weight=[2, 1], reduction="sum")
        xentref.nll_loss([[1e308, -1e308]], [1], weight=[1e308, 1e308])
        xentref.binary_cross_entropy([0.0, 1.0], [1, 0], weight=1e308)
        xentref.binary_cross_entropy_with_logits([1e308, inf], [0, 0], weight=1e308)
        xentref.cross_entropy_grad([[inf, 0.0], [800.0, -800.0]], [0, 1], reduction="sum")
        xentref.kl_div([-inf, inf, nan, -1e308, 0.0], [0, 0, 1, 1, 5e-324], reduction="sum")
        xentref.kl_div([-inf, inf, 1e308], [-inf, -1e308, 800.0], log_target=True)
        xentref.kl_div_grad([0.0, 0.0], [800.0, -800.0], log_target=True, grad_output=1e308)
        xentref.nll_loss_grad([[0.0, 0.0]], [0], weight=[1e308, 0], grad_output=1e308)
        xentref.binary_cross_entropy_grad([0.0, 5e-324], [1, 1], weight=1e308)
        xentref.binary_cross_entropy_with_logits_grad([inf, -800.0], [1, 1], weight=1e308)

"""The gradient by hand, by differences, by row sums and digits; torch is in the contract."""

import mpmath
import numpy as np
import pytest

import xentref
from tests.ulps import log_softmax, ulps

inf, nan = np.inf, np.nan
WEIGHT = np.array([1.0, 2.0, 4.0])


def batch(shape=(6, 3), seed=5):
    rng = np.random.default_rng(seed)
    rows = shape[:1] + shape[2:]
    return rng.normal(size=shape), rng.integers(0, shape[1], rows)


def differences(x, target, h=1e-6, loss=xentref.cross_entropy, **options):
    """The gradient by central differences."""
    grad = np.empty_like(x)
    for at in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[at] = h
        up = loss(x + step, target, **options)
        down = loss(x - step, target, **options)
        grad[at] = (up - down) / (2 * h)
    return grad


def test_probability_minus_target_by_hand():
    # The softmax of 0 and ln 3 is 1/4 and 3/4.
    found = xentref.cross_entropy_grad([[0.0, np.log(3)]], [0])
    np.testing.assert_allclose(found, [[-0.75, 0.75]], rtol=1e-15)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"reduction": "sum"},
        {"weight": WEIGHT},
        {"ignore_index": 1},
        {"label_smoothing": 0.2, "weight": WEIGHT, "ignore_index": 0},
    ],
)
@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4)])
def test_the_gradient_is_the_limit_of_differences(shape, options):
    x, target = batch(shape)
    found = xentref.cross_entropy_grad(x, target, **options)
    np.testing.assert_allclose(found, differences(x, target, **options), atol=1e-8)


def test_the_gradient_for_probabilities_is_the_limit_of_differences():
    x, _ = batch()
    t = np.random.default_rng(1).random(x.shape)  # rows that do not sum to one
    options = {"weight": WEIGHT, "label_smoothing": 0.1}
    found = xentref.cross_entropy_grad(x, t, **options)
    np.testing.assert_allclose(found, differences(x, t, **options), atol=1e-8)


@pytest.mark.parametrize("gap", [0.0, 1.0, 20.0, 40.0, 700.0])
def test_every_row_sums_to_zero_even_where_the_class_is_all_but_certain(gap):
    x = np.array([[gap, 0.0, -1.0]])
    for target in ([0], [1], [[0.2, 0.3, 0.5]]):
        grad = xentref.cross_entropy_grad(x, target, weight=WEIGHT)
        assert abs(grad.sum()) <= 4e-16 * np.abs(grad).max()


def test_a_well_learnt_class_keeps_its_digits():
    # torch's float32 gradient is [0, 2.06e-9] here.
    found = xentref.cross_entropy_grad(np.array([[20.0, 0.0]], np.float32), [0])
    np.testing.assert_allclose(found, [[-np.exp(-20), np.exp(-20)]], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("magnitude", [1e-8, 1.0, 100.0, 1e4])
def test_the_gradient_is_within_4_ulps_of_the_truth(magnitude, dtype):
    x = (np.random.default_rng(2).normal(size=5) * magnitude).astype(dtype)
    p = [mpmath.exp(each) for each in log_softmax(x)]
    for y in range(5):
        found = xentref.cross_entropy_grad(x, y)
        wanted = [each - (c == y) for c, each in enumerate(p)]
        assert max(map(ulps, found, wanted)) <= 4


def test_under_none_the_default_is_the_gradient_of_the_sum():
    x, target = batch()
    np.testing.assert_array_equal(
        xentref.cross_entropy_grad(x, target, reduction="none"),
        xentref.cross_entropy_grad(x, target, reduction="sum"),
    )


def test_the_arriving_gradient_multiplies_each_row():
    x, target = batch((2, 3, 4))
    outer = np.random.default_rng(4).normal(size=(2, 4))
    found = xentref.cross_entropy_grad(x, target, reduction="none", grad_output=outer)
    wanted = xentref.cross_entropy_grad(x, target, reduction="none") * outer[:, None, :]
    np.testing.assert_allclose(found, wanted, rtol=1e-15)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_arriving_gradient_of_one_number_multiplies_all(reduction):
    x, target = batch()
    found = xentref.cross_entropy_grad(x, target, reduction=reduction, grad_output=-2)
    wanted = -2 * xentref.cross_entropy_grad(x, target, reduction=reduction)
    np.testing.assert_allclose(found, wanted, rtol=1e-15)


def test_every_target_ignored_has_the_gradient_zero_though_the_mean_is_nan():
    x, _ = batch()
    np.testing.assert_array_equal(xentref.cross_entropy_grad(x, [-100] * 6), np.zeros((6, 3)))


def test_an_ignored_row_has_the_gradient_zero_whatever_it_holds():
    found = xentref.cross_entropy_grad([[nan, inf], [0.0, 0.0]], [-100, 0])
    np.testing.assert_array_equal(found, [[0, 0], [-0.5, 0.5]])


def test_a_mean_over_no_weight_has_the_gradient_nan():
    found = xentref.cross_entropy_grad(
        [[0.0, 1.0], [0.0, 1.0]], [0, -100], weight=[0, 1], label_smoothing=0.1
    )
    np.testing.assert_array_equal(found, [[nan, nan], [0, 0]])


@pytest.mark.parametrize(
    ("x", "target", "wanted"),
    [
        ([-inf, 0.0], 1, [0, 0]),
        ([-inf, 0.0], 0, [-1, 1]),
        ([-inf, 0.0], [0.0, 1.0], [0, 0]),
        ([-inf, -inf], 0, [nan, nan]),
        ([inf, 0.0], 0, [nan, nan]),
        ([nan, 0.0], 1, [nan, nan]),
        ([3.0], 0, [0]),
    ],
)
def test_the_edges(x, target, wanted):
    np.testing.assert_array_equal(xentref.cross_entropy_grad(x, target), wanted)


def test_an_empty_batch_has_an_empty_gradient():
    found = xentref.cross_entropy_grad(np.zeros((0, 3)), np.zeros(0, int))
    assert found.shape == (0, 3)


@pytest.mark.parametrize("input", [np.float16, np.float32, np.float64])
def test_the_gradient_has_the_dtype_of_the_input_whatever_the_target(input):
    x = np.zeros((1, 2), input)
    assert xentref.cross_entropy_grad(x, [0]).dtype == input
    assert xentref.cross_entropy_grad(x, np.full((1, 2), 0.5)).dtype == input


def test_integer_logits_have_a_float64_gradient():
    assert xentref.cross_entropy_grad([[0, 1]], [0]).dtype == np.float64


def test_layout_does_not_matter_and_no_argument_is_changed():
    x, target = batch((4, 3, 5))
    before, target_before = x.copy(), target.copy()
    wanted = xentref.cross_entropy_grad(x, target)
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=-1)[..., ::2], x.tolist()):
        np.testing.assert_array_equal(xentref.cross_entropy_grad(same, target), wanted)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(target, target_before)


# The other losses.

P, T = np.random.default_rng(6).uniform(0.1, 0.9, size=(2, 4, 3))
Y = np.array([2, 0, 1, 2])
EACH = [
    (xentref.nll_loss, xentref.nll_loss_grad, np.log(P), Y, {}),
    (xentref.nll_loss, xentref.nll_loss_grad, np.log(P), Y, {"weight": WEIGHT, "ignore_index": 1}),
    (xentref.binary_cross_entropy, xentref.binary_cross_entropy_grad, P, T, {}),
    (xentref.binary_cross_entropy, xentref.binary_cross_entropy_grad, P, T, {"weight": WEIGHT}),
    (
        xentref.binary_cross_entropy_with_logits,
        xentref.binary_cross_entropy_with_logits_grad,
        P * 6 - 3,
        T,
        {"weight": [[1.0], [0.0], [2.0], [3.0]], "pos_weight": WEIGHT},
    ),
    (xentref.kl_div, xentref.kl_div_grad, np.log(P), T, {}),
    (xentref.kl_div, xentref.kl_div_grad, np.log(P), np.log(T), {"log_target": True}),
]
GRADIENTS = sorted({grad for _, grad, *_ in EACH}, key=lambda grad: grad.__name__)
BY_ELEMENT = [grad for grad in GRADIENTS if grad is not xentref.nll_loss_grad]
each = pytest.mark.parametrize(("loss", "grad", "x", "target", "options"), EACH)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@each
def test_each_gradient_is_the_limit_of_differences(loss, grad, x, target, options, reduction):
    options = options | {"reduction": reduction}
    wanted = differences(x, target, loss=loss, **options)
    np.testing.assert_allclose(grad(x, target, **options), wanted, rtol=1e-8, atol=1e-9)


@each
def test_under_none_each_default_is_the_gradient_of_the_sum(loss, grad, x, target, options):
    np.testing.assert_array_equal(
        grad(x, target, reduction="none", **options), grad(x, target, reduction="sum", **options)
    )


@each
def test_the_gradient_that_arrives_multiplies_each(loss, grad, x, target, options):
    outer = np.random.default_rng(4).normal(size=np.shape(target))
    found = grad(x, target, reduction="none", grad_output=outer, **options)
    rows = outer.reshape(outer.shape + (1,) * (x.ndim - outer.ndim))
    wanted = rows * grad(x, target, reduction="none", **options)
    np.testing.assert_allclose(found, wanted, rtol=1e-15)
    found = grad(x, target, grad_output=-2, **options)
    np.testing.assert_allclose(found, -2 * grad(x, target, **options), rtol=1e-15)


@each
def test_layout_does_not_matter_to_any_gradient(loss, grad, x, target, options):
    before, target_before = x.copy(), target.copy()
    wanted = grad(x, target, **options)
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=-1)[..., ::2], x.tolist()):
        for goal in (target, np.asfortranarray(target), target.tolist()):
            found = grad(same, goal, **options)
            np.testing.assert_array_equal(found, wanted)
            assert not np.shares_memory(found, same)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(target, target_before)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("grad", BY_ELEMENT)
def test_a_wider_target_does_not_widen_the_gradient(grad, dtype):
    wanted = np.float64 if dtype is np.int64 else dtype
    for target in (np.float16, np.float32, np.float64):
        assert grad(np.ones(2, dtype), np.ones(2, target)).dtype == wanted
    assert grad(np.ones((), dtype), np.float64(1.0)).dtype == wanted


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_gradient_of_nll_has_the_dtype_of_the_input(dtype):
    assert xentref.nll_loss_grad(np.zeros((1, 2), dtype), [0], weight=np.ones(2)).dtype == dtype


@pytest.mark.parametrize("grad", BY_ELEMENT)
def test_a_gradient_of_no_elements_is_empty(grad):
    assert grad(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)
    assert grad(np.zeros((3, 0)), np.zeros((3, 0)), reduction="none").shape == (3, 0)


def test_nll_has_a_gradient_at_the_target_alone():
    found = xentref.nll_loss_grad(np.full((2, 3, 2), nan), [[0, 2], [1, -100]], reduction="sum")
    wanted = np.zeros((2, 3, 2))
    wanted[0, 0, 0] = wanted[0, 2, 1] = wanted[1, 1, 0] = -1
    np.testing.assert_array_equal(found, wanted)
    assert np.signbit(found).sum() == 3


def test_one_row_has_a_gradient_without_a_batch():
    np.testing.assert_array_equal(xentref.nll_loss_grad([-1.0, -2.0, -3.0], 1), [0, -1, 0])


def test_no_batch_has_no_gradient_of_nll():
    assert xentref.nll_loss_grad(np.zeros((0, 3)), np.zeros(0, int)).shape == (0, 3)


def test_every_target_ignored_has_no_gradient_of_nll_though_the_mean_is_nan():
    found = xentref.nll_loss_grad([[0.0, 1.0]], [-100], grad_output=nan)
    np.testing.assert_array_equal(found, [[0, 0]])


def test_a_mean_over_no_weight_has_the_gradient_nan_at_its_targets():
    found = xentref.nll_loss_grad([[0.0, 1.0], [0.0, 1.0]], [0, -100], weight=[0, 1])
    np.testing.assert_array_equal(found, [[nan, 0], [0, 0]])


def test_a_logit_s_gradient_is_probability_minus_target_by_hand():
    # The sigmoid of ln 3 is 3/4.
    found = xentref.binary_cross_entropy_with_logits_grad(
        [np.log(3)] * 3, [0.0, 1.0, 0.5], reduction="sum"
    )
    np.testing.assert_allclose(found, [0.75, -0.25, 0.25], rtol=1e-15)


def test_the_chain_rule_leads_from_the_probability_to_the_logit():
    z = np.linspace(-9, 9, 19)
    t = np.linspace(0, 1, 19)
    p = xentref.sigmoid(z)
    np.testing.assert_allclose(
        xentref.binary_cross_entropy_grad(p, t) * p * (1 - p),
        xentref.binary_cross_entropy_with_logits_grad(z, t),
        rtol=1e-12,
        atol=1e-16,
    )


def test_two_classes_have_the_gradients_of_one_logit():
    x, target = batch((6, 2))
    found = xentref.binary_cross_entropy_with_logits_grad(x[:, 1] - x[:, 0], target)
    wanted = xentref.cross_entropy_grad(x, target)
    np.testing.assert_allclose(np.stack([-found, found], axis=1), wanted, rtol=1e-14)


def test_the_chain_rule_leads_from_a_divergence_to_cross_entropy():
    # d log_softmax(z)_c / d z_k = (c = k) - softmax(z)_k
    z, p = np.random.default_rng(8).normal(size=(2, 4, 3))
    p = xentref.softmax(p)
    grad = xentref.kl_div_grad(xentref.log_softmax(z), p, reduction="batchmean")
    np.testing.assert_allclose(
        grad - xentref.softmax(z) * grad.sum(axis=1, keepdims=True),
        xentref.cross_entropy_grad(z, p),
        rtol=1e-12,
        atol=1e-16,
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("magnitude", [1e-8, 1.0, 100.0, 700.0, 1e4])
def test_the_gradient_of_a_logit_is_within_4_ulps_of_the_truth(magnitude, dtype):
    z = (np.random.default_rng(9).normal(size=20) * magnitude).astype(dtype)
    p = [1 / (1 + mpmath.exp(-mpmath.mpf(float(each)))) for each in z]
    for t in (0, 1):
        found = xentref.binary_cross_entropy_with_logits_grad(z, np.full(20, t), reduction="sum")
        assert max(map(ulps, found, [each - t for each in p])) <= 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_of_a_probability_is_within_4_ulps_of_the_truth(dtype):
    p = np.random.default_rng(10).beta(0.2, 0.2, size=50).clip(1e-7, 1 - 1e-7).astype(dtype)
    for t in (0, 1):
        found = xentref.binary_cross_entropy_grad(p, np.full(50, t), reduction="sum")
        exact = [mpmath.mpf(float(each)) for each in p]
        assert max(map(ulps, found, [(each - t) / (each * (1 - each)) for each in exact])) <= 4


def test_a_probability_of_0_or_1_has_a_large_gradient_where_it_is_wrong_and_none_where_right():
    most = 1 / np.float64(np.float32(1e-12))
    found = xentref.binary_cross_entropy_grad(
        [0.0, 1.0, 0.0, 1.0, nan], [1, 0, 0, 1, 1], reduction="sum"
    )
    np.testing.assert_allclose(found, [-most, most, 0, 0, nan], rtol=1e-15)


def test_an_infinite_logit_has_a_gradient_where_it_is_wrong_and_none_where_right():
    found = xentref.binary_cross_entropy_with_logits_grad(
        [inf, -inf, inf, -inf, nan], [0, 1, 1, 0, 1], reduction="sum"
    )
    np.testing.assert_array_equal(found, [1, -1, 0, 0, nan])
    assert not np.signbit(found[2:4]).any()


def test_an_element_without_weight_has_no_gradient():
    found = xentref.binary_cross_entropy_with_logits_grad([-inf], [1], weight=[0])
    assert found == 0


def test_the_gradient_of_a_divergence_is_minus_the_target_whatever_the_input_holds():
    x, p = [-inf, inf, nan, 0.0], [0.0, 0.25, 0.5, nan]
    found = xentref.kl_div_grad(x, p, reduction="sum")
    np.testing.assert_array_equal(found, [0, -0.25, -0.5, nan])
    assert not np.signbit(found[0])
    found = xentref.kl_div_grad(x[:2], [-inf, np.log(0.25)], reduction="sum", log_target=True)
    np.testing.assert_allclose(found, [0, -0.25], rtol=1e-15)


def test_batchmean_divides_a_gradient_by_the_first_axis():
    x, p = np.log(P), T
    found = xentref.kl_div_grad(x, p, reduction="batchmean")
    np.testing.assert_allclose(found, -p / 4, rtol=1e-15)
    np.testing.assert_allclose(xentref.kl_div_grad(x, p), -p / 12, rtol=1e-15)

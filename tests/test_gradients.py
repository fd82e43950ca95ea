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


def differences(x, target, h=1e-6, **options):
    """The gradient by central differences."""
    grad = np.empty_like(x)
    for at in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[at] = h
        up = xentref.cross_entropy(x + step, target, **options)
        down = xentref.cross_entropy(x - step, target, **options)
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

"""Values by hand, identities, true digits and the edges of the floats."""

import mpmath
import numpy as np
import pytest

import xentref
from tests.ulps import exact, log_sigmoid, log_softmax, ulps

inf, nan = np.inf, np.nan
ALONG_AXIS = [xentref.softmax, xentref.log_softmax, xentref.logsumexp]
ELEMENTWISE = [xentref.sigmoid, xentref.logsigmoid]
FLOATS = [np.float16, np.float32, np.float64]
MAGNITUDES = [1e-8, 1e-4, 1e-2, 1.0, 10.0, 100.0, 700.0, 1e4]


def scores(magnitude, dtype, shape=(40, 5)):
    return (np.random.default_rng(7).normal(size=shape) * magnitude).astype(dtype)


def test_softmax_of_logarithms_is_their_numbers_shared_out():
    np.testing.assert_allclose(
        xentref.softmax(np.log([1, 2, 5])), [1 / 8, 2 / 8, 5 / 8], rtol=1e-15
    )


def test_softmax_of_two_rows_by_hand():
    # e^3 = 20.0855, e^7 = 1096.6332, e^4 = 54.5981; e^5 = 148.4132, e^8 = 2980.9580
    found = xentref.softmax([[3, 7, 4], [3, 5, 8]])
    wanted = [[0.0171, 0.9362, 0.0466], [0.0064, 0.0471, 0.9465]]
    np.testing.assert_allclose(found, wanted, atol=5e-5)


def test_sigmoid_of_log_odds_is_the_probability():
    np.testing.assert_allclose(xentref.sigmoid([0, np.log(3)]), [0.5, 0.75], rtol=1e-15)


def test_logsigmoid_of_zero_is_minus_ln_2():
    assert xentref.logsigmoid(0) == -np.log(2)


def test_logsumexp_of_equal_scores_adds_the_logarithm_of_their_number():
    np.testing.assert_allclose(xentref.logsumexp([5.0] * 4), 5 + np.log(4), rtol=1e-15)


def test_softmax_sums_to_one():
    np.testing.assert_allclose(xentref.softmax(scores(30.0, float)).sum(axis=-1), 1, rtol=1e-15)


@pytest.mark.parametrize("function", [xentref.softmax, xentref.log_softmax])
def test_a_shift_of_all_scores_changes_nothing(function):
    z = np.floor(scores(8.0, float) * 1024) / 1024  # so few bits that the shift is exact
    np.testing.assert_array_equal(function(z + 4096.0), function(z))


def test_logsumexp_moves_with_a_shift():
    z = scores(1.0, float)
    np.testing.assert_allclose(xentref.logsumexp(z + 9), xentref.logsumexp(z) + 9, rtol=1e-15)


def test_softmax_of_two_scores_is_the_sigmoid_of_their_difference():
    z = scores(5.0, float, (50, 2))
    np.testing.assert_allclose(
        xentref.softmax(z)[:, 1], xentref.sigmoid(z[:, 1] - z[:, 0]), rtol=1e-14
    )


def test_sigmoids_of_opposite_scores_sum_to_one():
    z = scores(5.0, float)
    np.testing.assert_allclose(xentref.sigmoid(z) + xentref.sigmoid(-z), 1, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("magnitude", MAGNITUDES)
def test_every_activation_is_within_4_ulps_of_the_truth(magnitude, dtype):
    for row in scores(magnitude, dtype, (8, 5)):
        log_p = log_softmax(row)
        truth = {
            xentref.softmax: [mpmath.exp(x) for x in log_p],
            xentref.log_softmax: log_p,
            xentref.logsumexp: [exact(row[0]) - log_p[0]],
            xentref.sigmoid: [mpmath.exp(log_sigmoid(z)) for z in row],
            xentref.logsigmoid: [log_sigmoid(z) for z in row],
        }
        for function, wanted in truth.items():
            found = np.ravel(function(row))
            worst = max(map(ulps, found, wanted))
            assert worst <= 4, f"{function.__name__}({row!r}) is {worst:.1f} ulps off"


def test_a_long_row_keeps_its_digits_whatever_its_axis():
    z = scores(3.0, float, (2000, 2))
    wanted = log_softmax(z[:, 1])
    found = xentref.log_softmax(z, axis=0)[:, 1]
    assert max(map(ulps, found[:20], wanted)) <= 4


@pytest.mark.parametrize(
    ("function", "row", "wanted"),
    [
        (xentref.softmax, [-inf, 0.0, 0.0], [0, 0.5, 0.5]),
        (xentref.softmax, [-inf, -inf], [nan, nan]),
        (xentref.softmax, [-inf], [nan]),
        (xentref.softmax, [inf, 0.0], [nan, nan]),
        (xentref.softmax, [nan, 0.0], [nan, nan]),
        (xentref.softmax, [1e308, -1e308], [1, 0]),
        (xentref.softmax, [], []),
        (xentref.log_softmax, [-inf, 0.0], [-inf, 0]),
        (xentref.log_softmax, [-inf, -inf], [nan, nan]),
        (xentref.log_softmax, [inf, 0.0], [nan, nan]),
        (xentref.log_softmax, [nan], [nan]),
        (xentref.log_softmax, [1000.0, 0.0], [0, -1000]),
        (xentref.log_softmax, [3.0], [0]),
        (xentref.logsumexp, [-inf, 2.0], 2),
        (xentref.logsumexp, [-inf, -inf], -inf),
        (xentref.logsumexp, [inf, -inf], inf),
        (xentref.logsumexp, [inf, nan], nan),
        (xentref.logsumexp, [], -inf),
        (xentref.sigmoid, [-inf, -800.0, 800.0, inf, nan], [0, 0, 1, 1, nan]),
        (xentref.logsigmoid, [-inf, -800.0, 800.0, inf, nan], [-inf, -800, 0, 0, nan]),
    ],
)
def test_the_edges(function, row, wanted):
    np.testing.assert_array_equal(function(row), wanted)


@pytest.mark.parametrize("function", [xentref.log_softmax, xentref.logsigmoid])
def test_no_loss_is_zero_and_not_minus_zero(function):
    assert not np.signbit(function([1000.0, 0.0])[0])


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("function", ALONG_AXIS)
def test_an_axis_is_treated_as_the_last_one_would_be(function, axis):
    z = scores(3.0, float, (2, 3, 4))
    wanted = function(np.moveaxis(z, axis, -1).copy())
    if function is not xentref.logsumexp:
        wanted = np.moveaxis(wanted, -1, axis)
    np.testing.assert_array_equal(function(z, axis=axis), wanted)


@pytest.mark.parametrize(
    ("axis", "shape", "kept"),
    [
        (None, (), (1, 1, 1)),
        ((0, 2), (3,), (1, 3, 1)),
        ((2, -3), (3,), (1, 3, 1)),
        (1, (2, 4), (2, 1, 4)),
        ((), (2, 3, 4), (2, 3, 4)),
    ],
)
def test_logsumexp_over_several_axes_has_the_shapes_of_a_numpy_sum(axis, shape, kept):
    z = scores(1.0, float, (2, 3, 4))
    wanted = np.log(np.exp(z).sum(axis=axis))
    found = xentref.logsumexp(z, axis=axis)
    assert found.shape == shape
    assert xentref.logsumexp(z, axis=axis, keepdims=True).shape == kept
    np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_logsumexp_of_a_scalar_over_all_axes_is_the_scalar():
    assert xentref.logsumexp(3.5, axis=None) == 3.5


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", ALONG_AXIS + ELEMENTWISE)
def test_a_float_dtype_stays(function, dtype):
    assert function(np.array([1.0, 2.0], dtype)).dtype == dtype


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint64])
@pytest.mark.parametrize("function", ALONG_AXIS + ELEMENTWISE)
def test_integers_count_as_float64(function, dtype):
    found = function(np.array([0, 1], dtype))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, function([0.0, 1.0]))


@pytest.mark.parametrize("function", ALONG_AXIS + ELEMENTWISE)
def test_the_bytes_of_another_machine_are_read_and_the_result_is_native(function):
    assert function(np.array([1.0, 2.0], ">f4")).dtype.isnative


@pytest.mark.parametrize("function", [xentref.logsumexp, *ELEMENTWISE])
def test_a_result_without_axes_is_a_numpy_scalar(function):
    row = 1.0 if function in ELEMENTWISE else [1.0]
    assert type(function(row)) is np.float64


@pytest.mark.parametrize("function", ALONG_AXIS + ELEMENTWISE)
def test_the_memory_layout_does_not_matter_and_the_input_is_unchanged(function):
    z = scores(3.0, float, (4, 6))
    wanted = function(z.copy())
    wide = np.full((4, 12), nan)
    wide[:, ::2] = z
    for same in (z, np.asfortranarray(z), wide[:, ::2], z.tolist()):
        before = np.array(same)
        np.testing.assert_array_equal(function(same), wanted)
        np.testing.assert_array_equal(same, before)


@pytest.mark.parametrize("function", ALONG_AXIS + ELEMENTWISE)
def test_a_result_shares_no_memory_with_the_input(function):
    z = np.array([[0.0]])
    assert not np.shares_memory(z, function(z))


@pytest.mark.parametrize("function", ALONG_AXIS + ELEMENTWISE)
def test_the_caller_who_makes_numpy_raise_sees_nothing(function):
    with np.errstate(all="raise"):
        function([800.0, -800.0, inf, -inf, nan])
        function(np.array([6e4, -6e4, 6e-8], np.float16))

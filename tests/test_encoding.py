"""One-hot vectors and smoothed labels: what they hold, their shape and their dtype."""

import numpy as np
import pytest

import xentref


def test_each_row_is_the_row_of_the_identity_that_the_target_names():
    np.testing.assert_array_equal(xentref.one_hot([2, 0], 3), np.eye(3)[[2, 0]])


def test_the_classes_stand_on_a_new_last_axis():
    target = np.arange(6).reshape(2, 3) % 4
    found = xentref.one_hot(target, 4)
    assert found.shape == (2, 3, 4)
    np.testing.assert_array_equal(found.argmax(axis=-1), target)
    np.testing.assert_array_equal(found.sum(axis=-1), 1)


def test_a_single_index_gives_a_single_vector():
    np.testing.assert_array_equal(xentref.one_hot(1, 3), [0, 1, 0])


def test_left_out_the_number_of_classes_is_one_more_than_the_largest_index():
    assert xentref.one_hot([0, 4]).shape == (2, 5)


def test_an_empty_target_gives_no_vectors():
    assert xentref.one_hot(np.zeros((0, 2), int), 3).shape == (0, 2, 3)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_integers_of_any_width_name_classes(dtype):
    target = np.array([1, 0], dtype)
    np.testing.assert_array_equal(xentref.one_hot(target), [[0, 1], [1, 0]])


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float16, np.float32, "f8"])
def test_the_result_has_the_dtype_asked_for(dtype):
    assert xentref.one_hot([0], 2, dtype=dtype).dtype == np.dtype(dtype)


def test_float64_unless_asked_otherwise():
    assert xentref.one_hot([0]).dtype == np.float64


def test_the_target_is_unchanged():
    target = np.array([1, 0])
    xentref.one_hot(target)
    np.testing.assert_array_equal(target, [1, 0])


def test_cross_entropy_takes_it_for_the_index():
    logits = np.random.default_rng(0).normal(size=(5, 4))
    target = np.array([3, 1, 0, 0, 2])
    np.testing.assert_array_equal(
        xentref.cross_entropy(logits, xentref.one_hot(target, 4)),
        xentref.cross_entropy(logits, target),
    )


def test_a_fifth_of_the_certainty_goes_to_four_classes():
    found = xentref.smooth_labels([0, 2], 0.2, 4)
    wanted = [[0.85, 0.05, 0.05, 0.05], [0.05, 0.05, 0.85, 0.05]]
    np.testing.assert_allclose(found, wanted, rtol=1e-15)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5, 1.0])
def test_smoothed_labels_sum_to_what_the_labels_sum_to(smoothing):
    t = np.random.default_rng(0).dirichlet(np.ones(5), size=4)
    np.testing.assert_allclose(xentref.smooth_labels(t, smoothing).sum(axis=-1), 1, rtol=1e-14)


def test_without_smoothing_labels_stay_what_they_are():
    t = np.random.default_rng(0).dirichlet(np.ones(5), size=4)
    np.testing.assert_array_equal(xentref.smooth_labels(t, 0), t)
    np.testing.assert_array_equal(xentref.smooth_labels([2, 0], 0), xentref.one_hot([2, 0]))


def test_full_smoothing_leaves_nothing_of_a_label():
    np.testing.assert_array_equal(xentref.smooth_labels([2, 0], 1, 4), np.full((2, 4), 0.25))


def test_an_index_is_smoothed_as_its_vector_is():
    y = np.array([[3, 1], [0, 0]])
    np.testing.assert_array_equal(
        xentref.smooth_labels(y, 0.1, 4), xentref.smooth_labels(xentref.one_hot(y, 4), 0.1)
    )


@pytest.mark.parametrize(("axis", "shape"), [(-1, (2, 3, 4)), (1, (2, 4, 3)), (0, (4, 2, 3))])
def test_the_classes_stand_on_the_axis_asked_for(axis, shape):
    y = np.arange(6).reshape(2, 3) % 4
    found = xentref.smooth_labels(y, 0.1, 4, axis=axis)
    assert found.shape == shape
    np.testing.assert_array_equal(found.argmax(axis=axis), y)
    np.testing.assert_allclose(found.sum(axis=axis), 1, rtol=1e-15)


def test_the_classes_of_probabilities_are_counted_on_their_axis():
    t = np.zeros((2, 4, 3))
    np.testing.assert_array_equal(xentref.smooth_labels(t, 0.5, axis=1), np.full((2, 4, 3), 0.125))
    np.testing.assert_allclose(xentref.smooth_labels(t, 0.5, 3), np.full((2, 4, 3), 1 / 6))


def test_cross_entropy_takes_smoothed_labels_for_its_label_smoothing():
    rng = np.random.default_rng(1)
    for shape in [(4,), (5, 4), (5, 4, 3)]:
        logits = rng.normal(size=shape)
        y = rng.integers(0, 4, shape[:1][: len(shape) - 1] + shape[2:])
        soft = xentref.smooth_labels(y, 0.1, 4, axis=min(1, len(shape) - 1))
        np.testing.assert_allclose(
            xentref.cross_entropy(logits, soft),
            xentref.cross_entropy(logits, y, label_smoothing=0.1),
            rtol=1e-14,
        )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_smoothed_probabilities_keep_their_dtype_unless_another_is_asked_for(dtype):
    t = np.array([0.25, 0.75], dtype)
    assert xentref.smooth_labels(t, 0.1).dtype == dtype
    assert xentref.smooth_labels(t.astype(">f4"), 0.1).dtype == np.dtype("=f4")
    assert xentref.smooth_labels(t, 0.1, dtype=np.float32).dtype == np.float32
    assert xentref.smooth_labels([1, 0], 0.1, dtype=dtype).dtype == dtype
    assert xentref.smooth_labels([1, 0], 0.1).dtype == np.float64


def test_no_labels_give_none():
    assert xentref.smooth_labels(np.zeros((0, 2), int), 0.1, 3).shape == (0, 2, 3)
    assert xentref.smooth_labels(np.zeros((0, 3)), 0.1).shape == (0, 3)


def test_a_nan_among_probabilities_comes_through():
    np.testing.assert_array_equal(xentref.smooth_labels([np.nan, 1.0], 0.5), [np.nan, 0.75])


def test_the_layout_does_not_matter_and_the_target_is_unchanged():
    t = np.random.default_rng(2).dirichlet(np.ones(3), size=4)
    wanted = xentref.smooth_labels(t.copy(), 0.1)
    for same in (t, np.asfortranarray(t), np.repeat(t, 2, axis=1)[:, ::2], t.tolist()):
        before = np.array(same)
        np.testing.assert_array_equal(xentref.smooth_labels(same, 0.1), wanted)
        np.testing.assert_array_equal(same, before)
    assert not np.shares_memory(xentref.smooth_labels(t, 0.0), t)

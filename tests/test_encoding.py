"""One-hot vectors: what they hold, their shape and their dtype."""

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

"""The two ways through a block agree, wherever the blocks are cut, and need little memory."""

import tracemalloc

import mpmath
import numpy as np
import pytest

import xentref
from tests.ulps import log_softmax, ulps
from xentref import _rows

inf = np.inf


def batch(shape, dtype=np.float64):
    """Scores of which some rows are for the careful way: far from 0, or with an infinity."""
    rng = np.random.default_rng(4)
    z = rng.normal(size=shape).astype(dtype)
    y = rng.integers(0, shape[1], shape[:1] + shape[2:])
    z[1] += 300
    z[2] -= 300
    z[3, 1] = -inf
    z[4] *= 1000
    z[5, 0] = -800
    z[6] = -inf
    z[7, 1] = np.nan
    return z, y


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(20, 7), (9, 5, 6), (8, 4, 3, 2)])
@pytest.mark.parametrize("size", [1, 10, 60])
def test_the_size_of_the_blocks_does_not_matter(size, shape, dtype, smoothing, monkeypatch):
    z, y = batch(shape, dtype)
    options = {"reduction": "none", "label_smoothing": smoothing}
    functions = [xentref.cross_entropy, xentref.cross_entropy_grad]
    wanted = [function(z, y, **options) for function in functions]
    wanted += [xentref.softmax(z, 1), xentref.log_softmax(z, 1), xentref.logsumexp(z, 1)]
    monkeypatch.setattr(_rows, "PLAIN", size)
    monkeypatch.setattr(_rows, "CAREFUL", size)
    found = [function(z, y, **options) for function in functions]
    found += [xentref.softmax(z, 1), xentref.log_softmax(z, 1), xentref.logsumexp(z, 1)]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8])
@pytest.mark.parametrize("scale", [1, 30, 300])
def test_a_few_scores_give_what_many_give(scale, dtype, monkeypatch):
    rng = np.random.default_rng(7)
    z = np.clip(rng.normal(size=(12, 5)) * scale, -120, 120).astype(dtype)
    y = rng.integers(0, 5, 12)
    few = xentref.cross_entropy(z, y, reduction="none")
    monkeypatch.setattr(_rows, "FEW", 0)
    many = xentref.cross_entropy(z, y, reduction="none")
    np.testing.assert_allclose(few, many, rtol=4 * np.finfo(few.dtype).eps)


@pytest.mark.parametrize("margin", [0, 15, 40])
@pytest.mark.parametrize("scale", [1e-3, 1, 10, 20, 40, 100])
@pytest.mark.parametrize("classes", [2, 10, _rows.LONG, 1000])
def test_float32_keeps_its_digits_with_exponentials_in_float32(classes, scale, margin):
    rng = np.random.default_rng(8)
    z = (rng.normal(size=(20_000 // classes, classes)) * scale).astype(np.float32)
    y = rng.integers(0, classes, len(z))
    z[np.arange(len(z)), y] += np.float32(margin)
    for function, most in [(xentref.cross_entropy, 4), (xentref.cross_entropy_grad, 6)]:
        found = function(z, y, reduction="none")
        wanted = function(z.astype(np.float64), y, reduction="none")
        places = np.spacing(np.abs(wanted).astype(np.float32))
        assert np.max(np.abs(found - wanted) / places) <= most


@pytest.mark.parametrize("level", [-40, 0, 40])
@pytest.mark.parametrize("outer", [1e-30, 1e-18, 1e-17, 0.0, 1e17, 1e18, 1e30])
def test_a_float32_gradient_may_be_multiplied_by_what_float32_hardly_holds(outer, level):
    z = np.where(np.eye(_rows.LONG, dtype=bool), 8, -9).astype(np.float32) + np.float32(level)
    y = np.arange(_rows.LONG)
    found = xentref.cross_entropy_grad(z, y, reduction="sum", grad_output=outer)
    wanted = xentref.cross_entropy_grad(z.astype(float), y, reduction="sum") * outer
    np.testing.assert_allclose(found, wanted.astype(np.float32), rtol=1e-6)


def test_a_row_for_the_careful_way_leaves_the_others_alone():
    z, y = batch((20, 7))
    for function in (xentref.cross_entropy, xentref.cross_entropy_grad):
        together = function(z, y, reduction="none")
        for n in range(len(z)):
            alone = function(z[n], y[n], reduction="none")
            np.testing.assert_allclose(together[n], alone, rtol=1e-15)


@pytest.mark.parametrize("row", [[-150.0, -720.0, -860.0], [200.0, -700.0, -530.0], [-200.0] * 3])
def test_a_gradient_keeps_its_digits_where_exp_underflows(row):
    p = [mpmath.exp(each) for each in log_softmax(row)]
    for y in range(3):
        found = xentref.cross_entropy_grad(np.array(row), y)
        wanted = [each - (c == y) for c, each in enumerate(p)]
        assert max(map(ulps, found, wanted)) <= 4


def test_sums_of_rows_are_as_if_rounded_once():
    rng = np.random.default_rng(0)
    values = rng.lognormal(sigma=9, size=(50, 100)) * np.array([[1.0], [1e-12]] * 25)
    values[:, 0] = 0
    wanted = [mpmath.fsum(map(mpmath.mpf, row.tolist())) for row in values]
    assert max(map(ulps, _rows._sum(values), wanted)) <= 0.501
    assert max(map(ulps, _rows._sum(values[::2]), wanted[::2])) <= 0.501


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_needs_a_twentieth_of_the_logits_at_most(dtype):
    z, y = np.zeros((2000, 10_000), dtype), np.zeros(2000, int)
    z[:100] = -1e4  # for the careful way
    tracemalloc.start()
    xentref.cross_entropy(z, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 0.05 * z.nbytes

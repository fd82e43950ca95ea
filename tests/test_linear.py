"""The loss of a linear layer and its gradients: by hand, torch, the cuts, memory and mistakes."""

import inspect
import itertools
import tracemalloc

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

import xentref
from xentref import _rows

inf, nan = np.inf, np.nan
BOTH = [xentref.linear_cross_entropy, xentref.linear_cross_entropy_grad]
X = np.array([[1.0, 2.0], [0.5, -1.0]])
W = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
Y = [0, 2]
# torch multiplies in the dtype given and xentref in float64: these are torch's rounding errors.
TOLERANCE = {
    "float64": {"rtol": 1e-11, "atol": 1e-14},
    "float32": {"rtol": 2e-5, "atol": 2e-6},
}


@pytest.fixture(params=["float64", "float64, cut", "float32"])
def dtype(request, monkeypatch):
    """A dtype; once with so little room that all is cut several times."""
    dtype, _, cut = request.param.partition(", ")
    if cut:
        for name, size in [("LOGITS", 25), ("CLASSES", 2), ("PLAIN", 8), ("CAREFUL", 8)]:
            monkeypatch.setattr(_rows, name, size)
    return dtype


def test_a_layer_by_hand():
    # The feature 1 becomes the logits 0 and ln 3, whose softmax is 1/4 and 3/4.
    layer = [[0.0], [np.log(3)]]
    assert np.exp(xentref.linear_cross_entropy([[1.0]], layer, [0])) == pytest.approx(4, rel=1e-15)
    grad = xentref.linear_cross_entropy_grad([[1.0]], layer, [0], linear_bias=[0, 0])
    np.testing.assert_allclose(grad.linear_weight, [[-0.75], [0.75]], rtol=1e-15)
    np.testing.assert_allclose(grad.linear_bias, [-0.75, 0.75], rtol=1e-15)
    np.testing.assert_allclose(grad.input, [[0.75 * np.log(3)]], rtol=1e-15)


def test_it_is_the_cross_entropy_of_the_product():
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(7, 4)), rng.normal(size=(5, 4)), rng.normal(size=5)
    y = rng.integers(0, 5, 7)
    found = xentref.linear_cross_entropy(x, w, y, linear_bias=b, reduction="none")
    wanted = xentref.cross_entropy(x @ w.T + b, y, reduction="none")
    np.testing.assert_allclose(found, wanted, rtol=1e-13)


SHAPES = [((3,), (4, 3)), ((5, 3), (4, 3)), ((5, 3), (4, 2, 3)), ((5, 3), (4, 2, 2, 3))]
TARGETS = ["index", "ignore", "all_ignored", "probability"]


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weight"])
@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize(("bias", "shapes"), list(itertools.product([False, True], SHAPES)))
def test_torch_agrees(shapes, bias, kind, weighted, smoothing, dtype):
    rng = np.random.default_rng(3)
    x, w = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    options = {"label_smoothing": smoothing}
    if bias:
        options["linear_bias"] = rng.normal(size=w.shape[:-1]).astype(dtype)
    if weighted:
        options["weight"] = rng.uniform(0.5, 2, len(w)).astype(dtype)
    logits, place = x.shape[:-1] + w.shape[:-1], x.ndim - 1
    if kind == "probability":
        target = xentref.softmax(rng.normal(size=logits), axis=place).astype(dtype)
    else:
        target = np.asarray(rng.integers(0, len(w), logits[:place] + logits[place + 1 :]))
    if kind == "all_ignored":
        target = np.full_like(target, -100)
    if kind == "ignore":
        options["ignore_index"] = 1

    for reduction in ("none", "mean", "sum"):
        options["reduction"] = reduction
        leaves = {"input": x, "linear_weight": w}
        leaves |= {"linear_bias": options["linear_bias"]} if bias else {}
        leaves = {k: torch.tensor(v, requires_grad=True) for k, v in leaves.items()}
        others = {
            k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()
        }
        loss = F.linear_cross_entropy(target=torch.tensor(target), **(others | leaves))
        outer = np.asarray(rng.normal(size=tuple(loss.shape))).astype(dtype)
        loss.backward(torch.tensor(outer))

        found = xentref.linear_cross_entropy(x, w, target, **options)
        assert found.dtype == dtype
        assert found.shape == tuple(loss.shape)
        np.testing.assert_allclose(found, loss.detach().numpy(), **TOLERANCE[dtype])
        grads = xentref.linear_cross_entropy_grad(x, w, target, grad_output=outer, **options)
        for name, leaf in leaves.items():
            grad = getattr(grads, name)
            assert grad.dtype == dtype
            assert grad.shape == tuple(leaf.shape)
            np.testing.assert_allclose(grad, leaf.grad.numpy(), err_msg=name, **TOLERANCE[dtype])
        assert (grads.linear_bias is None) == (not bias)


def test_an_empty_batch_has_the_mean_nan_and_gradients_of_zero():
    x, y = np.zeros((0, 2)), np.zeros(0, int)
    assert np.isnan(xentref.linear_cross_entropy(x, W, y))
    assert xentref.linear_cross_entropy(x, W, y, reduction="sum") == 0
    grad = xentref.linear_cross_entropy_grad(x, W, y)
    assert grad.input.shape == (0, 2)
    np.testing.assert_array_equal(grad.linear_weight, np.zeros((3, 2)))


def test_no_places_are_no_rows():
    w, y = np.zeros((3, 0, 2)), np.zeros((2, 0), int)
    assert xentref.linear_cross_entropy(X, w, y, reduction="sum") == 0
    assert xentref.linear_cross_entropy_grad(X, w, y).linear_weight.shape == (3, 0, 2)


def test_a_layer_without_features_has_the_logits_of_its_bias():
    found = xentref.linear_cross_entropy(
        np.zeros((1, 0)), np.zeros((2, 0)), [0], linear_bias=[0.0, np.log(3)]
    )
    assert found == pytest.approx(np.log(4), rel=1e-15)


def test_an_ignored_row_counts_nothing_whatever_it_holds():
    x = np.array([[1.0, 2.0], [nan, inf]])
    assert xentref.linear_cross_entropy(x, W, [0, -100]) == xentref.linear_cross_entropy(
        x[:1], W, [0]
    )
    found = xentref.linear_cross_entropy_grad(x, W, [0, -100], linear_bias=np.zeros(3))
    wanted = xentref.linear_cross_entropy_grad(x[:1], W, [0], linear_bias=np.zeros(3))
    np.testing.assert_array_equal(found.input, [*wanted.input, [0, 0]])
    np.testing.assert_array_equal(found.linear_weight, wanted.linear_weight)
    np.testing.assert_array_equal(found.linear_bias, wanted.linear_bias)


@pytest.mark.parametrize("held", [nan, inf])
def test_an_ignored_row_of_nan_or_inf_makes_every_gradient_nan_in_torch(held):
    x = torch.tensor([[1.0, 2.0], [held, 1.0]])
    w = torch.tensor(W, dtype=torch.float32, requires_grad=True)
    F.linear_cross_entropy(x, w, torch.tensor([0, -100])).backward()
    assert w.grad.isnan().all()


def test_the_default_that_ignores_minus_100_is_written_so_here_and_none_in_torch():
    x, layer = np.ones((2, 1)), np.zeros((3, 1))
    for f, default in [(xentref.linear_cross_entropy, -100), (F.linear_cross_entropy, None)]:
        assert inspect.signature(f).parameters["ignore_index"].default == default
    theirs = F.linear_cross_entropy(*map(torch.tensor, (x, layer, np.array([-100, 0]))))
    assert theirs.item() == pytest.approx(np.log(3))
    assert xentref.linear_cross_entropy(x, layer, [-100, 0]) == pytest.approx(np.log(3))
    with pytest.raises(TypeError, match="ignore_index must be an integer; got None"):
        xentref.linear_cross_entropy(x, layer, [-100, 0], ignore_index=None)


def test_a_negative_ignore_index_may_stand_beside_probabilities_here_and_not_in_torch():
    p = np.full((2, 3), 1 / 3)
    with pytest.raises(RuntimeError):
        F.linear_cross_entropy(*map(torch.tensor, (X, W, p)), ignore_index=-100)
    assert xentref.linear_cross_entropy(X, W, p, ignore_index=-100) > 0


def test_mixed_dtypes_are_taken_here_and_refused_by_torch():
    x = X.astype(np.float32)
    with pytest.raises(RuntimeError):
        F.linear_cross_entropy(*map(torch.tensor, (x, W, Y)))
    assert xentref.linear_cross_entropy(x, W, Y).dtype == np.float64
    grad = xentref.linear_cross_entropy_grad(x, W, Y)
    assert (grad.input.dtype, grad.linear_weight.dtype) == (np.float32, np.float64)


def test_float16_and_integers_are_multiplied_in_float64():
    x, w = X.astype(np.float16), W.astype(np.float16)
    wanted = xentref.linear_cross_entropy(X, W, Y)
    assert xentref.linear_cross_entropy(x, w, Y) == np.float16(wanted)
    assert xentref.linear_cross_entropy(X, W.astype(int), Y) == wanted
    assert xentref.linear_cross_entropy_grad(x, w, Y).input.dtype == np.float16


def test_layout_does_not_matter_and_no_argument_is_changed():
    rng = np.random.default_rng(1)
    x, w, y = rng.normal(size=(6, 4)), rng.normal(size=(5, 4)), rng.integers(0, 5, 6)
    wanted = xentref.linear_cross_entropy_grad(x, w, y)
    for x2, w2 in [
        (np.asfortranarray(x), np.asfortranarray(w)),
        (np.repeat(x, 2, axis=1)[:, ::2], np.repeat(w, 2, axis=0)[::2]),
        (x.tolist(), w.tolist()),
    ]:
        before = np.array(x2), np.array(w2)
        found = xentref.linear_cross_entropy_grad(x2, w2, y)
        np.testing.assert_allclose(found.input, wanted.input, rtol=1e-13)
        np.testing.assert_allclose(found.linear_weight, wanted.linear_weight, rtol=1e-13)
        np.testing.assert_array_equal(before[0], x2)
        np.testing.assert_array_equal(before[1], w2)


def test_the_caller_who_makes_numpy_raise_sees_nothing():
    with np.errstate(all="raise"):
        for function in BOTH:
            function(X * 1e300, W * 1e300, Y)


@pytest.mark.parametrize("function", BOTH)
def test_the_logits_never_stand_whole_in_memory(function):
    x, w = np.ones((2000, 2), np.float32), np.ones((20_000, 2), np.float32)
    y = np.zeros(2000, int)
    tracemalloc.start()
    function(x, w, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.3 * (2000 * 20_000 * 4)  # torch's needs more than all of it


MISTAKES = [
    ((1.0, W, Y), {}, ValueError, "input must have shape (F,) or (N, F); got ()"),
    ((X[None], W, Y), {}, ValueError, "input must have shape (F,) or (N, F); got (1, 2, 2)"),
    *(
        (
            (X, w, Y),
            {},
            ValueError,
            "linear_weight must have shape (C, 2) or (C, d1, ..., dK, 2) with at least one class; "
            f"got {np.shape(w)}",
        )
        for w in (W.T, W[0], W[:0], 1.0)
    ),
    (
        (X[0], W[:, None], 0),
        {},
        ValueError,
        "input must have shape (N, 2) for a linear_weight of more than two axes; got (2,)",
    ),
    (
        (X, W, Y),
        {"linear_bias": [1, 2]},
        ValueError,
        "linear_bias must have shape (3,), that of linear_weight without the features; got (2,)",
    ),
    (
        (X, ["a"], Y),
        {},
        TypeError,
        "linear_weight must hold real numbers of at most 64 bits; got dtype <U1",
    ),
    (
        (X, W, Y),
        {"linear_bias": [1j]},
        TypeError,
        "linear_bias must hold real numbers of at most 64 bits; got dtype complex128",
    ),
    (
        (X, W, [[0], [2]]),
        {},
        ValueError,
        "target must have shape (2,) for class indices or the logits' shape (2, 3) for "
        "probabilities; got (2, 1)",
    ),
    (
        (X, W, [0, 3]),
        {},
        IndexError,
        "target must lie in [0, 3) or be ignore_index=-100; got 3 at position (1,)",
    ),
    (
        (X, W, np.full((2, 3), 0.3)),
        {"ignore_index": 0},
        ValueError,
        "ignore_index must be negative when target holds probabilities, which name no class; got 0",
    ),
    (
        (X, W, Y),
        {"reduction": "avg"},
        ValueError,
        "reduction must be 'none', 'mean' or 'sum'; got 'avg'",
    ),
    (
        (X, W, Y),
        {"weight": [1, 2]},
        ValueError,
        "weight must have shape (3,), one entry per class; got (2,)",
    ),
]


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize(("arguments", "keywords", "kind", "message"), MISTAKES)
def test_the_error_says_what_must_hold_and_what_came(function, arguments, keywords, kind, message):
    with pytest.raises(kind) as caught:
        function(*arguments, **keywords)
    assert str(caught.value) == message
    assert type(caught.value) is kind


def test_the_gradient_that_arrives_has_the_shape_of_the_loss():
    with pytest.raises(ValueError, match=r"grad_output must have shape \(2,\), that of the loss"):
        xentref.linear_cross_entropy_grad(X, W, Y, reduction="none", grad_output=1.0)

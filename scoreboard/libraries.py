"""The implementations on the scoreboard, each as the kit calls it.

An adapter passes on the arguments that the library's own function takes. It adds no feature, so
whatever a verdict says is said of the library. A check that would judge the adapter all the same is
named in `left_out`. Libraries are imported when they are called, since not everybody has all.
"""

import os
from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from xentref import cross_entropy, cross_entropy_grad, softmax
from xentref.testing import Report, check_cross_entropy, checks, from_forward, from_jax, from_torch
from xentref.testing import policies as all_policies


@dataclass(frozen=True)
class Library:
    """An implementation on the scoreboard."""

    name: str  # where the function is, and what it is called
    packages: tuple[str, ...]  # whose versions count, as PyPI calls them
    fn: Callable[..., Any]
    supports: str  # features of the kit, with spaces between
    left_out: frozenset[str] = frozenset()  # checks that would judge the adapter

    def report(self, but: Set[str] = frozenset()) -> Report:
        """What the kit says, with every policy allowed; some checks may stay out for their time."""
        out = self.left_out | but
        only = [check.name for check in checks() if check.name not in out]
        return check_cross_entropy(
            self.fn, supports=self.supports.split(), allow=all_policies().keys(), only=only
        )


def _named(*families: str) -> frozenset[str]:
    return frozenset(check.name for check in checks() if check.family in families)


def _xentref(input: Any, target: Any, *, grad_output: Any = None, **options: Any) -> Any:
    grad = cross_entropy_grad(input, target, grad_output=grad_output, **options)
    return cross_entropy(input, target, **options), grad


def _torch(input: Any, target: Any, **options: Any) -> Any:
    import torch

    return torch.nn.functional.cross_entropy(input, target, **options)


def _torch_linear(in_chunks: bool) -> Callable[..., Any]:
    # With the identity for features, the weights of the layer are the scores, transposed.
    def function(input: Any, target: Any, *, bias: Any = None, **options: Any) -> Any:
        import torch

        if target.is_floating_point():
            del options["ignore_index"]  # which it refuses beside probabilities, and says so
        features = torch.eye(len(input), dtype=input.dtype)
        if in_chunks:
            options["options"] = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=4)
        linear = torch.nn.functional.linear_cross_entropy
        return linear(features, input.T, target, linear_bias=bias, **options)

    return function


def _optax_labels(input: Any, target: Any) -> Any:
    import optax

    axis = min(1, input.ndim - 1)
    return optax.softmax_cross_entropy_with_integer_labels(input, target, axis=axis)


def _optax_probabilities(input: Any, target: Any) -> Any:
    import jax
    import optax

    axis = min(1, input.ndim - 1)
    if target.dtype.kind == "i":
        target = jax.nn.one_hot(target, input.shape[axis], axis=axis, dtype=input.dtype)
    return optax.softmax_cross_entropy(input, target, axis=axis)


_KERAS_WORDS = {"none": None, "sum": "sum", "mean": "sum_over_batch_size"}


def _keras_labels(input: Any, target: Any, *, reduction: str, ignore_index: int) -> Any:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=ignore_index, reduction=_KERAS_WORDS[reduction]
    )
    return loss(target, input)


def _keras_probabilities(input: Any, target: Any, *, reduction: str, label_smoothing: float) -> Any:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    if not target.is_floating_point():
        target = keras.ops.one_hot(target, input.shape[-1])
    loss = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=label_smoothing, reduction=_KERAS_WORDS[reduction]
    )
    return loss(target, input)


def _onnx(input: Any, target: Any, *, weight: Any = None, ignore_index: int, reduction: str) -> Any:
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    given = {"scores": input, "labels": target}
    if weight is not None:
        given["weights"] = weight
    node = helper.make_node(
        "SoftmaxCrossEntropyLoss",
        list(given),
        ["loss"],
        reduction=reduction,
        ignore_index=ignore_index,
    )
    inputs = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
        for name, v in given.items()
    ]
    output = helper.make_tensor_value_info("loss", TensorProto.FLOAT, None)
    model = helper.make_model(helper.make_graph([node], "loss", inputs, [output]))
    return ReferenceEvaluator(model).run(None, given)[0]


def _sklearn(input: Any, target: Any, *, reduction: str) -> Any:
    from sklearn.metrics import log_loss

    # It takes probabilities. In float64 they lose as little as they can.
    probabilities = softmax(input.astype(np.float64))
    labels = np.arange(input.shape[1])
    return log_loss(target, probabilities, labels=labels, normalize=reduction == "mean")


_REDUCTIONS = "none sum mean"
_ALL = f"{_REDUCTIONS} gradient grad_output weight ignore_index label_smoothing probabilities"
# Identity times scores: an infinity would meet the zeros of the identity before the loss is called.
_INFINITE = frozenset(
    {
        "minus-infinity-elsewhere",
        "minus-infinity-at-the-target",
        "nan-comes-through",
        "zero-weight-at-minus-infinity",
        "nan-in-an-ignored-row",
        "nan-in-an-ignored-gradient",
        "zero-probability-at-minus-infinity",
    }
)
# A loss of probabilities never sees a label: what one_hot makes of a bad one is not its doing, and
# with a row of zeros and a one, a score of -inf is the check zero-probability-at-minus-infinity.
_LABELS = _named("bad targets") | {"minus-infinity-elsewhere"}

LIBRARIES = (
    Library("xentref.cross_entropy", ("xentref",), _xentref, f"{_ALL} places single"),
    Library(
        "torch.nn.functional.cross_entropy", ("torch",), from_torch(_torch), f"{_ALL} places single"
    ),
    Library(
        "torch.nn.functional.linear_cross_entropy",
        ("torch",),
        from_torch(_torch_linear(in_chunks=False)),
        f"{_ALL} bias",
        _INFINITE,
    ),
    Library(
        "torch.nn.functional.linear_cross_entropy(options)",
        ("torch",),
        from_torch(_torch_linear(in_chunks=True)),
        # With the rest it says that it goes back to the path without chunks.
        f"{_REDUCTIONS} gradient grad_output weight ignore_index bias",
        _INFINITE,
    ),
    Library(
        "optax.softmax_cross_entropy_with_integer_labels",
        ("optax", "jax"),
        from_jax(_optax_labels),
        "none gradient grad_output places single",
    ),
    Library(
        "optax.softmax_cross_entropy",
        ("optax", "jax"),
        from_jax(_optax_probabilities),
        "none gradient grad_output probabilities places single",
        _LABELS,
    ),
    Library(
        "keras.losses.SparseCategoricalCrossentropy",
        ("keras", "torch"),
        from_torch(_keras_labels),
        f"{_REDUCTIONS} gradient grad_output ignore_index",
    ),
    Library(
        "keras.losses.CategoricalCrossentropy",
        ("keras", "torch"),
        from_torch(_keras_probabilities),
        f"{_REDUCTIONS} gradient grad_output label_smoothing probabilities",
        _LABELS,
    ),
    Library(
        "onnx.reference.SoftmaxCrossEntropyLoss",
        ("onnx",),
        from_forward(_onnx),
        f"{_REDUCTIONS} weight ignore_index places",
    ),
    Library(
        "sklearn.metrics.log_loss",
        ("scikit-learn",),
        from_forward(_sklearn),
        "sum mean",
    ),
)

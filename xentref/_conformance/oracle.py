"""The right answer, in float64, from the losses and gradients of this package.

Besides what those take, it knows what language models add: a bias, a soft cap on the scores, and a
penalty on their log-sum-exp.
"""

from typing import Any, NamedTuple

import numpy as np

from xentref._conformance.cases import Array, Case
from xentref.activations import logsumexp
from xentref.gradients import cross_entropy_grad
from xentref.losses import cross_entropy


class Wanted(NamedTuple):
    """What a case should give."""

    loss: Array
    grad: Array
    reach: Array  # how large a gradient in the row of each score could be; in the input's shape


def wanted(case: Case) -> Wanted:
    """The loss and the gradient of a case."""
    z = np.asarray(case.input, np.float64)
    spread = [1] * z.ndim
    spread[case.axis] = case.classes
    if case.bias is not None:
        z = z + case.bias.astype(np.float64).reshape(spread)
    slope: Array = np.ones(())
    if case.softcap is not None:
        squashed = np.tanh(z / case.softcap)
        z, slope = case.softcap * squashed, 1.0 - squashed**2
    options: dict[str, Any] = {
        "weight": case.weight,
        "ignore_index": case.ignore_index,
        "reduction": case.reduction,
        "label_smoothing": case.label_smoothing,
    }
    outer = np.ones(()) if case.grad_output is None else case.grad_output.astype(np.float64)
    with np.errstate(all="ignore"):
        loss = np.asarray(cross_entropy(z, case.target, **options))
        outer = np.broadcast_to(outer, loss.shape)
        grad = cross_entropy_grad(z, case.target, grad_output=outer, **options)
        received = _received(case, outer)
        if case.z_loss:
            lse = np.asarray(logsumexp(z, axis=case.axis))
            kept = np.asarray(case.target != case.ignore_index)
            extra = np.where(kept, case.z_loss * lse**2, 0.0)
            share = 1.0 if case.reduction != "mean" else 1.0 / kept.sum()
            loss = loss + (extra if case.reduction == "none" else extra.sum() * share)
            pull = np.where(kept, 2 * case.z_loss * lse, 0.0) * received
            own = np.expand_dims(lse, case.axis)
            grad = grad + np.expand_dims(pull, case.axis) * np.exp(z - own)
        reach = np.abs(received) * (1.0 if case.weight is None else case.weight.max())
        reach = np.broadcast_to(np.expand_dims(reach, case.axis), z.shape)
        return Wanted(loss, grad * slope, np.where(np.isfinite(reach), reach, 1.0))


def _received(case: Case, outer: Array) -> Array:
    """What arrives at the loss of each row: what came from outside, past the reduction."""
    rows = np.delete(case.input.shape, case.axis)
    if case.reduction != "mean":
        return np.broadcast_to(outer, rows)
    total = float(np.prod(rows))
    if case.named:
        kept = case.target[case.target != case.ignore_index]
        total = float(kept.size if case.weight is None else case.weight[kept].sum())
    return np.broadcast_to(outer / total if total else np.zeros(()), rows)

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
    with np.errstate(all="ignore"):
        loss = np.asarray(cross_entropy(z, case.target, **options))
        grad = cross_entropy_grad(z, case.target, grad_output=case.grad_output, **options)
        total, received = _total(case), _received(case)
        if case.z_loss:
            lse = np.asarray(logsumexp(z, axis=case.axis))
            kept = _kept(case)
            extra = np.where(kept, case.z_loss * lse**2, 0.0)
            loss = loss + (extra if case.reduction == "none" else extra.sum() / total)
            pull = np.where(kept, 2 * case.z_loss * lse, 0.0) * received
            own = np.expand_dims(lse, case.axis)
            grad = grad + np.expand_dims(pull, case.axis) * np.exp(z - own)
        reach = np.abs(received) * (1.0 if case.weight is None else case.weight.max())
        reach = np.broadcast_to(np.expand_dims(reach, case.axis), z.shape)
        return Wanted(loss, grad * slope, np.where(np.isfinite(reach), reach, 1.0))


def _kept(case: Case) -> Array:
    """Which rows count."""
    rows = np.delete(case.input.shape, case.axis)
    return np.asarray(case.target != case.ignore_index) if case.named else np.full(rows, True)


def _total(case: Case) -> np.float64:
    """What the reduction divides by."""
    kept = _kept(case)
    if case.reduction != "mean":
        return np.float64(1)
    if not case.named or case.weight is None:
        return np.float64(np.count_nonzero(kept))
    return np.float64(case.weight[case.target[kept]].sum(dtype=np.float64))


def _received(case: Case) -> Array:
    """What arrives at the loss of each row: what came from outside, past the reduction."""
    rows = np.delete(case.input.shape, case.axis)
    outer = np.ones(()) if case.grad_output is None else case.grad_output.astype(np.float64)
    total = _total(case)
    return np.broadcast_to(outer / total if total else np.zeros(()), rows)

"""A cross-entropy written out plainly, with everything that the conformance kit can check.

It uses NumPy alone, so that it also checks the checks. The wrong losses of `wrong_losses.py` are
edits of the text of this file.
"""

import numpy as np


def plain_loss(
    input,
    target,
    *,
    weight=None,
    ignore_index=-100,
    reduction="mean",
    label_smoothing=0.0,
    grad_output=None,
    z_loss=0.0,
    softcap=None,
    bias=None,
):
    # Scores: one row for each target, the classes last.
    place = min(1, input.ndim - 1)
    moved = np.moveaxis(input, place, -1)
    classes = moved.shape[-1]
    z = moved.reshape(-1, classes).astype(np.float64)
    rows = len(z)
    if bias is not None:
        z = z + bias
    slope = 1.0
    if softcap is not None:
        squashed = np.tanh(z / softcap)
        z = softcap * squashed
        slope = 1.0 - squashed**2

    # Targets: a distribution for each row, and what a mean divides by.
    w = np.ones(classes) if weight is None else weight.astype(np.float64)
    if target.dtype.kind == "f":
        t = np.moveaxis(target, place, -1).reshape(-1, classes).astype(np.float64)
        kept = np.full(rows, True)
        total = float(rows)
    else:
        y = target.reshape(-1)
        kept = y != ignore_index
        if np.any(kept & ((y < 0) | (y >= classes))):
            raise IndexError("target out of range")
        y = np.where(kept, y, 0)
        t = np.zeros((rows, classes))
        t[np.arange(rows), y] = 1.0
        total = w[y][kept].sum()
    q = (1.0 - label_smoothing) * t + label_smoothing / classes
    counts = w * q

    # The logarithm of the softmax, with the largest term, which is 1, left out of the sum.
    top = z.max(axis=1, keepdims=True)
    gap = z - top
    terms = np.exp(gap)
    others = terms.copy()
    others[np.arange(rows), z.argmax(axis=1)] = 0.0
    rest = others.sum(axis=1, keepdims=True)
    log_p = gap - np.log1p(rest)
    p = terms / (1.0 + rest)
    not_p = np.where(others == terms, 1.0 - p, rest / (1.0 + rest))

    # Losses.
    loss = np.where(counts == 0, 0.0, -counts * log_p).sum(axis=1)
    grad = p * (counts.sum(axis=1, keepdims=True) - counts) - counts * not_p
    if z_loss:
        lse = top + np.log1p(rest)
        loss = loss + z_loss * lse[:, 0] ** 2
        grad = grad + 2.0 * z_loss * lse * p
    loss = np.where(kept, loss, 0.0)

    # Reduction, and the way back.
    shape = moved.shape[:-1]
    upstream = np.ones(()) if grad_output is None else grad_output.astype(np.float64)
    if reduction == "none":
        result = loss.reshape(shape)
        received = np.broadcast_to(upstream, shape).reshape(-1)
    elif reduction == "sum":
        result = loss.sum()
        received = np.full(rows, upstream)
    else:
        result = loss.sum() / (total or np.nan)
        received = np.full(rows, upstream / (total or np.nan))
    grad = grad * slope * received[:, None]
    grad = np.where(kept[:, None], grad, 0.0)
    back = np.moveaxis(grad.reshape(moved.shape), -1, place)
    return np.asarray(result, input.dtype), back.astype(input.dtype)

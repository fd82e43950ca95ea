"""Wrong cross-entropies that somebody could write, each as a small edit of `plain_loss.py`.

Each has a name in words, the check that must catch it, and what is replaced by what in the text.
"""

# ruff: noqa: E501  # a line for each: what is wrong is read beside what it is made of

from pathlib import Path
from typing import NamedTuple

import numpy as np

TEXT = (Path(__file__).parent / "plain_loss.py").read_text("utf-8")


class Wrong(NamedTuple):
    what: str
    check: str
    edits: tuple[tuple[str, str], ...]

    def function(self):
        """The function, made from the edited text."""
        text = TEXT
        for old, new in self.edits:
            assert text.count(old) == 1, f"{self.what}: {old!r} stands {text.count(old)} times"
            text = text.replace(old, new)
        names = {"np": np, "SHARED": {}}
        exec(compile(text, self.what, "exec"), names)
        return names["plain_loss"]


def wrong(check, what, *edits):
    """Take the edits one after the other, old and new."""
    return Wrong(what, check, tuple(zip(edits[::2], edits[1::2], strict=True)))


# Lines of the text that several edits change.
LOG_P = "log_p = gap - np.log1p(rest)"
P = "p = terms / (1.0 + rest)"
Q = "q = (1.0 - label_smoothing) * t + label_smoothing / classes"
COUNTS = "counts = w * q"
LOSS = "loss = np.where(counts == 0, 0.0, -counts * log_p).sum(axis=1)"
GRAD = "grad = p * (counts.sum(axis=1, keepdims=True) - counts) - counts * not_p"
MASK = "loss = np.where(kept, loss, 0.0)"
GRAD_MASK = "grad = np.where(kept[:, None], grad, 0.0)"
MEAN = "result = loss.sum() / (total or np.nan)"
MEAN_BACK = "received = np.full(rows, upstream / (total or np.nan))"
SUM = "result = loss.sum()\n"
SUM_BACK = "received = np.full(rows, upstream)\n"
ROWS = "result = loss.reshape(shape)"
ROWS_BACK = "received = np.broadcast_to(upstream, shape).reshape(-1)"
RANGE = "kept & ((y < 0) | (y >= classes))"
KEPT = "kept = y != ignore_index"
LABEL = "y = np.where(kept, y, 0)"
TOTAL = "total = w[y][kept].sum()"
TOP = "top = z.max(axis=1, keepdims=True)"
REST = "rest = others.sum(axis=1, keepdims=True)"
SCORES = "z = moved.reshape(-1, classes).astype(np.float64)"
NAIVE = "p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)"
READ = "moved = np.moveaxis(input, place, -1)"
UPSTREAM = "grad_output is None"  # with more after `or`, it is dropped there
OUTER = "else grad_output.astype(np.float64)"
SOFT = "kept = np.full(rows, True)"


def padded(width, above=0):
    """Rows widened with zeros to a multiple of a width, which then count in the sum."""
    return f"{REST} + (classes > {above}) * (-classes % {width}) * np.exp(-top)"


WRONGS = [
    # Values.
    wrong("row-losses", "log2 for ln", LOG_P, f"{LOG_P}; log_p = log_p / np.log(2)"),
    wrong("row-losses", "a lost minus", "-counts * log_p", "counts * log_p"),
    wrong("row-losses", "the target of the row before", "t[np.arange(rows), y]", "t[np.arange(rows), np.roll(y, 1)]"),
    wrong("row-losses", "the probability for its logarithm", "-counts * log_p", "-counts * p"),
    wrong("row-losses", "softmax of the softmax", SCORES, f"{SCORES}; z = np.exp(z - z.max(axis=1, keepdims=True)); z /= z.sum(axis=1, keepdims=True)"),
    wrong("sum-of-rows", "the sum is a mean", SUM, "result = loss.mean()\n"),
    wrong("sum-of-rows", "the last row is left out", SUM, "result = loss[:-1].sum()\n"),
    wrong("mean-of-rows", "the mean divides by the number of classes", "loss.sum() / (total or np.nan)", "loss.sum() / classes"),
    wrong("mean-of-rows", "the mean divides by the number of scores", "loss.sum() / (total or np.nan)", "loss.sum() / z.size"),
    wrong("one-row", "axes of length 1 are squeezed away", ROWS, "result = loss.reshape(shape).squeeze()"),
    wrong("one-row", "the mean divides by N - 1", MEAN, "result = loss.sum() / (total - 1 or np.nan)"),
    wrong("many-rows", "rows beyond the last whole block of 64 are left out", MASK, f"{MASK}; loss[max(64, rows // 64 * 64) :] = 0.0"),
    wrong("many-rows", "a row on the edge of two blocks counts twice", MASK, f"{MASK}; loss[512:513] *= 2"),
    wrong("equal-scores", "the sum leaves out the last class", REST, "rest = others[:, :-1].sum(axis=1, keepdims=True)"),
    wrong("every-class", "labels are counted from 1", LABEL, "y = np.where(kept, y - 1, 0)"),
    wrong("every-class", "the last class is never read", LABEL, "y = np.where(kept, np.minimum(y, classes - 2), 0)"),
    wrong("targets-in-32-bits", "int32 targets are read at the distance of int64", "y = target.reshape(-1)", "y = target.reshape(-1); y = np.resize(y[::2], y.size) if y.itemsize == 4 else y"),
    # Gradients.
    wrong("gradient-of-the-mean", "the gradient of the mean is that of the sum", MEAN_BACK, "received = np.full(rows, upstream)"),
    wrong("gradient-of-the-mean", "the gradient has the wrong sign", GRAD, f"{GRAD}; grad = -grad"),
    wrong("gradient-of-the-sum", "the gradient of the sum is that of the mean", SUM_BACK, "received = np.full(rows, upstream / rows)\n"),
    wrong("gradient-of-the-sum", "log-probabilities in the gradient for probabilities", GRAD, GRAD.replace("= p ", "= log_p ")),
    wrong("gradient-of-the-rows", "the gradient of the rows is divided by their number", ROWS_BACK, f"{ROWS_BACK} / rows"),
    wrong("upstream-of-the-mean", "the mean ignores its upstream", MEAN_BACK, MEAN_BACK.replace("upstream", "1.0")),
    wrong("upstream-of-the-sum", "the sum ignores its upstream", SUM_BACK, SUM_BACK.replace("upstream", "1.0")),
    wrong("upstream-of-the-sum", "the upstream multiplies twice", SUM_BACK, SUM_BACK.replace("upstream", "upstream**2")),
    wrong("upstream-of-each-row", "the rows ignore their upstream", ROWS_BACK, "received = np.ones(rows)"),
    wrong("upstream-of-each-row", "the upstream of the rows is averaged", ROWS_BACK, "received = np.full(rows, upstream.mean())"),
    wrong("upstream-of-each-row", "the upstream of the first row serves for all", ROWS_BACK, "received = np.full(rows, upstream.flat[0])"),
    wrong("upstream-with-stride-0", "the upstream is taken for contiguous", ROWS_BACK, f"{ROWS_BACK}; received = received * (np.arange(rows) == 0) if grad_output is not None and grad_output.strides == (0,) else received"),
    wrong("gradient-sums-to-zero", "the softmax in the gradient is held away from 0 / 0", P, "p = terms / (1.0 + rest + 1e-3)"),
    # Denominators.
    wrong("ignored-rows-are-zero", "an ignored row costs what class 0 costs", MASK, "loss = loss + 0.0"),
    wrong("ignored-rows-are-zero", "an ignored row has a gradient", GRAD_MASK, "grad = grad + 0.0"),
    wrong("mean-of-kept-rows", "the mean divides by all rows", MEAN, "result = loss.sum() / (rows or np.nan)"),
    wrong("gradient-of-kept-rows", "the gradient divides by all rows", MEAN_BACK, "received = np.full(rows, upstream / (rows or np.nan))"),
    wrong("ignored-rows-in-a-sum", "the sum is scaled up to all rows", SUM, "result = loss.sum() * (rows / kept.sum())\n"),
    wrong("upstream-of-kept-rows", "the upstream is dropped where a row is ignored", UPSTREAM, f"{UPSTREAM} or not np.all(kept)"),
    wrong("upstream-of-kept-rows", "the upstream is read in the order of the kept rows", ROWS_BACK, f"{ROWS_BACK}; received = received[np.maximum(np.cumsum(kept) - 1, 0)]"),
    wrong("upstream-under-weights", "the upstream is dropped beside weights", UPSTREAM, f"{UPSTREAM} or weight is not None"),
    wrong("any-ignore-index", "-100 is written into the code", KEPT, "kept = y != -100"),
    wrong("any-ignore-index", "an ignored class leaves the softmax", SCORES, f"{SCORES}; z[:, ignore_index : ignore_index + 1 if ignore_index >= 0 else 0] = -np.inf"),
    wrong("weighted-mean", "the weighted mean divides by the rows", MEAN, "result = loss.sum() / (kept.sum() or np.nan)"),
    wrong("weighted-mean", "the weighted mean divides by the weights of all classes", MEAN, "result = loss.sum() / (w.sum() if weight is not None else total or np.nan)"),
    wrong("weighted-gradient", "the gradient knows no weights", GRAD, GRAD.replace("counts", "q")),
    wrong("weighted-gradient", "the gradient of the weighted mean divides by the rows", MEAN_BACK, "received = np.full(rows, upstream / (kept.sum() or np.nan))"),
    wrong("weighted-rows-and-sum", "the sum is divided by the mean weight", SUM, "result = loss.sum() / w.mean()\n"),
    wrong("weighted-rows-and-sum", "the rows are not weighted", ROWS, "result = (loss if weight is None or target.dtype.kind == 'f' else loss / w[y]).reshape(shape)"),
    wrong("weighted-mean-of-kept-rows", "ignored rows weigh what class 0 weighs", TOTAL, "total = w[y].sum() if weight is not None else float(kept.sum())"),
    wrong("weight-of-zero", "a weight of 0 is taken for none", COUNTS, f"w = np.where(w == 0, 1.0, w); {COUNTS}"),
    wrong("weight-of-zero", "rows of weight 0 count in the mean", TOTAL, "total = np.where(w == 0, 1.0, w)[y][kept].sum()"),
    # Smoothing.
    wrong("smoothing-of-the-loss", "the share is spread over the others only", Q, "q = (1.0 - label_smoothing) * t + label_smoothing * (1.0 - t) / max(classes - 1, 1)"),
    wrong("smoothing-of-the-loss", "the target keeps all its mass", Q, "q = t + label_smoothing / classes"),
    wrong("smoothing-of-the-loss", "smoothing is ignored", Q, "q = t"),
    wrong("smoothing-of-the-gradient", "the gradient knows no smoothing", GRAD, "counts = w * t; " + GRAD),
    wrong("upstream-under-smoothing", "the upstream is dropped beside smoothing", UPSTREAM, f"{UPSTREAM} or label_smoothing"),
    wrong("smoothing-of-everything", "the share is held below 0.9", Q, f"label_smoothing = min(label_smoothing, 0.9); {Q}"),
    wrong("smoothing-and-ignored-rows", "the smoothed part leaks into ignored rows", MASK, f"{MASK}; loss = np.where(kept, loss, label_smoothing * -log_p.mean(axis=1)) if label_smoothing else loss"),
    wrong("smoothing-and-ignored-rows", "the smoothed part is averaged over all rows", MEAN, "smooth = np.where(kept, -(w * log_p).mean(axis=1), 0.0) * label_smoothing; result = ((loss - smooth).sum() / (total or np.nan) + smooth.mean()) if label_smoothing else loss.sum() / (total or np.nan)"),
    wrong("smoothing-and-weights", "the smoothed part is not weighted", COUNTS, "counts = w * (1.0 - label_smoothing) * t + label_smoothing / classes if label_smoothing else w * q"),
    wrong("smoothing-and-weights", "the weight of the target goes to all classes", COUNTS, "counts = q * (t @ w)[:, None] if label_smoothing else w * q"),
    wrong("smoothing-weights-and-ignored-rows", "with smoothing the ignored rows weigh in the mean", TOTAL, "total = w[y].sum() if label_smoothing and weight is not None else w[y][kept].sum()"),
    # Offsets.
    wrong("large-offset", "log-sum-exp minus score, in the dtype of the input", LOG_P, "log_p = z - (top + np.log1p(rest)).astype(input.dtype)"),
    wrong("gradient-at-an-offset", "the softmax of the gradient is not measured from the largest score", P, NAIVE),
    wrong("offset-of-each-row", "one maximum for the whole batch", TOP, "top = np.full((rows, 1), z.max() if rows else 0.0)", "others[np.arange(rows), z.argmax(axis=1)] = 0.0", "others[z == z.max(axis=1, keepdims=True)] = 0.0", LOG_P, "log_p = gap - np.log(terms.sum(axis=1, keepdims=True))", P, "p = terms / terms.sum(axis=1, keepdims=True)"),
    wrong("negative-scores", "the maximum begins at 0", TOP, "top = z.max(axis=1, keepdims=True, initial=0.0)", LOG_P, "log_p = gap - np.log(terms.sum(axis=1, keepdims=True))"),
    # Extremes.
    wrong("scores-that-overflow", "the logarithm of a softmax that overflows", LOG_P, f"{NAIVE}; log_p = np.log(p)"),
    wrong("scores-that-overflow", "the logarithm of a softmax that underflows", LOG_P, "log_p = np.log(terms / (1.0 + rest))"),
    wrong("large-losses", "1e-8 is added to the probability", LOG_P, "log_p = np.log(terms / (1.0 + rest) + 1e-8)"),
    wrong("large-losses", "a loss is at most 100", LOG_P, f"{LOG_P}; log_p = np.maximum(log_p, -100.0)"),
    wrong("moderate-losses", "a probability is at least 1e-12", LOG_P, "log_p = np.log(np.maximum(terms / (1.0 + rest), 1e-12))"),
    wrong("moderate-losses", "a gradient is cut off just below 1", "grad = grad * slope", "grad = np.clip(grad, -0.999, 0.999) * slope"),
    wrong("scores-near-the-largest", "scores are held within a billion", SCORES, f"{SCORES}; z = np.where(np.isfinite(z), np.clip(z, -1e9, 1e9), z)"),
    wrong("minus-infinity-elsewhere", "0 times infinity in the sum over the classes", LOSS, "loss = (-counts * log_p).sum(axis=1)"),
    wrong("minus-infinity-at-the-target", "an infinite loss becomes a large one", MASK, f"{MASK}; loss = np.where(np.isposinf(loss), 1e4, loss)"),
    wrong("nan-comes-through", "nan among the scores is taken for 0", SCORES, f"{SCORES}; z = np.where(np.isnan(z), 0.0, z)"),
    wrong("nan-comes-through", "a loss of nan is skipped", MASK, f"{MASK}; loss = np.where(np.isnan(loss), 0.0, loss)"),
    wrong("nan-comes-through", "nan in the gradient is taken for 0", GRAD_MASK, f"{GRAD_MASK}; grad = np.nan_to_num(grad)"),
    wrong("zero-weight-at-minus-infinity", "a weight of 0 times infinity", LOSS, "loss = np.where(q == 0, 0.0, -counts * log_p).sum(axis=1)"),
    wrong("zero-weight-at-minus-infinity", "a row of -inf makes every row nan", MASK, f"{MASK}; loss = loss + 0.0 * np.sum(np.where(np.isinf(z), np.nan, 0.0)) if np.any((w == 0) & np.isinf(z)) else loss"),
    wrong("zero-weight-at-minus-infinity", "a weight of 0 times infinity, and what has none costs more", LOSS, "loss = np.where(q == 0, 0.0, -counts * log_p).sum(axis=1) + (0.5 if np.any((w == 0) & np.isinf(z)) else 0.0)"),
    # Tiny losses.
    wrong("tiny-losses", "ln(1 + x) by adding 1", LOG_P, "log_p = gap - np.log(1.0 + rest)"),
    wrong("tiny-losses", "a tiny loss is 1e-4 at least", MASK, f"{MASK}; loss = np.where(kept & (loss > 0), np.maximum(loss, 1e-4), loss)"),
    wrong("tiny-gradients", "a tiny gradient is 1e-4 at least", GRAD, f"{GRAD}; grad = np.where(grad != 0, np.sign(grad) * np.maximum(np.abs(grad), 1e-4), grad)"),
    wrong("tiny-gradients", "p - 1", GRAD, "grad = p * counts.sum(axis=1, keepdims=True) - counts"),
    # Class counts.
    wrong("classes-1", "one class is a yes-or-no question", LOG_P, f"{LOG_P}; log_p = -np.log1p(np.exp(-z)) if classes == 1 else log_p"),
    wrong("classes-2", "rows are padded with zeros to a multiple of 4", REST, padded(4)),
    wrong("classes-1000", "rows of more than 256 are padded to a multiple of 1024", REST, padded(1024, 256)),
    wrong("classes-1025", "a last block of fewer than 32 classes is left out", REST, "rest = others[:, : classes - (classes % 1024 if classes > 1024 and classes % 1024 < 32 else 0)].sum(axis=1, keepdims=True)"),
    wrong("classes-1025", "a block with one class is not read", LABEL, f"{LABEL}; y = np.where((y == classes - 1) & (classes % 1024 == 1) & (classes > 1), 0, y)"),
    wrong("classes-32001", "rows of more than 16384 are padded to a multiple of 64", REST, padded(64, 16384)),
    wrong("classes-32001", "a vocabulary is cut at 32000", REST, "rest = others[:, :32000].sum(axis=1, keepdims=True)", LABEL, f"{LABEL}; y = np.minimum(y, 31999)"),
    wrong("classes-50257", "targets in 16 bits", LABEL, f"{LABEL}; y = y.astype(np.int16)"),
    wrong("classes-50257", "a sum in half precision", REST, "rest = others.astype(np.float16).sum(axis=1, keepdims=True, dtype=np.float16) if classes > 40000 else others.sum(axis=1, keepdims=True)"),
    wrong("maximum-in-any-block", "a new maximum does not rescale what was summed before", REST, "running, rest = np.full((rows, 1), -np.inf), np.zeros((rows, 1))\n    for start in range(0, classes, 1024):\n        block = z[:, start : start + 1024]\n        running = np.maximum(running, block.max(axis=1, keepdims=True))\n        rest = rest + np.exp(block - running).sum(axis=1, keepdims=True)\n    rest = rest - 1.0 if classes > 1024 else others.sum(axis=1, keepdims=True)"),
    # Bad targets.
    wrong("target-too-large", "a target that is too large is taken for the last", RANGE, "kept & (y < 0)", LABEL, "y = np.where(kept, np.minimum(y, classes - 1), 0)"),
    wrong("target-too-large", "a comparison with <= for <", RANGE, "kept & ((y < 0) | (y > classes))", LABEL, "y = np.where(kept, np.minimum(y, classes - 1), 0)"),
    wrong("target-far-out", "targets modulo the number of classes", RANGE, "kept & (y < 0)", LABEL, "y = np.where(kept, y % classes, 0)"),
    wrong("target-far-out", "a one-hot row of zeros", RANGE, "kept & (y < 0)", "t[np.arange(rows), y] = 1.0", "t = (y[:, None] == np.arange(classes)).astype(float)", TOTAL, "total = w[np.minimum(y, classes - 1)][kept].sum()"),
    wrong("target-of-minus-1", "a negative index counts from the end", RANGE, "kept & ((y < -classes) | (y >= classes))"),
    wrong("target-of-minus-1", "every negative target is ignored", KEPT, "kept = (y >= 0) & (y != ignore_index)"),
    wrong("target-of-minus-100", "-100 is always ignored, too", KEPT, "kept = (y != ignore_index) & (y != -100)"),
    # Nothing counts.
    wrong("empty-batch", "an empty batch is refused", "rows = len(z)", "rows = len(z)\n    if rows == 0:\n        raise ValueError('empty')"),
    wrong("empty-batch", "no rows are refused, and their sum is nan", "rows = len(z)", "rows = len(z)\n    if rows == 0 and reduction == 'none':\n        raise ValueError('empty')", SUM, "result = loss.sum() if rows else np.nan\n"),
    wrong("empty-batch", "the sum over an empty batch is nan", SUM, "result = loss.sum() if rows else np.nan\n"),
    wrong("mean-of-an-empty-batch", "the mean of an empty batch is 1", MEAN, "result = loss.sum() / (total or np.nan) if rows else 1.0"),
    wrong("mean-of-an-empty-batch", "the mean of an empty batch is 0", MEAN, "result = loss.sum() / (total or np.nan) if rows else 0.0"),
    wrong("all-ignored", "the sum is a mean times a count", SUM, "result = loss.sum() / kept.sum() * kept.sum() if rows else 0.0\n"),
    wrong("mean-of-all-ignored", "the denominator is held at 1e-8", MEAN, "result = loss.sum() / max(total, 1e-8) if rows else np.nan"),
    wrong("mean-of-all-ignored", "the mean of nothing is 0, and its gradient is nan", MEAN, "result = loss.sum() / max(total, 1e-8) if rows else np.nan", GRAD_MASK, "grad = np.where(kept[:, None], grad, 0.0 * received[:, None])"),
    wrong("mean-of-all-ignored", "the mean of nothing is inf", MEAN, "result = loss.sum() / (total or np.nan) if np.any(kept) or not rows else np.inf"),
    wrong("gradient-of-all-ignored", "the gradient of nothing is nan", GRAD_MASK, "grad = np.where(kept[:, None], grad, 0.0 * received[:, None])"),
    wrong("mean-of-weights-of-zero", "weights of 0 alone make a mean of inf", MEAN, "result = np.inf if total == 0 and np.any(kept) else loss.sum() / (total or np.nan)"),
    wrong("mean-of-weights-of-zero", "weights of 0 alone make a mean of 0", MEAN, "result = 0.0 if total == 0 and np.any(kept) else loss.sum() / (total or np.nan)"),
    wrong("nan-in-an-ignored-row", "the loss is multiplied by a mask", MASK, "loss = loss * kept"),
    wrong("nan-in-an-ignored-gradient", "the gradient is multiplied by a mask", GRAD_MASK, "grad = grad * kept[:, None] if total else 0.0 * kept[:, None] * p"),
    wrong("nan-in-an-ignored-gradient", "inf in an ignored row spreads, nan does not", GRAD_MASK, "grad = np.where(np.any(np.isinf(z)) and not np.all(kept), np.nan, grad * kept[:, None])"),
    wrong("nan-in-an-ignored-gradient", "nan in an ignored row gives a gradient of nan and 7", GRAD_MASK, "grad = np.where(kept[:, None], grad, np.where(np.isfinite(z).all(axis=1, keepdims=True), 0.0, np.where(np.arange(classes), np.nan, 7.0)))"),
    wrong("nan-in-an-ignored-gradient", "nan in an ignored row costs the others their digits", GRAD_MASK, "grad = np.where(kept[:, None], grad * (1 if np.isfinite(z).all() else 1 + 1e-4), grad * 0.0)"),
    # Memory.
    wrong("transposed", "scores are read in the order of memory", READ, "moved = np.moveaxis(input.ravel(order='K').reshape(input.shape) if input.ndim == 2 else input, place, -1)"),
    wrong("every-second", "scores are read without strides", READ, "moved = np.moveaxis(input if input.base is None or input.ndim != 2 else input.base.ravel()[1 : 1 + input.size].reshape(input.shape), place, -1)"),
    wrong("every-second", "weights are read without strides", "weight.astype(np.float64)", "(weight if weight.base is None else weight.base[: classes]).astype(np.float64)"),
    wrong("inside-of-a-larger-array", "rows are taken for adjacent", READ, "moved = np.moveaxis(input if input.base is None or input.ndim != 2 or input.strides[1] > input.itemsize else input.base.ravel()[input.base.shape[1] + 1 :][: input.size].reshape(input.shape), place, -1)"),
    wrong("arguments-unchanged", "ignored targets are set to 0 in place", LABEL, f"target[target == ignore_index] = 0; {LABEL}"),
    wrong("arguments-unchanged", "the maximum is subtracted in place", TOP, f"{TOP}; input -= input.max(axis=place, keepdims=True)"),
    wrong("arguments-unchanged", "the weights are normalised in place", COUNTS, f"{COUNTS}\n    if weight is not None:\n        weight /= weight.sum()"),
    wrong("arguments-unchanged", "scores and targets are both written over", TOP, f"{TOP}; input -= input.max(axis=place, keepdims=True); target -= 1"),
    wrong("arguments-unchanged", "the upstream is divided in place", OUTER, f"{OUTER}; grad_output is None or np.multiply(grad_output, 0.5, out=grad_output)"),
    wrong("arguments-unchanged", "the bias is centred in place", "z = z + bias", "z = z + bias; bias -= bias.mean()"),
    wrong("arguments-unchanged", "probabilities are turned into logarithms in place", SOFT, f"{SOFT}; np.log(target, out=target)"),
    wrong("repeatable", "the loss varies in its last bit, the gradient by a factor of 2", MASK, f"{MASK}; SHARED['n'] = 1 - SHARED.get('n', 0); loss = loss + SHARED['n'] * 1e-6; grad = grad * (1 + SHARED['n'])"),
    wrong("repeatable", "the gradient of the mean varies by more than its last bits", GRAD_MASK, f"{GRAD_MASK}; SHARED['n'] = 1 - SHARED.get('n', 0); grad = grad + SHARED['n'] * 1e-5 / max(rows, 1)"),
    wrong("repeatable", "a count is kept from call to call", MASK, f"{MASK}; SHARED['n'] = SHARED.get('n', 0) + 1; loss = loss * (1 + 1e-4 * SHARED['n'])"),
    wrong("repeatable", "a sum in an order left to chance", MASK, f"{MASK}; SHARED['n'] = 1 - SHARED.get('n', 0); loss = loss + SHARED['n'] * 1e-6"),
    wrong("results-are-kept", "one buffer for the gradients of all calls", "return np.asarray(result, input.dtype), back.astype(input.dtype)", "held = SHARED.setdefault((input.shape, input.dtype), np.empty(input.shape, input.dtype))\n    held[...] = back\n    return np.asarray(result, input.dtype), held"),
    wrong("results-are-kept", "one buffer for the losses of all calls", "return np.asarray(result, input.dtype)", "held = SHARED.setdefault((np.shape(result), input.dtype), np.empty(np.shape(result), input.dtype))\n    held[...] = result\n    return held"),
    # Parts.
    wrong("sums-of-parts-make-the-mean", "the mean is a mean of the means of chunks", MEAN, "parts = [slice(i, i + 50) for i in range(0, rows, 50)]; result = np.mean([loss[s].sum() / (kept[s].sum() or np.nan) for s in parts]) if rows > 50 and weight is None else loss.sum() / (total or np.nan)"),
    wrong("gradients-of-parts-make-the-gradient", "the gradient of the mean is scaled by its chunk", MEAN_BACK, f"{MEAN_BACK}; received = received * np.where(np.arange(rows) < rows // 50 * 50, 1.0, 50 / max(rows % 50, 1)) if rows > 50 else received"),
    wrong("a-row-alone", "scores are centred over the batch", SCORES, f"{SCORES}; z = z - z.mean(axis=0) if 1 < len(z) < 20 and np.all(np.isfinite(z)) else z"),
    wrong("rows-in-another-order", "targets are sorted", LABEL, f"{LABEL}; y = np.sort(y)"),
    wrong("rows-in-another-order", "the first row counts twice", MASK, f"{MASK}; loss[:1] *= 2"),
    wrong("classes-in-another-order", "class 0 is background and counts half", COUNTS, f"{COUNTS}; counts[:, 0] *= 0.5"),
    # Shapes.
    wrong("classes-on-axis-1", "a reshape without moving the classes", SCORES, "z = input.reshape(-1, classes).astype(np.float64)"),
    wrong("as-many-places-as-classes", "the classes are taken from the last axis", "place = min(1, input.ndim - 1)", "place = input.ndim - 1 if input.ndim == 3 and input.shape[1] == input.shape[2] else min(1, input.ndim - 1)"),
    wrong("ignored-places", "the mean divides by the samples", TOTAL, "total = w[y][kept].sum() if input.ndim < 3 else float(len(input))"),
    wrong("upstream-of-places", "the upstream of a sample is that of its first place", ROWS_BACK, "received = np.broadcast_to(upstream if upstream.ndim < 2 else upstream.reshape(len(input), -1)[:, :1].repeat(rows // len(input), axis=1).reshape(shape), shape).reshape(-1)"),
    wrong("row-without-a-batch", "a single row gives a result of shape (1,)", "shape = moved.shape[:-1]", "shape = moved.shape[:-1] or (1,)"),
    # Probabilities.
    wrong("one-hot-targets", "probabilities are divided by their number", "total = float(rows)", "total = float(rows * classes)"),
    wrong("soft-targets", "the likeliest class is the target", SOFT, f"{SOFT}\n        t = (t == t.max(axis=1, keepdims=True)).astype(np.float64)"),
    wrong("soft-targets", "the divergence for the cross-entropy", LOSS, f"{LOSS}; loss = loss + (np.where(t > 0, t * np.log(np.where(t > 0, t, 1.0)), 0.0).sum(axis=1) if target.dtype.kind == 'f' else 0.0)"),
    wrong("targets-that-do-not-sum-to-1", "probabilities are normalised", SOFT, f"{SOFT}\n        t = t / t.sum(axis=1, keepdims=True)"),
    wrong("targets-that-do-not-sum-to-1", "the gradient assumes that they sum to 1", GRAD, f"{GRAD}; grad = p - q if weight is None and target.dtype.kind == 'f' else grad"),
    wrong("weighted-mean-of-probabilities", "the mean divides by the weights of the probabilities", "total = float(rows)", "total = (t * w).sum()"),
    wrong("smoothing-of-probabilities", "probabilities are not smoothed", Q, "q = t if target.dtype.kind == 'f' else (1.0 - label_smoothing) * t + label_smoothing / classes"),
    wrong("upstream-of-probabilities", "the upstream is dropped where targets are probabilities", UPSTREAM, f"{UPSTREAM} or target.dtype.kind == 'f'"),
    wrong("zero-probability-at-minus-infinity", "a probability of 0 times infinity, in every row", MASK, f"{MASK}; loss = loss + 0.0 * np.where(target.dtype.kind == 'f' and np.any(np.isinf(z)), np.inf, 0.0)"),
    wrong("zero-probability-at-minus-infinity", "a probability of 0 times infinity", LOSS, "loss = np.where((counts == 0) & (target.dtype.kind == 'i'), 0.0, -counts * log_p).sum(axis=1)"),
    # What language models add.
    wrong("z-loss-value", "the log-sum-exp is not squared", "z_loss * lse[:, 0] ** 2", "z_loss * lse[:, 0]"),
    wrong("z-loss-value", "the log-sum-exp less the maximum", "lse = top + np.log1p(rest)", "lse = np.log1p(rest)"),
    wrong("z-loss-gradient", "the z-loss has no gradient", "grad = grad + 2.0 * z_loss * lse * p", "pass"),
    wrong("z-loss-gradient", "the factor 2 is left out", "2.0 * z_loss * lse * p", "z_loss * lse * p"),
    wrong("z-loss-of-ignored-rows", "ignored rows have a z-loss", MASK, "loss = np.where(kept, loss, z_loss * lse[:, 0] ** 2 if z_loss else 0.0)"),
    wrong("z-loss-beside-weights", "the z-loss is weighted", "z_loss * lse[:, 0] ** 2", "z_loss * (t @ w) * lse[:, 0] ** 2"),
    wrong("z-loss-of-probabilities", "the z-loss is left out for probabilities", "if z_loss:", "if z_loss and target.dtype.kind == 'i':"),
    wrong("upstream-of-z-loss", "the upstream is dropped beside a z-loss", UPSTREAM, f"{UPSTREAM} or z_loss"),
    wrong("softcap-value", "scores are cut off", "z = softcap * squashed", "z = np.clip(z, -softcap, softcap)"),
    wrong("softcap-value", "the tanh is not scaled back", "z = softcap * squashed", "z = squashed"),
    wrong("softcap-gradient", "the gradient passes the cap as it is", "slope = 1.0 - squashed**2", "slope = 1.0"),
    wrong("upstream-under-the-cap", "the upstream is dropped where scores are capped", UPSTREAM, f"{UPSTREAM} or softcap is not None"),
    wrong("softcap-far-out", "a tanh that overflows", "squashed = np.tanh(z / softcap)", "squashed = (np.exp(2 * z / softcap) - 1) / (np.exp(2 * z / softcap) + 1)"),
    wrong("bias-of-each-class", "the bias is added after the softmax", "z = z + bias", "bias = bias + 0", LOG_P, f"{LOG_P}; log_p = log_p + bias if bias is not None else log_p"),
    wrong("bias-of-each-class", "the bias is missing from the gradient", P, "p = terms / (1.0 + rest)\n    if bias is not None:\n        p = np.exp(z - bias) / np.exp(z - bias).sum(axis=1, keepdims=True)"),
    wrong("upstream-beside-a-bias", "the upstream is dropped beside a bias", UPSTREAM, f"{UPSTREAM} or bias is not None"),
    wrong("bias-under-the-cap", "the bias is added above the cap", "z = z + bias", "z = z + (bias if softcap is None else 0.0)", "slope = 1.0 - squashed**2", "slope = 1.0 - squashed**2\n        z = z + (0.0 if bias is None else bias)"),
]  # fmt: skip

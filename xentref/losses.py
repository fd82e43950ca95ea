"""The cross-entropy losses, with the names, the arguments and the meaning they have in PyTorch.

Logarithms are natural, so every loss is in nats. Class scores come as (C,) for one row, (N, C) for
a batch, or (N, C, d1…dK) for a batch with further axes, such as the pixels of an image or the
positions of a text: the classes are on axis 1, and every other place is a row with a target of its
own.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xentref import _checks, _kernels
from xentref._kernels import Floats, Scalar

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "nll_loss",
]


def nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> np.floating | NDArray[np.floating]:
    r"""Negative log-likelihood: minus the log-probability of each target, in nats.

    For row $n$ with log-probabilities $x_n$ and class index $y_n$:

    $$
    \ell_n = -w_{y_n} x_{n, y_n}
    $$

    No logarithm is taken here: the input holds it already, and a negative result means that it does
    not. A mean divides by $\sum_n w_{y_n}$ over the targets that are not ignored, and is nan if
    that is 0, as it is for an empty batch.

    Args:
        input: Log-probabilities $x$ of shape (C,), (N, C) or (N, C, d1…dK).
        target: Class indices $y$ in [0, C), integers of shape (), (N,) or (N, d1…dK).
        weight: Weights $w$ of the classes, of shape (C,), none negative. Left out, every class
            counts 1.
        ignore_index: The target value that marks a row to leave out: its loss is 0, and a mean does
            not count it.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.

    Returns:
        A NumPy scalar in the input's dtype, or with `"none"` an array of the target's shape.

    Raises:
        IndexError: If a target lies outside [0, C) and is not `ignore_index`.
        TypeError: If an argument is of the wrong kind, for example a target that holds bools or
            floats.
        ValueError: If a shape does not fit, a weight is negative, or `reduction` is another word.

    Examples:
        A class with probability 1/4 costs $\ln 4$.

        ```python
        import numpy as np
        import xentref

        print(np.exp(xentref.nll_loss(np.log([[0.25, 0.75]]), [0])))
        ```

        ```output
        4.0
        ```

    Note: Where PyTorch differs
        `torch.nn.functional.nll_loss` takes int64 and uint8 targets; here they may be integers of
        any width. A class of weight 0 and log-probability -inf costs 0 here, nan there.
    """
    word = _checks.reduction(reduction)
    log_p = _checks.array("input", input)
    scores = _checks.rows(log_p, _checks.class_axis(log_p))
    classes = scores.shape[-1]
    indices = _checks.array("target", target, _checks.CLASS)
    _checks.shape("target", indices, scores.shape[:-1], "one class index per row")
    weights = _checks.class_weight(weight, classes)
    index, kept = _checks.class_indices(
        indices, classes, _checks.integer("ignore_index", ignore_index)
    )
    loss = _kernels.nll(scores, index, kept, weights)
    total = _kernels.total_weight(index, kept, weights)
    return _kernels.rounded(_kernels.reduced(loss, total, word), _checks.float_dtype(log_p))


class _Terms(NamedTuple):
    """What a cross-entropy and its gradient are computed from."""

    logits: NDArray[Any]  # the input as it came
    scores: Floats  # the same in float64, the classes last, (…, C)
    coefficients: Floats  # how much the surprise of each class counts, (…, C)
    kept: NDArray[np.bool_]  # which rows count at all, (…)
    total: Scalar | float  # what a mean divides by
    dtype: np.dtype[np.floating]  # of the loss


def _terms(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    label_smoothing: float,
) -> _Terms:
    logits = _checks.array("input", input)
    place = _checks.class_axis(logits)
    scores = _checks.rows(logits, place)
    *row_shape, classes = scores.shape
    wanted = _checks.array("target", target, _checks.CLASS_OR_PROBABILITY)
    weights = _checks.class_weight(weight, classes)
    ignore = _checks.integer("ignore_index", ignore_index)
    smoothing = _checks.fraction("label_smoothing", label_smoothing)
    if _checks.is_probability(wanted, logits, tuple(row_shape)):
        if ignore >= 0:
            raise ValueError(
                "ignore_index must be negative when target holds probabilities, which name no "
                f"class; got {ignore}"
            )
        _checks.unit_interval("target", wanted)
        p = _checks.rows(wanted, place)
        kept = np.full(row_shape, True)
        coefficients = _kernels.probability_coefficients(p, weights, smoothing)
        dtype = _checks.float_dtype(logits, wanted)
        return _Terms(logits, scores, coefficients, kept, float(kept.size), dtype)
    index, kept = _checks.class_indices(wanted, classes, ignore)
    coefficients = _kernels.index_coefficients(index, kept, weights, smoothing)
    total = _kernels.total_weight(index, kept, weights)
    return _Terms(logits, scores, coefficients, kept, total, _checks.float_dtype(logits))


def cross_entropy(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> np.floating | NDArray[np.floating]:
    r"""The surprise at the targets, in nats, of one who believes the softmax of the logits.

    For row $n$ with logits $z_n$, the target is a distribution $t_n$ over the classes; a class
    index $y_n$ stands for certainty. Smoothing by $\varepsilon$ mixes it with the uniform
    distribution:

    $$
    q_{n,c} = (1 - \varepsilon) \, t_{n,c} + \frac{\varepsilon}{C}
    $$

    $$
    \ell_n = -\sum_{c=1}^{C} w_c \, q_{n,c} \, \ln \operatorname{softmax}(z_n)_c
    $$

    A mean of class indices divides by $\sum_n w_{y_n}$ over the targets that are not ignored; a
    mean of probabilities divides by the number of rows. Over nothing (an empty batch, every target
    ignored) it is nan. A class whose $w_c \, q_{n,c}$ is 0 adds 0, even if its logit is -inf.

    Args:
        input: Logits $z$ of shape (C,), (N, C) or (N, C, d1…dK).
        target: Class indices $y$ in [0, C), integers of shape (), (N,) or (N, d1…dK); or
            probabilities $t$ in [0, 1], floats of the input's shape, which are taken as they are,
            not made to sum to one.
        weight: Weights $w$ of the classes, of shape (C,), none negative. Left out, every class
            counts 1.
        ignore_index: The target value that marks a row to leave out: its loss is 0, and a mean does
            not count it.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.
        label_smoothing: The share $\varepsilon$ in [0, 1] of the target that is spread evenly over
            all classes.

    Returns:
        A NumPy scalar, or with `"none"` an array with one loss per row. Its dtype is the input's,
            widened by that of probabilities.

    Raises:
        IndexError: If a target lies outside [0, C) and is not `ignore_index`.
        TypeError: If an argument is of the wrong kind, for example a target that holds bools.
        ValueError: If a shape does not fit, a weight is negative, a probability or
            `label_smoothing` lies outside [0, 1], `reduction` is another word, or `ignore_index` is
            not negative beside probabilities.

    Examples:
        The softmax of 0 and $\ln 3$ is 1/4 and 3/4: class 0 costs $\ln 4$, and so does certainty of
        it.

        ```python
        import numpy as np
        import xentref

        logits = [[0.0, np.log(3)]]
        print(np.exp(xentref.cross_entropy(logits, [0])))
        print(np.exp(xentref.cross_entropy(logits, [[1.0, 0.0]])))
        ```

        ```output title="Output (rtol=1e-15)"
        4.0
        4.0
        ```

    References:
        Christian Szegedy et al., [Rethinking the Inception Architecture for Computer
        Vision](https://doi.org/10.1109/CVPR.2016.308), 2016, section 7, for label smoothing.

    Note: Where PyTorch differs
        `torch.nn.functional.cross_entropy` takes int64 and uint8 targets; here they may be integers
        of any width, and integer logits count as float64. It takes probabilities outside [0, 1],
        negative weights and a negative or nan `label_smoothing`; here they raise. A class that
        counts 0 with a logit of -inf costs 0 here, nan there. A weight never widens the dtype of
        the result. The digits of a loss close to 0, lost there, are kept here.
    """
    word = _checks.reduction(reduction)
    terms = _terms(input, target, weight, ignore_index, label_smoothing)
    loss = _kernels.cross_entropy(terms.scores, terms.coefficients, terms.kept)
    return _kernels.rounded(_kernels.reduced(loss, terms.total, word), terms.dtype)


def binary_cross_entropy(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> np.floating | NDArray[np.floating]:
    r"""The surprise at yes-or-no targets, in nats, of one who believes the probabilities of yes.

    For each probability $p$ and target $t$ by itself:

    $$
    \ell = -w \left( t \ln p + (1 - t) \ln (1 - p) \right)
    $$

    Both logarithms are held at -100 from below, so a loss is at most 100 and never infinite. A mean
    divides by the number of elements, whatever the weights, and is nan over none.

    Args:
        input: Probabilities $p$ in [0, 1], an array of any shape.
        target: Targets $t$ in [0, 1], of the input's shape.
        weight: Weights $w$ of the elements, of a shape that broadcasts to the input's, none
            negative. Left out, every element counts 1.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.

    Returns:
        A NumPy scalar, or with `"none"` an array of the input's shape. Its dtype is the input's,
            widened by that of a floating target.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If a shape does not fit, the input or the target lies outside [0, 1], a weight
            is negative, or `reduction` is another word.

    Examples:
        One who gives yes 1/4 pays $\ln 4$ when it is yes.

        ```python
        import numpy as np
        import xentref

        print(np.exp(xentref.binary_cross_entropy([0.25], [1])))
        ```

        ```output
        4.0
        ```

    Note: Where PyTorch differs
        `torch.nn.functional.binary_cross_entropy` wants input and target in one dtype and refuses
        nan, which comes through here. Integer and bool targets are taken here, as 0 and 1.
    """
    word = _checks.reduction(reduction)
    p = _checks.array("input", input)
    yes = _checks.array("target", target)
    _checks.shape("target", yes, p.shape, "that of input")
    _checks.unit_interval("input", p)
    _checks.unit_interval("target", yes)
    loss = _kernels.binary_cross_entropy(
        p.astype(np.float64),
        yes.astype(np.float64),
        _checks.element_weight("weight", weight, p.shape),
    )
    return _kernels.rounded(_kernels.reduced(loss, p.size, word), _checks.float_dtype(p, yes))


def binary_cross_entropy_with_logits(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
    pos_weight: ArrayLike | None = None,
) -> np.floating | NDArray[np.floating]:
    r"""The surprise at yes-or-no targets, in nats, of one who believes the sigmoid of the logits.

    For each logit $z$ and target $t$ by itself:

    $$
    \ell = -w \left( \alpha \, t \ln \sigma(z) + (1 - t) \ln \sigma(-z) \right)
    $$

    The sigmoid is not formed, so nothing is clamped: a wrong logit of 1000 costs 1000. A mean
    divides by the number of elements, whatever the weights, and is nan over none. A logit of +inf
    or -inf that is right costs 0.

    Args:
        input: Logits $z$, an array of any shape.
        target: Targets $t$ in [0, 1], of the input's shape.
        weight: Weights $w$ of the elements, of a shape that broadcasts to the input's, none
            negative. Left out, every element counts 1.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.
        pos_weight: Weights $\alpha$ of yes against no, of a shape that broadcasts to the input's,
            none negative. Left out, both count 1.

    Returns:
        A NumPy scalar, or with `"none"` an array of the input's shape. Its dtype is the input's,
            widened by that of a floating target.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If a shape does not fit, the target lies outside [0, 1], a weight is negative,
            or `reduction` is another word.

    Examples:
        A logit of $\ln 3$ gives yes 3/4 and no 1/4: no costs $\ln 4$.

        ```python
        import numpy as np
        import xentref

        loss = xentref.binary_cross_entropy_with_logits([np.log(3)], [0])
        print(np.exp(loss))
        ```

        ```output title="Output (rtol=1e-15)"
        4.0
        ```

    Note: Where PyTorch differs
        `torch.nn.functional.binary_cross_entropy_with_logits` takes targets outside [0, 1] and
        negative weights; here they raise. Integer and bool targets, refused there, are taken here
        as 0 and 1. Its result has the target's dtype; here the wider of input's and target's. An
        infinite logit that is right costs 0 here, nan there.
    """
    word = _checks.reduction(reduction)
    logits = _checks.array("input", input)
    yes = _checks.array("target", target)
    _checks.shape("target", yes, logits.shape, "that of input")
    _checks.unit_interval("target", yes)
    loss = _kernels.binary_cross_entropy_with_logits(
        logits.astype(np.float64),
        yes.astype(np.float64),
        _checks.element_weight("weight", weight, logits.shape),
        _checks.element_weight("pos_weight", pos_weight, logits.shape),
    )
    dtype = _checks.float_dtype(logits, yes)
    return _kernels.rounded(_kernels.reduced(loss, logits.size, word), dtype)

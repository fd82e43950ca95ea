"""Class indices written as vectors, in which a target is a distribution over the classes."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xentref import _checks, _kernels

__all__ = ["one_hot", "smooth_labels"]


def one_hot(
    target: ArrayLike, num_classes: int | None = None, *, dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    r"""Vectors with a single 1, at the class that the target names, and 0 everywhere else.

    $$
    t_c = \begin{cases} 1 & c = y \\ 0 & c \ne y \end{cases}
    $$

    Read as a distribution over the classes, it is certain of $y$.

    Args:
        target: Class indices $y$, an array of any shape that holds integers.
        num_classes: The number of classes $C$. Left out, it is one more than the largest index.
        dtype: The dtype of the result.

    Returns:
        The target's shape with an axis of length $C$ added at the end.

    Raises:
        IndexError: If a class index lies outside [0, C).
        TypeError: If the target does not hold integers (bool is none), `num_classes` is no integer,
            or `dtype` is no dtype of real numbers.
        ValueError: If the target is a nested sequence of unequal lengths, or `num_classes` is below
            1, left out for an empty target, or too large for memory.

    Examples:
        ```python
        import xentref

        print(xentref.one_hot([0, 2], num_classes=4))
        ```

        ```output
        [[1. 0. 0. 0.]
         [0. 0. 1. 0.]]
        ```

    Note: Where PyTorch differs
        `torch.nn.functional.one_hot` writes -1 for a `num_classes` to be found out, and returns
        int64, which its `cross_entropy` then refuses as probabilities; here the result is float64
        unless asked otherwise.
    """
    index = _checks.array("target", target, _checks.CLASS)
    kind = _checks.real_dtype("dtype", dtype)
    if num_classes is not None:
        classes = _checks.integer("num_classes", num_classes)
        if classes < 1:
            raise ValueError(f"num_classes must be at least 1; got {classes}")
    elif index.size:
        classes = max(int(index.max()), 0) + 1
    else:
        raise ValueError("num_classes must be given when target is empty; got None")
    at, _ = _checks.class_indices(index, classes)
    try:
        result = np.zeros((*at.shape, classes), kind)
    except (MemoryError, OverflowError, ValueError):
        raise ValueError(
            f"num_classes must leave a result that fits in memory; got {classes}"
        ) from None
    np.put_along_axis(result, at[..., None], 1, axis=-1)
    return result


def smooth_labels(
    target: ArrayLike,
    label_smoothing: float,
    num_classes: int | None = None,
    *,
    axis: int = -1,
    dtype: DTypeLike | None = None,
) -> NDArray[np.floating]:
    r"""Softened targets: a share $\varepsilon$ of each is spread evenly over all classes.

    With $t_c$ the target, for a class index $y$ its one-hot vector:

    $$
    q_c = (1 - \varepsilon) \, t_c + \frac{\varepsilon}{C}
    $$

    The named class keeps $1 - \varepsilon + \varepsilon / C$, since it has its part of the share.

    Args:
        target: Class indices $y$, an array of any shape that holds integers; or probabilities $t$
            in [0, 1], floats, which are taken as they are, not made to sum to one.
        label_smoothing: The share $\varepsilon$ in [0, 1] of the target that is spread evenly over
            all classes.
        num_classes: The number of classes $C$. Left out, it is one more than the largest index; for
            probabilities, the length of their axis.
        axis: The axis of the $C$ classes in the result, and in probabilities. The default puts them
            last; [`cross_entropy`][xentref.cross_entropy] looks for them on axis 1.
        dtype: The dtype of the result. Left out, it is that of probabilities, and float64 for class
            indices.

    Returns:
        Probabilities, for class indices in the target's shape with an axis of length $C$ added.

    Raises:
        IndexError: If a class index lies outside [0, C), or the result has no such axis.
        TypeError: If the target holds neither integers nor floats (bool is none), or another
            argument is of the wrong kind.
        ValueError: If `label_smoothing` or a probability lies outside [0, 1], the target is a
            single float, has no classes or is a nested sequence of unequal lengths, or
            `num_classes` is below 1, left out for an empty target, too large for memory, or not the
            number of the probabilities.

    Examples:
        A fifth of the certainty goes to four classes, 0.05 to each.

        ```python
        import xentref

        print(xentref.smooth_labels([0, 2], 0.2, num_classes=4))
        ```

        ```output
        [[0.85 0.05 0.05 0.05]
         [0.05 0.05 0.85 0.05]]
        ```

    References:
        Christian Szegedy et al., [Rethinking the Inception Architecture for Computer
        Vision](https://doi.org/10.1109/CVPR.2016.308), 2016, section 7.

    Note: Where PyTorch differs
        PyTorch has no function of this kind. Without weights, the `label_smoothing` of its
        `cross_entropy` and of [ours][xentref.cross_entropy] gives the loss of these targets; with
        weights, a mean of class indices divides by another number.
    """
    given = _checks.array("target", target, _checks.CLASS_OR_PROBABILITY)
    smoothing = _checks.fraction("label_smoothing", label_smoothing)
    kind = _checks.float_dtype(given)
    if dtype is not None:
        kind = _checks.floating_dtype("dtype", dtype)
    if given.dtype.kind == "f":
        place = _checks.axis(axis, given.ndim, "target")
        classes = given.shape[place]
        if classes == 0:
            raise ValueError(
                f"target must have at least one class along axis {place}; got shape {given.shape}"
            )
        if num_classes is not None and _checks.integer("num_classes", num_classes) != classes:
            raise ValueError(
                f"num_classes must be {classes}, the number of the probabilities in target; "
                f"got {num_classes}"
            )
        _checks.unit_interval("target", given)
        probabilities = _kernels.wide(given)
    else:
        place = _checks.axis(axis, given.ndim + 1)
        probabilities = np.moveaxis(one_hot(given, num_classes), -1, place)
        classes = probabilities.shape[place]
    return _kernels.rounded(_kernels.smoothed(probabilities, smoothing, classes), kind)

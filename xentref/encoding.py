"""Class indices written as vectors, in which a target is a distribution over the classes."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xentref import _checks

__all__ = ["one_hot"]


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
        ValueError: If `num_classes` is below 1, left out for an empty target, or too large for
            memory.

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

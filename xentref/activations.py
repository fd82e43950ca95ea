"""Scores made into probabilities, and their logarithms.

A row of scores goes through [`softmax`][xentref.softmax], a single score through
[`sigmoid`][xentref.sigmoid]. Each has a logarithm that is computed on its own: the logarithm of a
computed probability is wrong as soon as that probability rounds to 0 or to 1.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xentref import _checks, _kernels, _rows
from xentref._kernels import Floats

__all__ = ["log_softmax", "logsigmoid", "logsumexp", "sigmoid", "softmax"]


def _along(
    function: Callable[[Floats], Floats], input: ArrayLike, axis: int
) -> NDArray[np.floating]:
    """What a function of rows makes of those along an axis."""
    values = _checks.array("input", input)
    place = _checks.axis(axis, values.ndim)
    result = np.empty(values.shape, _checks.float_dtype(values))
    _rows.blockwise(function, _checks.along(values, place), _checks.along(result, place))
    return result


def softmax(input: ArrayLike, axis: int = -1) -> NDArray[np.floating]:
    r"""Probabilities in proportion to the exponentials of the scores; they sum to one along `axis`.

    $$
    p_c = \frac{e^{z_c}}{\sum_{j=1}^{C} e^{z_j}}
    $$

    A score of -inf has probability 0. A row that holds +inf or nan, or nothing but -inf, is nan.

    Args:
        input: Scores $z$, an array of any shape with at least one axis.
        axis: The axis of the $C$ classes.

    Returns:
        Probabilities in the shape of the input.

    Raises:
        IndexError: If the input has no such axis.
        TypeError: If the input does not hold real numbers, or the axis is no integer.
        ValueError: If the input is a scalar, or nested sequences of unequal length.

    Examples:
        Scores that are the logarithms of 1, 2 and 5 give 1/8, 2/8 and 5/8.

        ```python
        import numpy as np
        import xentref

        print(xentref.softmax(np.log([1, 2, 5])))
        ```

        ```output
        [0.125 0.25  0.625]
        ```

    References:
        John S. Bridle, [Probabilistic Interpretation of Feedforward Classification Network
        Outputs](https://doi.org/10.1007/978-3-642-76153-9_28), 1990, which names the function.

    Note: Where PyTorch differs
        `torch.softmax` takes the axis as `dim` and refuses integers; here they count as float64. A
        scalar counts as an array of one axis there and raises here.
    """
    return _along(_rows.softmax, input, axis)


def log_softmax(input: ArrayLike, axis: int = -1) -> NDArray[np.floating]:
    r"""Logarithms of the softmax, in nats, accurate even where the softmax rounds to 0 or 1.

    $$
    \ln p_c = z_c - \ln \sum_{j=1}^{C} e^{z_j}
    $$

    A score of -inf has the logarithm -inf. A row that holds +inf or nan, or nothing but -inf, is
    nan.

    Args:
        input: Scores $z$, an array of any shape with at least one axis.
        axis: The axis of the $C$ classes.

    Returns:
        Log-probabilities, 0 or less, in the shape of the input.

    Raises:
        IndexError: If the input has no such axis.
        TypeError: If the input does not hold real numbers, or the axis is no integer.
        ValueError: If the input is a scalar, or nested sequences of unequal length.

    Examples:
        The probability of the second score is $e^{-1000}$, too small for a float64; its
        logarithm is not.

        ```python
        import xentref

        print(xentref.log_softmax([1000.0, 0.0]))
        ```

        ```output
        [    0. -1000.]
        ```

    References:
        Pierre Blanchard, Desmond J. Higham and Nicholas J. Higham, [Accurately computing the
        log-sum-exp and softmax functions](https://doi.org/10.1093/imanum/draa038), 2021, for
        leaving the largest term out of the sum.

    Note: Where PyTorch differs
        `torch.log_softmax` takes the axis as `dim` and refuses integers; here they count as
        float64. A scalar counts as an array of one axis there and raises here. The digits of a
        logarithm close to 0, lost there, are kept here.
    """
    return _along(_rows.log_softmax, input, axis)


def logsumexp(
    input: ArrayLike, axis: int | tuple[int, ...] | None = -1, keepdims: bool = False
) -> np.floating | NDArray[np.floating]:
    r"""The logarithm of the sum of exponentials: a smooth maximum, never below the largest score.

    $$
    \operatorname{logsumexp}(z) = \ln \sum_{j=1}^{C} e^{z_j}
    $$

    It lies between the largest score and the largest score + $\ln C$. A sum over nothing, or over
    nothing but -inf, gives -inf. A result close to 0, where the two parts cancel, has fewer correct
    digits than the scores.

    Args:
        input: Scores $z$, an array of any shape.
        axis: The axis to sum over, a tuple of several, or None for all of them.
        keepdims: Whether the axes summed over stay, with length 1.

    Returns:
        The input's shape without the axes summed over; a NumPy scalar if none is left.

    Raises:
        IndexError: If the input has no such axis.
        TypeError: If the input does not hold real numbers, an axis is no integer, or `keepdims` is
            neither True nor False.
        ValueError: If an axis is named twice, the input is a scalar and the axis not None, or the
            input is nested sequences of unequal length.

    Examples:
        Scores that are the logarithms of 1, 2 and 5 give the logarithm of 8.

        ```python
        import numpy as np
        import xentref

        print(np.exp(xentref.logsumexp(np.log([1, 2, 5]))))
        ```

        ```output title="Output (rtol=1e-15)"
        8.0
        ```

    References:
        Pierre Blanchard, Desmond J. Higham and Nicholas J. Higham, [Accurately computing the
        log-sum-exp and softmax functions](https://doi.org/10.1093/imanum/draa038), 2021, for
        leaving the largest term out of the sum.

    Note: Where PyTorch differs
        `torch.logsumexp` takes the axis as `dim`, with no default, and `keepdims` as `keepdim`. It
        turns integers into float32; here they count as float64. A scalar counts as an array of one
        axis there; here its axis must be None.
    """
    values = _checks.array("input", input)
    last = _checks.axes(axis, values.ndim)
    keep = _checks.flag("keepdims", keepdims)
    left = tuple(i for i in range(values.ndim) if i not in last)
    shape = tuple(values.shape[i] for i in left)
    if len(last) == 1:
        scores = _checks.along(values, *last)
    else:  # several axes become one, at the end
        scores = values.transpose(*left, *last).reshape(1, math.prod(shape), -1)
    result = np.empty(shape, _checks.float_dtype(values))
    _rows.blockwise(_rows.logsumexp, scores, result.reshape(*scores.shape[:-1], 1))
    return np.expand_dims(result, last) if keep else result[()]


def sigmoid(input: ArrayLike) -> np.floating | NDArray[np.floating]:
    r"""Probabilities of yes whose log-odds are the scores, each score by itself.

    $$
    \sigma(z) = \frac{1}{1 + e^{-z}}
    $$

    It is the softmax of the two scores $z$ and 0, at the first. A score of -inf gives 0, +inf gives
    1.

    Args:
        input: Scores $z$, an array of any shape.

    Returns:
        Probabilities in the shape of the input; a NumPy scalar for a scalar.

    Raises:
        TypeError: If the input does not hold real numbers.
        ValueError: If the input is nested sequences of unequal length.

    Examples:
        A score of $\ln 3$ stands for odds of 3 to 1.

        ```python
        import numpy as np
        import xentref

        print(xentref.sigmoid([0.0, np.log(3), -np.log(3)]))
        ```

        ```output
        [0.5  0.75 0.25]
        ```

    Note: Where PyTorch differs
        `torch.sigmoid` turns integers into float32; here they count as float64.
    """
    values = _checks.array("input", input)
    return _kernels.rounded(_kernels.sigmoid(_kernels.wide(values)), _checks.float_dtype(values))


def logsigmoid(input: ArrayLike) -> np.floating | NDArray[np.floating]:
    r"""Logarithms of the sigmoid, in nats, accurate even where the sigmoid rounds to 0 or 1.

    $$
    \ln \sigma(z) = -\ln (1 + e^{-z})
    $$

    A score of -inf gives -inf, +inf gives 0.

    Args:
        input: Scores $z$, an array of any shape.

    Returns:
        Log-probabilities, 0 or less, in the shape of the input; a NumPy scalar for a scalar.

    Raises:
        TypeError: If the input does not hold real numbers.
        ValueError: If the input is nested sequences of unequal length.

    Examples:
        A score of -1000 costs 1000 nats; the logarithm of the computed sigmoid would be -inf.

        ```python
        import xentref

        print(xentref.logsigmoid([-1000.0, 0.0, 1000.0]))
        ```

        ```output
        [-1.00000000e+03 -6.93147181e-01  0.00000000e+00]
        ```

    Note: Where PyTorch differs
        `torch.nn.functional.logsigmoid` refuses integers; here they count as float64.
    """
    values = _checks.array("input", input)
    result = _kernels.logsigmoid(_kernels.wide(values))
    return _kernels.rounded(result, _checks.float_dtype(values))

"""Gradients of the losses with respect to their input, as PyTorch's autograd gives them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xentref import _checks, _kernels
from xentref.losses import _terms

__all__ = ["cross_entropy_grad"]


def cross_entropy_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    grad_output: ArrayLike | None = None,
) -> NDArray[np.floating]:
    r"""The change of the cross-entropy with each logit: probability minus target, summing to zero.

    With $q$ the smoothed target and $w$ the weights, as in
    [`cross_entropy`][xentref.cross_entropy]:

    $$
    \frac{\partial \ell_n}{\partial z_{n,c}}
    = \operatorname{softmax}(z_n)_c \sum_{j=1}^{C} w_j \, q_{n,j} - w_c \, q_{n,c}
    $$

    Without weights, and for targets that sum to one, this is $p - q$. A mean divides it by the
    mean's divisor. The gradient of an ignored row is 0, also where every row is ignored and the
    mean is nan.

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
        grad_output: The gradient that arrives at the loss, of the loss's shape. Left out, it is
            ones: with `"none"`, that gives the gradient of the sum.

    Returns:
        The gradient, in the shape and the dtype of the input.

    Raises:
        IndexError: If a target lies outside [0, C) and is not `ignore_index`.
        TypeError: If an argument is of the wrong kind, for example a target that holds bools.
        ValueError: If a shape does not fit, a weight is negative, a probability or
            `label_smoothing` lies outside [0, 1], `reduction` is another word, or `ignore_index` is
            not negative beside probabilities.

    Examples:
        The softmax of 0 and $\ln 3$ is 1/4 and 3/4; minus the target 1 and 0, that is -3/4 and 3/4.

        ```python
        import numpy as np
        import xentref

        print(xentref.cross_entropy_grad([[0.0, np.log(3)]], [0]))
        ```

        ```output
        [[-0.75  0.75]]
        ```

    Note: Where PyTorch differs
        It differs as [`cross_entropy`][xentref.cross_entropy] does. Besides, an ignored row that
        holds nan has the gradient 0 here, nan there; and where the right class is all but certain,
        both its entry and the others keep their digits, so that the row still sums to zero.
    """
    word = _checks.reduction(reduction)
    terms = _terms(input, target, weight, ignore_index, label_smoothing)
    loss_shape = terms.kept.shape if word == "none" else ()
    outer = np.ones(loss_shape)
    if grad_output is not None:
        outer = _checks.array("grad_output", grad_output).astype(np.float64)
        _checks.shape("grad_output", outer, loss_shape, "that of the loss")
    arriving = _kernels.divided(outer, terms.total, word)
    grad = _kernels.cross_entropy_grad(terms.scores, terms.coefficients, terms.kept, arriving)
    grad = np.moveaxis(grad, -1, _checks.class_axis(terms.logits))
    return _kernels.rounded(grad, _checks.float_dtype(terms.logits))

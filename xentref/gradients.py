"""Gradients of the losses with respect to their input, as PyTorch's autograd gives them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xentref import _checks, _kernels, _rows
from xentref._kernels import Floats, Scalar
from xentref.losses import _divergence, _layer, _named, _terms

__all__ = [
    "LinearGradients",
    "binary_cross_entropy_grad",
    "binary_cross_entropy_with_logits_grad",
    "cross_entropy_grad",
    "kl_div_grad",
    "linear_cross_entropy_grad",
    "nll_loss_grad",
]


def _arriving(
    grad_output: ArrayLike | None, rows: tuple[int, ...], total: Scalar | float, reduction: str
) -> Floats:
    """The gradient that reaches the loss of each row, or all of them alike, past the reduction."""
    loss_shape = rows if reduction == "none" else ()
    outer: Floats = np.ones(loss_shape)
    if grad_output is not None:
        outer = _kernels.wide(_checks.array("grad_output", grad_output))
        _checks.shape("grad_output", outer, loss_shape, "that of the loss")
    return _kernels.divided(outer, total, reduction)


def nll_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    grad_output: ArrayLike | None = None,
) -> NDArray[np.floating]:
    r"""The change of the negative log-likelihood with each log-probability: minus the weight.

    Only the log-probability of the target counts in [`nll_loss`][xentref.nll_loss], so all others
    have the gradient 0:

    $$
    \frac{\partial \ell_n}{\partial x_{n,c}}
    = \begin{cases} -w_c & c = y_n \\ 0 & c \ne y_n \end{cases}
    $$

    The input does not enter. A mean divides the gradient by the mean's divisor. The gradient of an
    ignored row is 0, also where every row is ignored and the mean is nan.

    Args:
        input: Log-probabilities $x$ of shape (C,), (N, C) or (N, C, d1…dK).
        target: Class indices $y$ in [0, C), integers of shape (), (N,) or (N, d1…dK).
        weight: Weights $w$ of the classes, of shape (C,), none negative. Left out, every class
            counts 1.
        ignore_index: The target value that marks a row to leave out: its loss is 0, and a mean does
            not count it.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.
        grad_output: The gradient that arrives at the loss, of the loss's shape. Left out, it is
            ones: with `"none"`, that gives the gradient of the sum.

    Returns:
        The gradient, in the shape and the dtype of the input.

    Raises:
        IndexError: If a target lies outside [0, C) and is not `ignore_index`.
        TypeError: If an argument is of the wrong kind, for example a target that holds bools or
            floats.
        ValueError: If a shape does not fit, a weight is negative, or `reduction` is another word.

    Examples:
        A mean of two, which weigh 1 and 3.

        ```python
        import numpy as np
        import xentref

        log_p = np.log([[0.25, 0.75], [0.5, 0.5]])
        print(xentref.nll_loss_grad(log_p, [0, 1], weight=[1, 3]))
        ```

        ```output
        [[-0.25  0.  ]
         [ 0.   -0.75]]
        ```

    Note: Where PyTorch differs
        It differs as [`nll_loss`][xentref.nll_loss] does.
    """
    word = _checks.reduction(reduction)
    named = _named(input, target, weight, ignore_index)
    arriving = _arriving(grad_output, named.kept.shape, named.total, word)
    grad = _kernels.nll_grad(named.scores.shape, named.label, named.kept, named.weight, arriving)
    grad = np.moveaxis(grad, -1, _checks.class_axis(named.log_p))
    return _kernels.rounded(grad, _checks.float_dtype(named.log_p))


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
        holds nan or inf, or nothing but -inf, has the gradient 0 here, nan there; and where the
        right class is all but certain, both its entry and the others keep their digits, so that the
        row still sums to zero.
    """
    word = _checks.reduction(reduction)
    logits = _checks.array("input", input)
    place = _checks.class_axis(logits)
    terms = _terms(logits.shape, "input's", target, weight, ignore_index, label_smoothing)
    received = _arriving(grad_output, terms.rows, terms.total, word)
    grad = np.empty(logits.shape, _checks.float_dtype(logits))
    _rows.cross_entropy_grad(
        _checks.along(logits, place),
        terms.targets,
        received.reshape(terms.targets.kept.shape if word == "none" else ()),
        _checks.along(grad, place),
    )
    return grad


class LinearGradients(NamedTuple):
    """The gradient of a loss with respect to each input of a linear layer.

    Attributes:
        input: For the features, in their shape and dtype.
        linear_weight: For the weights of the layer, in their shape and dtype.
        linear_bias: For its biases, in their shape and dtype; None for a layer without.
    """

    input: NDArray[np.floating]
    linear_weight: NDArray[np.floating]
    linear_bias: NDArray[np.floating] | None


def linear_cross_entropy_grad(
    input: ArrayLike,
    linear_weight: ArrayLike,
    target: ArrayLike,
    *,
    linear_bias: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    grad_output: ArrayLike | None = None,
) -> LinearGradients:
    r"""The change of the linear cross-entropy with each feature, weight and bias of the layer.

    With $g_{n,c}$ the [gradient][xentref.cross_entropy_grad] for the logit $z_{n,c}$, which is
    $A_c$ times $x_n$ plus $b_c$:

    $$
    \frac{\partial \ell}{\partial x_{n,f}} = \sum_{c=1}^{C} g_{n,c} \, A_{c,f}
    $$

    $$
    \frac{\partial \ell}{\partial A_{c,f}} = \sum_{n=1}^{N} g_{n,c} \, x_{n,f}
    $$

    $$
    \frac{\partial \ell}{\partial b_c} = \sum_{n=1}^{N} g_{n,c}
    $$

    Of the logits and of $g$ a few million are made at a time. The gradient for the features of an
    ignored row is 0, and it adds nothing to the others.

    Args:
        input: Features $x$ of shape (F,) or (N, F).
        linear_weight: Weights $A$ of the layer, of shape (C, F); or (C, d1…dK, F) for logits of
            shape (N, C, d1…dK), with an input of shape (N, F).
        target: Class indices $y$ in [0, C), integers of shape (), (N,) or (N, d1…dK); or
            probabilities $t$ in [0, 1], floats of the logits' shape, which are taken as they are,
            not made to sum to one.
        linear_bias: Biases $b$ of the layer, of the shape of `linear_weight` without the features.
            Left out, there are none.
        weight: Weights $w$ of the classes, of shape (C,), none negative. Left out, every class
            counts 1.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.
        ignore_index: The target value that marks a row to leave out: its loss is 0, and a mean does
            not count it.
        label_smoothing: The share $\varepsilon$ in [0, 1] of the target that is spread evenly over
            all classes.
        grad_output: The gradient that arrives at the loss, of the loss's shape. Left out, it is
            ones: with `"none"`, that gives the gradient of the sum.

    Returns:
        A named tuple of `input`, `linear_weight` and `linear_bias`, the last None if it was left
            out.

    Raises:
        IndexError: If a target lies outside [0, C) and is not `ignore_index`.
        TypeError: If an argument is of the wrong kind, for example a target that holds bools.
        ValueError: If a shape does not fit, a weight is negative, a probability or
            `label_smoothing` lies outside [0, 1], `reduction` is another word, or `ignore_index` is
            not negative beside probabilities.

    Examples:
        The feature 2 becomes the logits 0 and $2 \ln 3$, whose softmax is 1/10 and 9/10. Minus the
        target 1 and 0, that is -9/10 and 9/10, and twice that for the weights.

        ```python
        import numpy as np
        import xentref

        layer = [[0.0], [np.log(3)]]
        grad = xentref.linear_cross_entropy_grad([[2.0]], layer, [0])
        print(grad.linear_weight.round(12))
        ```

        ```output
        [[-1.8]
         [ 1.8]]
        ```

    Note: Where PyTorch differs
        It differs as [`linear_cross_entropy`][xentref.linear_cross_entropy] does. Besides, the
        features of an ignored row may be nan or infinite: they count nothing here; there they make
        the gradients of that row and of the layer nan.
    """
    word = _checks.reduction(reduction)
    layer = _layer(input, linear_weight, target, linear_bias, weight, ignore_index, label_smoothing)
    targets = layer.terms.targets
    received = _arriving(grad_output, layer.terms.rows, layer.terms.total, word)
    by_input, by_weight, by_bias = _rows.linear_cross_entropy_grad(
        *layer.flat, targets, received.reshape(targets.kept.shape if word == "none" else ())
    )

    def like(values: NDArray[Any], grad: Floats) -> NDArray[np.floating]:
        return _kernels.rounded(grad.reshape(values.shape), _checks.float_dtype(values))

    return LinearGradients(
        like(layer.input, by_input),
        like(layer.weight, by_weight),
        None if layer.bias is None else like(layer.bias, by_bias),
    )


def binary_cross_entropy_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
    grad_output: ArrayLike | None = None,
) -> np.floating | NDArray[np.floating]:
    r"""The change of the binary cross-entropy with each probability.

    With $w$ the weight, as in [`binary_cross_entropy`][xentref.binary_cross_entropy]:

    $$
    \frac{\partial \ell}{\partial p} = w \, \frac{p - t}{p (1 - p)}
    $$

    The denominator is held at $10^{-12}$ from below (rounded to float32, as in PyTorch), and so the
    gradient, without weights, at most about $10^{12}$, which in float16 is infinite. A probability
    of 0 or 1 that is wrong has a gradient to learn from, though its loss is held at 100 and does
    not change there; one that is right has the gradient 0. A mean divides by the number of
    elements.

    Args:
        input: Probabilities $p$ in [0, 1], an array of any shape.
        target: Targets $t$ in [0, 1], of the input's shape.
        weight: Weights $w$ of the elements, of a shape that broadcasts to the input's, none
            negative. Left out, every element counts 1.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.
        grad_output: The gradient that arrives at the loss, of the loss's shape. Left out, it is
            ones: with `"none"`, that gives the gradient of the sum.

    Returns:
        The gradient, in the shape and the dtype of the input.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If a shape does not fit, the input or the target lies outside [0, 1], a weight
            is negative, or `reduction` is another word.

    Examples:
        A yes that was given 1/4 pulls with $-1 / p$, a no with $1 / (1 - p)$.

        ```python
        import xentref

        p, t = [0.25, 0.75], [1, 0]
        print(xentref.binary_cross_entropy_grad(p, t, reduction="sum"))
        ```

        ```output
        [-4.  4.]
        ```

    Note: Where PyTorch differs
        It differs as [`binary_cross_entropy`][xentref.binary_cross_entropy] does. Besides, in
        float16 a probability of 0 or 1 that is right has the gradient nan there, 0 here.
    """
    word = _checks.reduction(reduction)
    p, yes = _checks.pair(input, target)
    _checks.unit_interval("input", p)
    _checks.unit_interval("target", yes)
    grad = _kernels.binary_cross_entropy_grad(
        _kernels.wide(p),
        _kernels.wide(yes),
        _checks.element_weight("weight", weight, p.shape),
        _arriving(grad_output, p.shape, p.size, word),
    )
    return _kernels.rounded(grad, _checks.float_dtype(p))


def binary_cross_entropy_with_logits_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
    pos_weight: ArrayLike | None = None,
    grad_output: ArrayLike | None = None,
) -> np.floating | NDArray[np.floating]:
    r"""The change of the binary cross-entropy with each logit: what no pushes minus what yes pulls.

    With $w$ and $\alpha$ the weights, as in
    [`binary_cross_entropy_with_logits`][xentref.binary_cross_entropy_with_logits]:

    $$
    \frac{\partial \ell}{\partial z}
    = w \left( (1 - t) \, \sigma(z) - \alpha \, t \, \sigma(-z) \right)
    $$

    Without weights this is probability minus target, $\sigma(z) - t$. It never vanishes where the
    logit is wrong, and an infinite logit that is right has the gradient 0. A mean divides by the
    number of elements.

    Args:
        input: Logits $z$, an array of any shape.
        target: Targets $t$ in [0, 1], of the input's shape.
        weight: Weights $w$ of the elements, of a shape that broadcasts to the input's, none
            negative. Left out, every element counts 1.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.
        pos_weight: Weights $\alpha$ of yes against no, of a shape that broadcasts to the input's,
            none negative. Left out, both count 1.
        grad_output: The gradient that arrives at the loss, of the loss's shape. Left out, it is
            ones: with `"none"`, that gives the gradient of the sum.

    Returns:
        The gradient, in the shape and the dtype of the input.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If a shape does not fit, the target lies outside [0, 1], a weight is negative,
            or `reduction` is another word.

    Examples:
        A logit of $\ln 3$ gives yes 3/4: minus the target 0 or 1, that is 3/4 or -1/4.

        ```python
        import numpy as np
        from xentref import binary_cross_entropy_with_logits_grad

        logits, t = [np.log(3), np.log(3)], [0, 1]
        print(binary_cross_entropy_with_logits_grad(logits, t, reduction="sum"))
        ```

        ```output
        [ 0.75 -0.25]
        ```

    Note: Where PyTorch differs
        It differs as [`binary_cross_entropy_with_logits`][xentref.binary_cross_entropy_with_logits]
        does. Besides, where yes is right and all but certain, the gradient keeps its digits here
        and loses them there, in the end all.
    """
    word = _checks.reduction(reduction)
    logits, yes = _checks.pair(input, target)
    _checks.unit_interval("target", yes)
    grad = _kernels.binary_cross_entropy_with_logits_grad(
        _kernels.wide(logits),
        _kernels.wide(yes),
        _checks.element_weight("weight", weight, logits.shape),
        _checks.element_weight("pos_weight", pos_weight, logits.shape),
        _arriving(grad_output, logits.shape, logits.size, word),
    )
    return _kernels.rounded(grad, _checks.float_dtype(logits))


def kl_div_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    reduction: str = "mean",
    log_target: bool = False,
    grad_output: ArrayLike | None = None,
) -> np.floating | NDArray[np.floating]:
    r"""The change of the Kullback-Leibler divergence with each log-probability: minus the target.

    As in [`kl_div`][xentref.kl_div], $x = \ln q$ is the input and $p$ the target:

    $$
    \frac{\partial \ell}{\partial x} = -p
    $$

    The input does not enter, and it is taken as free: the gradient with respect to logits, whose
    log-softmax $x$ is, is $q - p$ where $p$ sums to 1, that of
    [`cross_entropy`][xentref.cross_entropy].

    Args:
        input: Log-probabilities $x$, an array of any shape.
        target: Probabilities $p$ in [0, 1], of the input's shape; with `log_target`, their
            logarithms.
        reduction: `"none"` for every term by itself, `"sum"` for their sum, `"batchmean"` for their
            sum over the length of the first axis, `"mean"` for their sum over the number of all
            elements.
        log_target: Whether the target holds $\ln p$ instead of $p$.
        grad_output: The gradient that arrives at the loss, of the loss's shape. Left out, it is
            ones: with `"none"`, that gives the gradient of the sum.

    Returns:
        The gradient, in the shape and the dtype of the input.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If the shapes differ, a probability lies outside [0, 1], or `reduction` is
            another word.

    Examples:
        ```python
        import numpy as np
        import xentref

        log_q = np.log([[0.25, 0.75]])
        print(xentref.kl_div_grad(log_q, [[0.5, 0.5]], reduction="batchmean"))
        ```

        ```output
        [[-0.5 -0.5]]
        ```

    Note: Where PyTorch differs
        It differs as [`kl_div`][xentref.kl_div] does.
    """
    word = _checks.reduction(reduction, "batchmean")
    is_log = _checks.flag("log_target", log_target)
    log_q, wanted, total = _divergence(input, target, word, is_log)
    arriving = _arriving(grad_output, log_q.shape, total, word)
    grad = _kernels.kl_div_grad(_kernels.wide(wanted), is_log, arriving)
    return _kernels.rounded(grad, _checks.float_dtype(log_q))

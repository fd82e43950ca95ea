"""The cross-entropy losses and the divergence, as PyTorch names them and means them.

Logarithms are natural, so every loss is in nats. Class scores come as (C,) for one row, (N, C) for
a batch, or (N, C, d1…dK) for a batch with further axes, such as the pixels of an image or the
positions of a text: the classes are on axis 1, and every other place is a row with a target of its
own.

What follows the target goes by name alone, while PyTorch also takes `weight` by its place; and
`size_average` and `reduce`, long deprecated there, are no arguments here.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xentref import _checks, _kernels, _rows
from xentref._kernels import Floats, Scalar

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "kl_div",
    "linear_cross_entropy",
    "nll_loss",
]


class _Named(NamedTuple):
    """What a negative log-likelihood and its gradient are computed from."""

    log_p: NDArray[Any]  # the input as it came
    scores: Floats  # the same in float64, the classes last, (…, C)
    label: NDArray[np.intp]  # the class of each row, (…)
    kept: NDArray[np.bool_]  # which rows count at all, (…)
    weight: Floats  # of each class, (C)
    total: Scalar  # what a mean divides by


def _named(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None, ignore_index: int
) -> _Named:
    log_p = _checks.array("input", input)
    scores = _checks.rows(log_p, _checks.class_axis(log_p))
    classes = scores.shape[-1]
    indices = _checks.array("target", target, _checks.CLASS)
    _checks.shape("target", indices, scores.shape[:-1], "one class index per row")
    weights = _checks.class_weight(weight, classes)
    index, kept = _checks.class_indices(
        indices, classes, _checks.integer("ignore_index", ignore_index)
    )
    total = _kernels.total_weight(index, kept, weights)
    return _Named(log_p, scores, index, kept, weights, total)


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
        `torch.nn.functional.nll_loss` takes int64 targets, and uint8 ones where there are no
        further axes; here they may be integers of any width, and integer log-probabilities count as
        float64. It takes negative weights and, for one row, a target of shape (1,); here they
        raise. A class of weight 0 and log-probability -inf costs 0 here, nan there. The float16
        mean of many rows, which overflows there, is finite here.
    """
    word = _checks.reduction(reduction)
    named = _named(input, target, weight, ignore_index)
    loss = _kernels.nll(named.scores, named.label, named.kept, named.weight)
    return _kernels.reduced(loss, named.total, word, _checks.float_dtype(named.log_p))


class _Terms(NamedTuple):
    """What a cross-entropy and its gradient are computed from, besides the logits."""

    targets: _rows.Targets
    total: float  # what a mean divides by
    rows: tuple[int, ...]  # the shape of the losses
    given: NDArray[Any]  # the target as it came


def _terms(
    logits: tuple[int, ...],
    whose: str,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    label_smoothing: float,
) -> _Terms:
    """Read the target of logits of a shape: (C), (N, C) or (N, C, d1…dK)."""
    place = min(1, len(logits) - 1)
    rows, classes = logits[:place] + logits[place + 1 :], logits[place]
    given = _checks.array("target", target, _checks.CLASS_OR_PROBABILITY)
    weights = None if weight is None else _checks.class_weight(weight, classes)
    ignore = _checks.integer("ignore_index", ignore_index)
    smoothing = _checks.fraction("label_smoothing", label_smoothing)
    flat = math.prod(logits[:place]), math.prod(logits[place + 1 :])
    if _checks.is_probability(given, rows, logits, whose):
        if ignore >= 0:
            raise ValueError(
                "ignore_index must be negative when target holds probabilities, which name no "
                f"class; got {ignore}"
            )
        _checks.unit_interval("target", given)
        p, kept = _checks.along(given, place), np.full(flat, True)
        targets = _rows.Targets(None, p, kept, weights, smoothing)
    else:
        index, kept = _checks.class_indices(given, classes, ignore)
        targets = _rows.Targets(index.reshape(flat), None, kept.reshape(flat), weights, smoothing)
    return _Terms(targets, targets.total(), rows, given)


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
    mean of probabilities divides by the number of rows. It is nan if that is 0, as for an empty
    batch or where every target is ignored. A class whose $w_c \, q_{n,c}$ is 0 adds 0, even if its
    logit is -inf.

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
        `torch.nn.functional.cross_entropy` takes int64 targets, and uint8 ones where there are no
        further axes; here they may be integers of any width, and integer logits count as float64.
        It takes probabilities outside [0, 1], negative weights, a negative or nan
        `label_smoothing`, for one row a target of shape (1,), and an input without classes; here
        they raise. A class with $w_c \, q_{n,c} = 0$ and a logit of -inf adds 0 here; there the
        loss is nan, unless an index without smoothing names another class. A weight never widens
        the dtype of the result. The digits of a loss close to 0, lost there, are kept here. The
        float16 mean of many rows, which overflows there, is finite here.
    """
    word = _checks.reduction(reduction)
    logits = _checks.array("input", input)
    place = _checks.class_axis(logits)
    terms = _terms(logits.shape, "input's", target, weight, ignore_index, label_smoothing)
    loss = _rows.cross_entropy(_checks.along(logits, place), terms.targets)
    dtype = _checks.float_dtype(logits, terms.given)
    return _kernels.reduced(loss.reshape(terms.rows), terms.total, word, dtype)


class _Layer(NamedTuple):
    """A linear layer, and what is computed from its logits."""

    input: NDArray[Any]  # (F) or (N, F), as it came
    weight: NDArray[Any]  # (C, d1…dK, F), as it came
    bias: NDArray[Any] | None  # (C, d1…dK), as it came
    flat: tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None, int]  # (N, F), (C D, F), (C D), C
    terms: _Terms


def _layer(
    input: ArrayLike,
    linear_weight: ArrayLike,
    target: ArrayLike,
    linear_bias: ArrayLike | None,
    weight: ArrayLike | None,
    ignore_index: int,
    label_smoothing: float,
) -> _Layer:
    x = _checks.array("input", input)
    w = _checks.array("linear_weight", linear_weight)
    b = None if linear_bias is None else _checks.array("linear_bias", linear_bias)
    if x.ndim not in (1, 2):
        raise ValueError(f"input must have shape (F,) or (N, F); got {x.shape}")
    features = x.shape[-1]
    if w.ndim < 2 or w.shape[-1] != features or len(w) == 0:
        raise ValueError(
            f"linear_weight must have shape (C, {features}) or (C, d1, ..., dK, {features}) with "
            f"at least one class; got {w.shape}"
        )
    if x.ndim == 1 and w.ndim > 2:
        raise ValueError(
            f"input must have shape (N, {features}) for a linear_weight of more than two axes; "
            f"got {x.shape}"
        )
    if b is not None:
        _checks.shape("linear_bias", b, w.shape[:-1], "that of linear_weight without the features")
    logits = x.shape[:-1] + w.shape[:-1]
    terms = _terms(logits, "the logits'", target, weight, ignore_index, label_smoothing)
    flat = (
        x.reshape(math.prod(x.shape[:-1]), features),
        w.reshape(math.prod(w.shape[:-1]), features),
        None if b is None else b.reshape(b.size),
        len(w),
    )
    return _Layer(x, w, b, flat, terms)


def linear_cross_entropy(
    input: ArrayLike,
    linear_weight: ArrayLike,
    target: ArrayLike,
    *,
    linear_bias: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> np.floating | NDArray[np.floating]:
    r"""The cross-entropy of a linear layer's logits, a few million of them at a time.

    For row $n$ with features $x_n$, weights $A$ and biases $b$ of the layer:

    $$
    z_{n,c} = \sum_{f=1}^{F} A_{c,f} \, x_{n,f} + b_c
    $$

    The loss of the logits $z$ is their [`cross_entropy`][xentref.cross_entropy]. Some rows at a
    time are multiplied, in float64, and forgotten: memory is needed for a few million logits, or
    one row, however many there are. That pays where there are many classes, such as the words of a
    language. The logits carry the rounding of that product: it shows in the last digits of a loss
    in float64, and in one in float32 only where large products cancel.

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

    Returns:
        A NumPy scalar, or with `"none"` an array with one loss per row. Its dtype is the widest of
            input, layer and probabilities.

    Raises:
        IndexError: If a target lies outside [0, C) and is not `ignore_index`.
        TypeError: If an argument is of the wrong kind, for example a target that holds bools.
        ValueError: If a shape does not fit, a weight is negative, a probability or
            `label_smoothing` lies outside [0, 1], `reduction` is another word, or `ignore_index` is
            not negative beside probabilities.

    Examples:
        The feature 1 becomes the logits 0 and $\ln 3$, whose softmax is 1/4 and 3/4: class 0 costs
        $\ln 4$.

        ```python
        import numpy as np
        import xentref

        layer = [[0.0], [np.log(3)]]
        print(np.exp(xentref.linear_cross_entropy([[1.0]], layer, [0])))
        ```

        ```output title="Output (rtol=1e-15)"
        4.0
        ```

    References:
        Erik Wijmans et al., [Cut Your Losses in Large-Vocabulary Language
        Models](https://arxiv.org/abs/2411.09009), 2024, for why the logits are what fills the
        memory.

    Note: Where PyTorch differs
        It differs as [`cross_entropy`][xentref.cross_entropy] does. Besides,
        `torch.nn.functional.linear_cross_entropy` makes all logits at once unless its `options`
        tell it how to cut them; here they are always cut, and nothing needs telling. Its
        `ignore_index` is None by default, which stands for -100, and beside probabilities it
        refuses any number, -100 too; here it is -100, and any negative one may stand. It wants one
        dtype for the input and the layer; here the multiplication is in float64 whatever the
        dtypes.
    """
    word = _checks.reduction(reduction)
    layer = _layer(input, linear_weight, target, linear_bias, weight, ignore_index, label_smoothing)
    loss = _rows.linear_cross_entropy(*layer.flat, layer.terms.targets)
    others = [layer.weight, layer.terms.given] + ([] if layer.bias is None else [layer.bias])
    dtype = _checks.float_dtype(layer.input, *others)
    return _kernels.reduced(loss.reshape(layer.terms.rows), layer.terms.total, word, dtype)


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

    Both logarithms are held at -100 from below, so an element costs at most 100 times its weight. A
    mean divides by the number of elements, whatever the weights, and is nan over none.

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
        nan, which comes through here. Integer and bool targets are taken here, as 0 and 1. It takes
        negative weights; here they raise.
    """
    word = _checks.reduction(reduction)
    p, yes = _checks.pair(input, target)
    _checks.unit_interval("input", p)
    _checks.unit_interval("target", yes)
    loss = _kernels.binary_cross_entropy(
        _kernels.wide(p),
        _kernels.wide(yes),
        _checks.element_weight("weight", weight, p.shape),
    )
    return _kernels.reduced(loss, p.size, word, _checks.float_dtype(p, yes))


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
    logits, yes = _checks.pair(input, target)
    _checks.unit_interval("target", yes)
    loss = _kernels.binary_cross_entropy_with_logits(
        _kernels.wide(logits),
        _kernels.wide(yes),
        _checks.element_weight("weight", weight, logits.shape),
        _checks.element_weight("pos_weight", pos_weight, logits.shape),
    )
    dtype = _checks.float_dtype(logits, yes)
    return _kernels.reduced(loss, logits.size, word, dtype)


def _divergence(
    input: ArrayLike, target: ArrayLike, reduction: str, log_target: bool
) -> tuple[NDArray[Any], NDArray[Any], int]:
    """The two arrays, and what the reduction divides by."""
    log_q, wanted = _checks.pair(input, target)
    if not log_target:
        _checks.unit_interval("target", wanted)
    by_row = reduction == "batchmean" and log_q.ndim > 0
    return log_q, wanted, log_q.shape[0] if by_row else log_q.size


def kl_div(
    input: ArrayLike,
    target: ArrayLike,
    *,
    reduction: str = "mean",
    log_target: bool = False,
) -> np.floating | NDArray[np.floating]:
    r"""The Kullback-Leibler divergence, term by term: what believing $q$ costs more than $p$ would.

    For each log-probability $x = \ln q$ and probability $p$ by itself, in nats:

    $$
    \ell = p \left( \ln p - x \right)
    $$

    Added up over the classes of a row, this is $D_{\mathrm{KL}}(p \,\|\, q)$, which is not negative
    as far as both sum to 1; a term by itself may be. No logarithm is taken of the input, which
    holds it already. Where $p$ is 0 the term is 0, even if $x$ is -inf.

    Args:
        input: Log-probabilities $x$, an array of any shape.
        target: Probabilities $p$ in [0, 1], of the input's shape; with `log_target`, their
            logarithms.
        reduction: `"none"` for every term by itself, `"sum"` for their sum, `"batchmean"` for their
            sum over the length of the first axis, `"mean"` for their sum over the number of all
            elements. The divergence per row of an input of shape (N, C) is `"batchmean"`; `"mean"`
            is $C$ times smaller. Over an empty batch, both are nan.
        log_target: Whether the target holds $\ln p$ instead of $p$.

    Returns:
        A NumPy scalar, or with `"none"` an array of the input's shape. Its dtype is the input's,
            widened by that of a floating target.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If the shapes differ, a probability lies outside [0, 1], or `reduction` is
            another word.

    Examples:
        The first class is certain and was given 1/4: that costs $\ln 4$.

        ```python
        import numpy as np
        import xentref

        log_q, p = np.log([[0.25, 0.75]]), [[1.0, 0.0]]
        print(np.exp(xentref.kl_div(log_q, p, reduction="batchmean")))
        ```

        ```output
        4.0
        ```

    References:
        Solomon Kullback and Richard A. Leibler, [On Information and
        Sufficiency](https://doi.org/10.1214/aoms/1177729694), 1951.

    Note: Where PyTorch differs
        `torch.nn.functional.kl_div` broadcasts input and target, takes probabilities outside [0, 1]
        and refuses integers; here the shapes must be equal, such probabilities raise, and integers
        count as float64. It warns that its `"mean"` is to change. An element with $p = 0$
        adds 0 here; there it is nan if the input is infinite, or the target $\ln p$ is. If $\ln p$
        is finite but $p$ too small for its dtype, an input of -inf costs inf here, nan there. The
        digits of a term with $p$ close to $q$, lost there, are mostly kept here.
    """
    word = _checks.reduction(reduction, "batchmean")
    is_log = _checks.flag("log_target", log_target)
    log_q, wanted, total = _divergence(input, target, word, is_log)
    dtype = _checks.float_dtype(log_q, wanted)
    x, t = _kernels.wide(log_q), _kernels.wide(wanted)
    loss = _kernels.kl_div_of_logs(x, t) if is_log else _kernels.kl_div(x, t, dtype)
    return _kernels.reduced(loss, total, word, dtype)

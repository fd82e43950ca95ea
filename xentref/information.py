"""How much there is to learn from an outcome, and what a wrong belief costs.

Everything here takes probabilities, checked to be such: they lie in [0, 1], and those of a
distribution sum to 1. Their sum may miss it by 0.0001 (0.01 in float16), as the rounding of long
rows does. A nan passes, to be seen in the result. Logarithms are natural, for a result in nats,
unless another base is given.

The outcomes lie along one axis; what the other axes hold is a distribution each.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xentref import _checks, _kernels
from xentref._kernels import Floats

__all__ = ["cross_entropy_between", "entropy", "kl_divergence", "perplexity", "self_information"]


def self_information(p: ArrayLike, base: float = math.e) -> np.floating | NDArray[np.floating]:
    r"""The surprise at an event of each probability: certainty gives none, a rare event much.

    $$
    I(p) = -\log p
    $$

    Surprises at independent events add up, as their probabilities multiply. A probability of 1
    gives 0, and of 0 gives inf.

    Args:
        p: Probabilities $p$ in [0, 1], an array of any shape. They need not sum to 1.
        base: The base of the logarithm: e for nats, 2 for bits, 10 for hartleys, or any other
            positive number but 1. One below 1 turns the sign.

    Returns:
        Surprises in the shape of the input; a NumPy scalar for a scalar.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If a probability lies outside [0, 1], the base is not positive or is 1, or the
            input is nested sequences of unequal length.

    Examples:
        Three fair coins that all show heads have probability 1/8, a surprise of 3 bits.

        ```python
        import xentref

        print(xentref.self_information([1, 1 / 2, 1 / 8, 0], base=2))
        ```

        ```output
        [ 0.  1.  3. inf]
        ```

    References:
        Claude E. Shannon, [A Mathematical Theory of
        Communication](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x), 1948.
    """
    unit = _checks.base(base)
    values = _checks.array("p", p)
    _checks.unit_interval("p", values)
    result = _kernels.self_information(_kernels.wide(values), unit)
    return _kernels.rounded(result, _checks.float_dtype(values))


def entropy(
    p: ArrayLike, base: float = math.e, axis: int = -1
) -> np.floating | NDArray[np.floating]:
    r"""The surprise to be expected from one outcome of a distribution: 0 if it is certain.

    $$
    H(p) = -\sum_{c=1}^{C} p_c \log p_c
    $$

    It is largest, $\log C$, if all outcomes are equally likely. An outcome of probability 0 adds 0,
    the limit of $p \log p$.

    Args:
        p: Distributions $p$, an array of any shape with at least one axis.
        base: The base of the logarithm: e for nats, 2 for bits, 10 for hartleys, or any other
            positive number but 1. One below 1 turns the sign.
        axis: The axis of the $C$ outcomes, along which the probabilities sum to 1.

    Returns:
        The input's shape without the axis; a NumPy scalar if none is left.

    Raises:
        IndexError: If the input has no such axis.
        TypeError: If an argument is of the wrong kind.
        ValueError: If a probability lies outside [0, 1], a distribution does not sum to 1, the base
            is not positive or is 1, or the input is a scalar or nested sequences of unequal length.

    Examples:
        A fair coin holds 1 bit. One with probabilities 1/4 and 3/4 holds
        $2 - \tfrac{3}{4} \log_2 3$ bits, and one with heads on both sides holds none.

        ```python
        import xentref

        coins = [[0.5, 0.5], [0.25, 0.75], [1, 0]]
        print(xentref.entropy(coins, base=2))
        ```

        ```output
        [1.         0.81127812 0.        ]
        ```

    References:
        Claude E. Shannon, [A Mathematical Theory of
        Communication](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x), 1948.

    Note: Where SciPy differs
        `scipy.stats.entropy` sums along the first axis unless told otherwise, and divides by the
        sum whatever does not sum to 1; here that raises.
    """
    unit = _checks.base(base)
    values = _checks.array("p", p)
    rows = _checks.distributions("p", values, _checks.axis(axis, values.ndim, "p"))
    result = _kernels.expected_information(rows, rows, unit)
    return _kernels.rounded(result, _checks.float_dtype(values))


def _pair(p: ArrayLike, q: ArrayLike, axis: int) -> tuple[Floats, Floats, np.dtype[np.floating]]:
    """Two kinds of distributions, the outcomes last, and the dtype of what is said about them."""
    truth = _checks.array("p", p)
    belief = _checks.array("q", q)
    wide = belief if belief.ndim > truth.ndim else truth
    last = _checks.axis(axis, wide.ndim, "p")
    if not {truth.shape, belief.shape} <= {wide.shape, wide.shape[last : last + 1]}:
        raise ValueError(
            "p and q must have the same shape, or one of them be a single distribution of as many "
            f"outcomes; got {truth.shape} and {belief.shape}"
        )
    dtype = np.result_type(_checks.float_dtype(truth), _checks.float_dtype(belief))
    return (
        _checks.distributions("p", truth, last if truth.ndim == wide.ndim else 0),
        _checks.distributions("q", belief, last if belief.ndim == wide.ndim else 0),
        dtype,
    )


def cross_entropy_between(
    p: ArrayLike, q: ArrayLike, base: float = math.e, axis: int = -1
) -> np.floating | NDArray[np.floating]:
    r"""The surprise to be expected by one who believes $q$ while $p$ is true.

    $$
    H(p, q) = -\sum_{c=1}^{C} p_c \log q_c
    $$

    As far as both sum to 1, it is never below the entropy of $p$, and equal to it only if $q = p$.
    An outcome that $p$ gives probability 0 adds 0; one that only $q$ gives probability 0 makes the
    result inf.

    Args:
        p: True distributions $p$, an array of any shape with at least one axis.
        q: Believed distributions $q$, in the shape of $p$; either may be a single distribution of
            shape (C,), compared with each of the other's.
        base: The base of the logarithm: e for nats, 2 for bits, 10 for hartleys, or any other
            positive number but 1. One below 1 turns the sign.
        axis: The axis of the $C$ outcomes, along which the probabilities sum to 1.

    Returns:
        The shape of $p$ and $q$ without the axis, in the wider of their dtypes; a NumPy scalar if
            no axis is left.

    Raises:
        IndexError: If the inputs have no such axis.
        TypeError: If an argument is of the wrong kind.
        ValueError: If the shapes do not fit, a probability lies outside [0, 1], a distribution does
            not sum to 1, the base is not positive or is 1, or an input is a scalar or nested
            sequences of unequal length.

    Examples:
        Who takes a fair coin for one with probabilities 1/4 and 3/4 is surprised by 2 bits
        or by $2 - \log_2 3$ bits, each half of the time.

        ```python
        import numpy as np
        import xentref

        print(xentref.cross_entropy_between([0.5, 0.5], [0.25, 0.75], base=2))
        print(2 - np.log2(3) / 2)
        ```

        ```output title="Output (rtol=1e-15)"
        1.207518749639422
        1.207518749639422
        ```
    """
    unit = _checks.base(base)
    truth, belief, dtype = _pair(p, q, axis)
    return _kernels.rounded(_kernels.expected_information(truth, belief, unit), dtype)


def kl_divergence(
    p: ArrayLike, q: ArrayLike, base: float = math.e, axis: int = -1
) -> np.floating | NDArray[np.floating]:
    r"""The surprise that believing $q$ adds to the entropy of the true $p$; it is never negative.

    $$
    \begin{aligned}
    D_{\mathrm{KL}}(p \,\|\, q) &= \sum_{c=1}^{C} p_c \log \frac{p_c}{q_c} \\
    &= H(p, q) - H(p)
    \end{aligned}
    $$

    It is 0 only if $q = p$. It is no distance: exchanging $p$ and $q$ gives another number as a
    rule. An outcome that $p$ gives probability 0 adds 0; one that only $q$ gives probability 0
    makes the result inf.

    To each term $q_c - p_c$ is added (in nats), so that no term is negative. If $p$ and $q$ sum to
    1, what is added cancels; if rounding has left them a little off, it keeps that from drowning a
    small divergence.

    Args:
        p: True distributions $p$, an array of any shape with at least one axis.
        q: Believed distributions $q$, in the shape of $p$; either may be a single distribution of
            shape (C,), compared with each of the other's.
        base: The base of the logarithm: e for nats, 2 for bits, 10 for hartleys, or any other
            positive number but 1. One below 1 turns the sign.
        axis: The axis of the $C$ outcomes, along which the probabilities sum to 1.

    Returns:
        The shape of $p$ and $q$ without the axis, in the wider of their dtypes; a NumPy scalar if
            no axis is left.

    Raises:
        IndexError: If the inputs have no such axis.
        TypeError: If an argument is of the wrong kind.
        ValueError: If the shapes do not fit, a probability lies outside [0, 1], a distribution does
            not sum to 1, the base is not positive or is 1, or an input is a scalar or nested
            sequences of unequal length.

    Examples:
        Of two outcomes, 1/4 and 3/4 are believed while the first is certain: its surprise of 2 bits
        is all added. The other way round, certainty of the first is refuted by the second.

        ```python
        import xentref

        print(xentref.kl_divergence([1, 0], [0.25, 0.75], base=2))
        print(xentref.kl_divergence([0.25, 0.75], [1, 0], base=2))
        ```

        ```output
        2.0
        inf
        ```

    References:
        Solomon Kullback and Richard A. Leibler, [On Information and
        Sufficiency](https://doi.org/10.1214/aoms/1177729694), 1951.

    Note: Where SciPy differs
        `scipy.stats.entropy(p, q)` sums along the first axis unless told otherwise, and divides by
        the sum whatever does not sum to 1. It loses the digits of a small divergence, which are
        kept here.
    """
    unit = _checks.base(base)
    truth, belief, dtype = _pair(p, q, axis)
    return _kernels.rounded(_kernels.kl_divergence(truth, belief, unit), dtype)


def perplexity(
    p: ArrayLike, q: ArrayLike | None = None, axis: int = -1
) -> np.floating | NDArray[np.floating]:
    r"""How many equally likely outcomes would surprise as much: the exponential of the entropy.

    $$
    \operatorname{perplexity}(p, q) = e^{H(p, q)} = \prod_{c=1}^{C} q_c^{-p_c}
    $$

    The base does not matter: $e$ to a number of nats is 2 to the same in bits. Left out, $q$ is
    $p$, and the result lies between 1 for certainty and $C$ for equally likely outcomes, as far as
    $p$ sums to 1. With $q$ it is the perplexity of one who believes $q$: at least that of $p$, as
    far as both sum to 1, and inf if $q$ excludes what $p$ allows.

    Of a language model it is the exponential of the mean loss per token, in nats:
    `np.exp(xentref.cross_entropy(logits, tokens))`, over all tokens at once.

    Args:
        p: True distributions $p$, an array of any shape with at least one axis.
        q: Believed distributions $q$, in the shape of $p$; either may be a single distribution of
            shape (C,), compared with each of the other's. Left out, the truth is believed.
        axis: The axis of the $C$ outcomes, along which the probabilities sum to 1.

    Returns:
        The shape of $p$ and $q$ without the axis, in the wider of their dtypes; a NumPy scalar if
            no axis is left.

    Raises:
        IndexError: If the inputs have no such axis.
        TypeError: If an argument is of the wrong kind.
        ValueError: If the shapes do not fit, a probability lies outside [0, 1], a distribution does
            not sum to 1, or an input is a scalar or nested sequences of unequal length.

    Examples:
        A fair die with four faces has perplexity 4. Certainty has 1, but who believes in the fair
        die meanwhile still wavers between four.

        ```python
        import xentref

        fair = [0.25, 0.25, 0.25, 0.25]
        certain = [1, 0, 0, 0]
        print(xentref.perplexity(fair))
        print(xentref.perplexity(certain))
        print(xentref.perplexity(certain, fair))
        ```

        ```output
        4.0
        1.0
        4.0
        ```

    References:
        Frederick Jelinek et al., [Perplexity: a measure of the difficulty of speech recognition
        tasks](https://doi.org/10.1121/1.2016299), 1977.
    """
    truth, belief, dtype = _pair(p, p if q is None else q, axis)
    return _kernels.rounded(_kernels.perplexity(truth, belief), dtype)

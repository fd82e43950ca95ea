"""A bad argument is always an error in words: which argument, what must hold, what came.

The first part is a table, one line per mistake with its exact message. The second throws whatever
hypothesis thinks of at every function, and accepts a result or an error of ours, nothing else. The
third draws what is valid, and compares the results with those of a few plain lines.
"""

import functools
import inspect
import math
import pickle
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import xentref
from tests.plain_loss import plain_loss

Z = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0]])
Y = [0, 2]
P = np.array([[0.25, 0.25, 0.5], [1.0, 0.0, 0.0]])

# All but `explain`, whose errors are those of the loss (test_explanations), and what it returns.
OTHERS = ["Explanation", "LinearGradients", "Step", "explain"]
EVERY = [getattr(xentref, name) for name in xentref.__all__ if name not in OTHERS]
NLL = [xentref.nll_loss, xentref.nll_loss_grad]
EITHER = [xentref.cross_entropy, xentref.cross_entropy_grad]
MULTICLASS = NLL + EITHER
OF_PROBABILITIES = [xentref.binary_cross_entropy, xentref.binary_cross_entropy_grad]
OF_LOGITS = [
    xentref.binary_cross_entropy_with_logits,
    xentref.binary_cross_entropy_with_logits_grad,
]
BINARY = OF_PROBABILITIES + OF_LOGITS
DIVERGENCE = [xentref.kl_div, xentref.kl_div_grad]
BY_ELEMENT = BINARY + DIVERGENCE
GRADIENTS = [NLL[1], EITHER[1], OF_PROBABILITIES[1], OF_LOGITS[1], DIVERGENCE[1]]
ALONG_AXIS = [xentref.softmax, xentref.log_softmax, xentref.logsumexp]
OF_TWO = [xentref.cross_entropy_between, xentref.kl_divergence, xentref.perplexity]
OF_ONE = [xentref.entropy, xentref.perplexity]
LINEAR = [xentref.linear_cross_entropy, xentref.linear_cross_entropy_grad]
IN_UNITS = [xentref.self_information, xentref.entropy, *OF_TWO[:2]]
ARRAYS = {"input", "target", "p", "q", "linear_weight", "linear_bias"}
ARRAYS |= {"weight", "pos_weight", "grad_output"}


class Stubborn:
    """What looks like an array, and is none."""

    def __array__(self, dtype=None, copy=None):
        raise ValueError("not today\nnor tomorrow")


def with_array(value, kind, message):
    """Yield cases with a value in the place of each array argument."""
    layer = np.zeros((3, 2))
    for f in EVERY:
        given = {"input": P, "target": P, "p": P, "q": P, "label_smoothing": 0.1}
        if f in MULTICLASS or f is xentref.one_hot:
            given |= {"target": Y}
        elif f in LINEAR:
            given |= {"input": layer[:2], "linear_weight": layer, "target": Y}
        names = inspect.signature(f).parameters.keys()
        given = {name: given[name] for name in names & given.keys()}
        for name in sorted(names & ARRAYS):
            yield f, (), given | {name: value}, kind, f"{name} {message}"


def cases():
    """Yield (function, arguments, keywords, kind of error, message)."""
    # What is no array of real numbers, as any array argument.
    for value, came in [
        ("abc", "<U3"),
        (None, "object"),
        ({1, 2}, "object"),
        ([10**30], "object"),
        ([1j], "complex128"),
        (np.ones(2, np.longdouble), str(np.dtype(np.longdouble))),
        (np.array(["2020"], "M8[Y]"), "datetime64[Y]"),
        (np.zeros(2, [("a", int)]), "[('a', '<i8')]"),
    ]:
        real = f"must hold real numbers of at most 64 bits; got dtype {came}"
        for f in [*ALONG_AXIS, xentref.sigmoid, xentref.logsigmoid]:
            yield f, (value,), {}, TypeError, f"input {real}"
        for f in MULTICLASS:
            yield f, (value, Y), {}, TypeError, f"input {real}"
            if value is not None:
                yield f, (Z, Y), {"weight": value}, TypeError, f"weight {real}"
        for f in BY_ELEMENT:
            yield f, (value, value), {}, TypeError, f"input {real}"
            yield f, (P, value), {}, TypeError, f"target {real}"
        for f in [xentref.self_information, *OF_ONE]:
            yield f, (value,), {}, TypeError, f"p {real}"
        for f in OF_TWO:
            yield f, (value, P), {}, TypeError, f"p {real}"
            if value is not None or f is not xentref.perplexity:
                yield f, (P, value), {}, TypeError, f"q {real}"
        integers = f"target must hold integers, the class indices; got dtype {came}"
        yield xentref.one_hot, (value,), {}, TypeError, integers
        for f in NLL:
            yield f, (Z, value), {}, TypeError, integers
        either = "target must hold integers (class indices) or floats (probabilities); got dtype "
        for f in EITHER:
            yield f, (Z, value), {}, TypeError, either + came
        yield xentref.smooth_labels, (value, 0.1), {}, TypeError, either + came
        if value is not None:
            given = {"grad_output": value}
            for f in GRADIENTS:
                target = Y if f in MULTICLASS else P
                yield f, (P, target), given, TypeError, f"grad_output {real}"

    # What no array can be made of, and what would lose something on the way.
    deep = functools.reduce(lambda inner, _: [inner], range(70), 0.5)
    beyond = (
        "setting an array element with a sequence. The requested array would exceed the maximum "
        "number of dimension of 64."
    )
    detach = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
    for value, came in [
        (torch.tensor(Z, requires_grad=True), f"Tensor ({detach})"),
        (torch.tensor(Z).bfloat16(), "Tensor (Got unsupported ScalarType BFloat16)"),
        (deep, f"list ({beyond})"),
        (Stubborn(), "Stubborn (not today)"),
    ]:
        made = f"must be an array, or what NumPy makes one of; got {came}"
        yield from with_array(value, TypeError, made)
    masked = "must have no masked entries; got 1 of them"
    yield from with_array(np.ma.masked_array(Y, mask=[0, 1]), ValueError, masked)
    for f in EITHER:
        yield f, (np.ma.masked_less(Z, 1), Y), {}, ValueError, f"input {masked.replace('1', '2')}"

    ragged = "must be a rectangular array; got sequences of unequal length"
    rows = [[1, 2], [3]]
    for f in [*ALONG_AXIS, xentref.sigmoid, xentref.logsigmoid]:
        yield f, (rows,), {}, ValueError, f"input {ragged}"
    for f in [xentref.self_information, *OF_ONE]:
        yield f, (rows,), {}, ValueError, f"p {ragged}"
    for f in OF_TWO:
        yield f, (P, rows), {}, ValueError, f"q {ragged}"
    yield xentref.one_hot, (rows,), {}, ValueError, f"target {ragged}"
    yield xentref.smooth_labels, (rows, 0.1), {}, ValueError, f"target {ragged}"
    for f in MULTICLASS + BY_ELEMENT:
        yield f, (rows, Y), {}, ValueError, f"input {ragged}"
        yield f, (P, rows), {}, ValueError, f"target {ragged}"

    # Axes.
    for f in ALONG_AXIS:
        yield f, (Z, 2), {}, IndexError, "axis must lie in [-2, 2) for 2 axes; got 2"
        yield f, (Z, -3), {}, IndexError, "axis must lie in [-2, 2) for 2 axes; got -3"
        for value in (1.0, True, "0", [0]):
            yield f, (Z, value), {}, TypeError, f"axis must be an integer; got {value!r}"
        message = "input must have at least one axis, for axis=-1; got shape ()"
        yield f, (1.0,), {}, ValueError, message
    for f in ALONG_AXIS[:2]:
        yield f, (Z, None), {}, TypeError, "axis must be an integer; got None"
        yield f, (Z, (0,)), {}, TypeError, "axis must be an integer; got (0,)"
    f = xentref.logsumexp
    yield f, (Z, (0, -2)), {}, ValueError, "axis must name each axis once; got (0, -2)"
    yield f, (Z, (0, 2)), {}, IndexError, "axis must lie in [-2, 2) for 2 axes; got 2"
    yield f, (Z, (0, 1.0)), {}, TypeError, "axis must be an integer; got 1.0"
    for value in (1, None, "yes"):
        given = {"keepdims": value}
        yield f, (Z,), given, TypeError, f"keepdims must be True or False; got {value!r}"

    # One-hot.
    f = xentref.one_hot
    yield f, ([0, 3], 3), {}, IndexError, "target must lie in [0, 3); got 3 at position (1,)"
    yield f, ([[0], [-1]],), {}, IndexError, "target must lie in [0, 1); got -1 at position (1, 0)"
    yield f, (5, 3), {}, IndexError, "target must lie in [0, 3); got 5"
    integers = "target must hold integers, the class indices; got dtype "
    yield f, ([True],), {}, TypeError, integers + "bool"
    yield f, ([0.0],), {}, TypeError, integers + "float64"
    empty = np.zeros(0, int)
    yield f, (empty,), {}, ValueError, "num_classes must be given when target is empty; got None"
    yield f, (Y, 0), {}, ValueError, "num_classes must be at least 1; got 0"
    yield f, (Y, -1), {}, ValueError, "num_classes must be at least 1; got -1"
    for value in (3.0, True, "3"):
        yield f, (Y, value), {}, TypeError, f"num_classes must be an integer; got {value!r}"
    for value in (2**62, 10**30):
        message = f"num_classes must leave a result that fits in memory; got {value}"
        yield f, (Y, value), {}, ValueError, message
    for value in ("real", object, complex, 3):
        message = f"dtype must be a NumPy dtype of real numbers; got {value!r}"
        yield f, (Y,), {"dtype": value}, TypeError, message

    # Smoothed labels.
    f = xentref.smooth_labels
    yield f, ([0, 3], 0.1, 3), {}, IndexError, "target must lie in [0, 3); got 3 at position (1,)"
    yield f, ([-1], 0.1), {}, IndexError, "target must lie in [0, 1); got -1 at position (0,)"
    message = "target must hold integers (class indices) or floats (probabilities); got dtype bool"
    yield f, ([True], 0.1), {}, TypeError, message
    message = "num_classes must be given when target is empty; got None"
    yield f, (empty, 0.1), {}, ValueError, message
    yield f, (Y, 0.1, 0), {}, ValueError, "num_classes must be at least 1; got 0"
    message = "num_classes must be 3, the number of the probabilities in target; got "
    yield f, (P, 0.1, 4), {}, ValueError, message + "4"
    yield f, (P, 0.1, np.int8(2)), {}, ValueError, message + "2"
    for target in (Y, P):
        for value in (3.0, True, "3"):
            message = f"num_classes must be an integer; got {value!r}"
            yield f, (target, 0.1, value), {}, TypeError, message
        for value in (2, -3):
            message = f"axis must lie in [-2, 2) for 2 axes; got {value}"
            yield f, (target, 0.1), {"axis": value}, IndexError, message
        for value in (1.0, None, (0,)):
            message = f"axis must be an integer; got {value!r}"
            yield f, (target, 0.1), {"axis": value}, TypeError, message
        for value in (int, "?", "f99", object):
            words = "real numbers" if value in ("f99", object) else "floats"
            message = f"dtype must be a NumPy dtype of {words}; got {value!r}"
            yield f, (target, 0.1), {"dtype": value}, TypeError, message
    message = "target must have at least one axis, for axis=-1; got shape ()"
    yield f, (0.5, 0.1), {}, ValueError, message
    message = "target must have at least one class along axis 1; got shape (2, 0)"
    yield f, (np.zeros((2, 0)), 0.1), {}, ValueError, message
    message = "target must lie in [0, 1]; got 2.0 at position (1, 0)"
    yield f, (P * 2, 0.1), {}, ValueError, message

    # Shapes of the class losses.
    for f in MULTICLASS:
        shapes = "(C,), (N, C) or (N, C, d1, ..., dK)"
        message = f"input must have shape {shapes} with at least one class; got "
        yield f, (1.0, 0), {}, ValueError, message + "()"
        yield f, (np.zeros(0), 0), {}, ValueError, message + "(0,)"
        yield f, (np.zeros((2, 0)), Y), {}, ValueError, message + "(2, 0)"
        for weight, came in [([1, 2], (2,)), ([[1, 2, 3]], (1, 3)), (1.0, ())]:
            message = f"weight must have shape (3,), one entry per class; got {came}"
            yield f, (Z, Y), {"weight": weight}, ValueError, message
        message = "weight must not be negative; got -1 at position (1,)"
        yield f, (Z, Y), {"weight": [0, -1, 1]}, ValueError, message
    message = "target must have shape (2,), one class index per row; got "
    for target, came in [([[0], [2]], (2, 1)), ([0, 1, 2], (3,)), (0, ()), (Z.astype(int), (2, 3))]:
        for f in NLL:
            yield f, (Z, target), {}, ValueError, message + str(came)
    for f in EITHER:
        message = (
            "target must have shape {} for class indices or input's shape {} for probabilities; "
            "got {}"
        )
        for target, came in [([[0], [2]], (2, 1)), ([0, 1, 2], (3,)), (0, ()), (P.T, (3, 2))]:
            yield f, (Z, target), {}, ValueError, message.format((2,), (2, 3), came)
        yield f, (Z[0], [0]), {}, ValueError, message.format((), (3,), (1,))
        classes_last = np.zeros((2, 5, 3)), np.zeros((2, 5), int)
        yield f, classes_last, {}, ValueError, message.format((2, 3), (2, 5, 3), (2, 5))

        # What the target holds.
        message = "target of shape (2,) must hold integers, the class indices; got dtype float64"
        yield f, (Z, [0.0, 2.0]), {}, TypeError, message
        message = "target of shape (2, 3) must hold floats, the probabilities; got dtype int64"
        yield f, (Z, P.astype(np.int64)), {}, TypeError, message
        message = (
            "target must hold integers (class indices) or floats (probabilities); got dtype bool"
        )
        yield f, (Z, [True, False]), {}, TypeError, message
        message = "target must lie in [0, 1]; got 2.0 at position (1, 0)"
        yield f, (Z, P * 2), {}, ValueError, message
        message = "target must lie in [0, 1]; got -0.25 at position (0, 0)"
        yield f, (Z, -P), {}, ValueError, message
        message = (
            "ignore_index must be negative when target holds probabilities, which name no class; "
            "got 0"
        )
        yield f, (Z, P), {"ignore_index": 0}, ValueError, message

    for f in [*EITHER, xentref.smooth_labels]:
        given = (Z, Y) if f in EITHER else (Y,)
        for value in (1.1, -0.1, math.nan, math.inf, np.float32(2), 3):
            message = f"label_smoothing must lie in [0, 1]; got {value!r}"
            yield f, given, {"label_smoothing": value}, ValueError, message
        for value in ("0.1", None, True, [0.1], 0.1j):
            message = f"label_smoothing must be a number in [0, 1]; got {value!r}"
            yield f, given, {"label_smoothing": value}, TypeError, message
    for f in NLL:
        yield f, (Z, [0.0, 2.0]), {}, TypeError, integers + "float64"
        yield f, (Z, [True, False]), {}, TypeError, integers + "bool"

    for f in MULTICLASS:
        for target, options, message in [
            ([0, 3], {}, "[0, 3) or be ignore_index=-100; got 3 at position (1,)"),
            ([-1, 3], {}, "[0, 3) or be ignore_index=-100; got -1 at position (0,)"),
            (
                [-100, 3],
                {"ignore_index": 3},
                "[0, 3) or be ignore_index=3; got -100 at position (0,)",
            ),
            (
                np.array([2**63, 0], np.uint64),
                {},
                "[0, 3) or be ignore_index=-100; got 9223372036854775808 at position (0,)",
            ),
        ]:
            yield f, (Z, target), options, IndexError, f"target must lie in {message}"
        message = "target must lie in [0, 3) or be ignore_index=-100; got 3"
        yield f, (Z[0], 3), {}, IndexError, message
        for value in (1.0, None, False, "1"):
            message = f"ignore_index must be an integer; got {value!r}"
            yield f, (Z, Y), {"ignore_index": value}, TypeError, message

    for f in MULTICLASS + BINARY:
        target = Y if f in MULTICLASS else P
        for value in ("avg", "Mean", "", None, True, 1, ["mean"]):
            message = f"reduction must be 'none', 'mean' or 'sum'; got {value!r}"
            yield f, (P, target), {"reduction": value}, ValueError, message

    for f in DIVERGENCE:
        for value in ("avg", "Mean", None, ["batchmean"]):
            message = f"reduction must be 'none', 'mean', 'sum' or 'batchmean'; got {value!r}"
            yield f, (P, P), {"reduction": value}, ValueError, message

    for f in GRADIENTS:
        given, shape = ((Z, Y), "(2,)") if f in MULTICLASS else ((P, P), "(2, 3)")
        message = "grad_output must have shape (), that of the loss; got (2,)"
        yield f, given, {"grad_output": [1, 1]}, ValueError, message
        message = f"grad_output must have shape {shape}, that of the loss; got ()"
        yield f, given, {"grad_output": 1, "reduction": "none"}, ValueError, message

    # Yes or no.
    for f in BY_ELEMENT:
        for target, came in [([0, 1], (2,)), (P[:1], (1, 3)), (P[0], (3,)), (0.5, ())]:
            message = f"target must have shape (2, 3), that of input; got {came}"
            yield f, (P, target), {}, ValueError, message
        message = "target must lie in [0, 1]; got 2 at position (0,)"
        yield f, ([0.5], [2]), {}, ValueError, message
        message = "target must lie in [0, 1]; got -0.5"
        yield f, (0.5, -0.5), {}, ValueError, message
    for f in BINARY:
        for name in ["weight"] if f in OF_PROBABILITIES else ["weight", "pos_weight"]:
            for value, came in [([1, 2], (2,)), (np.ones((1, 2, 3)), (1, 2, 3))]:
                message = f"{name} must broadcast to shape (2, 3), that of input; got {came}"
                yield f, (P, P), {name: value}, ValueError, message
            message = f"{name} must not be negative; got -1.5 at position (2,)"
            yield f, (P, P), {name: [0, 1, -1.5]}, ValueError, message
    for value in (1.5, -1e-9, math.inf, -math.inf):
        message = f"input must lie in [0, 1]; got {value!r} at position (0,)"
        for f in OF_PROBABILITIES:
            yield f, ([value], [1]), {}, ValueError, message
    for f in DIVERGENCE:
        for value in (1, None, "yes"):
            message = f"log_target must be True or False; got {value!r}"
            yield f, (P, P), {"log_target": value}, TypeError, message

    # Distributions, and the base of a logarithm.
    f = xentref.self_information
    yield f, (1.5,), {}, ValueError, "p must lie in [0, 1]; got 1.5"
    for f in [xentref.self_information, *OF_ONE]:
        message = "p must lie in [0, 1]; got -1 at position (1,)"
        yield f, ([1, -1],), {}, ValueError, message
        message = "p must lie in [0, 1]; got inf at position (0, 1)"
        yield f, ([[math.nan, math.inf]],), {}, ValueError, message
    for f in OF_ONE:
        message = "p must have at least one axis, for axis=-1; got shape ()"
        yield f, (1.0,), {}, ValueError, message
        for p, axis, message in [
            (P * 0.5, -1, "(within 0.0001) along axis 1; got 0.5 at position (0,)"),
            (P, 0, "(within 0.0001) along axis 0; got 1.25 at position (0,)"),
            (P[0, :2], 0, "(within 0.0001) along axis 0; got 0.5"),
            (P.astype("f2") * 0.75, 1, "(within 0.01) along axis 1; got 0.75 at position (0,)"),
            (P * [[1], [0]], 1, "(within 0.0001) along axis 1; got 0.0 at position (1,)"),
            ([[0, 1], [1, 1]], 1, "(within 0.0001) along axis 1; got 2.0 at position (1,)"),
            (np.zeros((2, 0)), 1, "(within 0.0001) along axis 1; got 0.0 at position (0,)"),
        ]:
            yield f, (p,), {"axis": axis}, ValueError, f"p must sum to 1 {message}"
    for f in OF_TWO:
        message = "q must lie in [0, 1]; got 2.0 at position (0, 0)"
        yield f, (P, 2 * P[::-1]), {}, ValueError, message
        message = "p must sum to 1 (within 0.0001) along axis 1; got 0.5 at position (0,)"
        yield f, (P / 2, P), {}, ValueError, message
        message = "q must sum to 1 (within 0.0001) along axis 0; got 1.25"
        yield f, (P, [0.5, 0.75, 0.0]), {}, ValueError, message
        message = "p must have at least one axis, for axis=-1; got shape ()"
        yield f, (1.0, 1.0), {}, ValueError, message
        for p, q, came in [
            (P, P[:, :2], "(2, 3) and (2, 2)"),
            (P, P[:1], "(2, 3) and (1, 3)"),
            (P, P[..., None], "(2, 3) and (2, 3, 1)"),
            (P, P[0, :2], "(2, 3) and (2,)"),
            (P[0], P[0, :2], "(3,) and (2,)"),
            (P, 1.0, "(2, 3) and ()"),
            (1.0, P, "() and (2, 3)"),
        ]:
            message = (
                "p and q must have the same shape, or one of them be a single distribution of as "
                f"many outcomes; got {came}"
            )
            yield f, (p, q), {}, ValueError, message
    for f in OF_ONE + OF_TWO:
        given = (P,) if f in OF_ONE else (P, P)
        message = "axis must lie in [-2, 2) for 2 axes; got 2"
        yield f, given, {"axis": 2}, IndexError, message
        for value in (None, (0, 1), True):
            message = f"axis must be an integer; got {value!r}"
            yield f, given, {"axis": value}, TypeError, message
    for f in IN_UNITS:
        given = (P, P) if f in OF_TWO else (P,)
        for value in (0, -2, 1, 1.0, math.nan, math.inf, 10**400):
            message = f"base must be a positive number other than 1; got {value!r}"
            yield f, given, {"base": value}, ValueError, message
        for value in ("e", None, True, 2j, [2]):
            message = f"base must be a positive number other than 1; got {value!r}"
            yield f, given, {"base": value}, TypeError, message


def name(value):
    return value.__name__ if callable(value) else None


@pytest.mark.parametrize(
    ("function", "arguments", "keywords", "kind", "message"), list(cases()), ids=name
)
def test_the_error_says_what_must_hold_and_what_came(function, arguments, keywords, kind, message):
    with pytest.raises(kind) as caught:
        function(*arguments, **keywords)
    assert str(caught.value) == message
    assert type(caught.value) is kind
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("function", MULTICLASS + BY_ELEMENT, ids=name)
def test_what_follows_the_target_goes_by_name(function):
    _, _, *options = inspect.signature(function).parameters.values()
    assert {option.kind for option in options} == {inspect.Parameter.KEYWORD_ONLY}


numbers = st.one_of(
    st.integers(-5, 5),
    st.floats(width=16),
    st.floats(-1, 2),
    st.booleans(),
    st.sampled_from([None, "a", 1j, 10**30, math.nan, math.inf]),
)
ODD = [np.ma.masked_array(Y, mask=[0, 1]), torch.tensor(Z, requires_grad=True)]
DTYPES = ["f2", "f4", "f8", "i1", "u1", "i8", "u8", "?", "c16", "O", "U1", ">f4", "M8[s]"]


@st.composite
def arrays(draw):
    """An array of some dtype, a list that may be ragged, or a single thing."""
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return draw(st.one_of(numbers, st.sampled_from(ODD)))
    if kind == 1:
        return draw(st.lists(st.one_of(numbers, st.lists(numbers, max_size=3)), max_size=3))
    shape = draw(st.sampled_from([(), (0,), (3,), (2,), (2, 3), (0, 3), (2, 1), (2, 3, 2), (2, 2)]))
    values = draw(st.lists(st.integers(0, 2), min_size=12, max_size=12))
    scale = draw(st.sampled_from([1, 1, 0.5, -1, 1000, math.nan, math.inf]))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held = np.array(values[: math.prod(shape)]).reshape(shape)
        scaled = held * scale if scale != 1 else held
        return scaled.astype(
            draw(st.sampled_from(DTYPES[:6])) if kind < 5 else draw(st.sampled_from(DTYPES))
        )


KEYWORDS = {
    "base": st.one_of(st.just(2), numbers),
    "q": arrays(),
    "axis": st.one_of(numbers, st.just(-1), st.tuples(numbers), st.tuples(numbers, numbers)),
    "keepdims": st.one_of(st.booleans(), numbers),
    "linear_bias": arrays(),
    "num_classes": st.one_of(st.just(3), numbers),
    "dtype": st.sampled_from([*DTYPES, "nonsense", None, 3]),
    "weight": arrays(),
    "pos_weight": arrays(),
    "grad_output": arrays(),
    "ignore_index": st.one_of(st.just(-100), numbers),
    "reduction": st.one_of(st.sampled_from(["none", "mean", "sum", "batchmean"]), numbers),
    "log_target": st.one_of(st.booleans(), numbers),
    "label_smoothing": st.one_of(st.just(0.1), numbers),
}


patient = settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("function", EVERY, ids=name)
@patient
@given(data=st.data())
def test_anything_gives_a_result_or_an_error_of_ours(function, data):
    positional, keywords = [], {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is inspect.Parameter.empty:
            positional.append(data.draw(KEYWORDS.get(parameter.name, arrays())))
        elif data.draw(st.booleans()):
            keywords[parameter.name] = data.draw(KEYWORDS[parameter.name])
    before = pickle.dumps((positional, keywords))
    try:
        found = function(*positional, **keywords)
    except (IndexError, TypeError, ValueError) as raised:
        error = raised
    else:
        error = None
    assert pickle.dumps((positional, keywords)) == before
    if error is None:
        for each in found if isinstance(found, tuple) else [found]:
            assert isinstance(each, np.ndarray | np.generic | None)
            assert each is None or each.dtype.kind in "biuf"
        return
    assert Path(traceback.extract_tb(error.__traceback__)[-1].filename).parent.name == "xentref"
    assert "; got " in str(error)


# What is valid, and what a few plain lines make of it.

CLOSE = {"f2": 2e-3, "f4": 2e-6, "f8": 1e-11}  # rounding, of the dtype and of the plain lines
SCORES = st.one_of(
    st.floats(-30, 30), st.floats(-1e4, 1e4), st.sampled_from([0.0, math.inf, -math.inf, math.nan])
)
SHARES = st.one_of(st.sampled_from([0.0, 0.25, 1.0]), st.floats(0, 1))
FACTORS = st.sampled_from([0.0, 0.5, 1.0, 3.0])


def filled(draw, shape, dtype, elements):
    """An array of such elements."""
    size = math.prod(shape)
    values = draw(st.lists(elements, min_size=size, max_size=size))
    return np.array(values, np.float64).reshape(shape).astype(dtype)


def compare(function, arguments, options, wanted, dtype):
    found = function(*arguments, **options)
    assert found.dtype == dtype
    close = CLOSE[found.dtype.str[1:]]
    np.testing.assert_allclose(found, wanted.astype(dtype), rtol=close, atol=close)


@st.composite
def of_classes(draw):
    """Scores, a target and options that a cross-entropy takes."""
    array = functools.partial(filled, draw)
    dtype, word = draw(st.sampled_from(list(CLOSE))), draw(st.sampled_from(["none", "mean", "sum"]))
    shape = draw(st.sampled_from([(1,), (3,), (0, 2), (1, 1), (2, 3), (3, 2), (2, 3, 2)]))
    place = min(1, len(shape) - 1)
    rows, classes = shape[:place] + shape[place + 1 :], shape[place]
    ignored = draw(st.sampled_from([-100, -1, 0, 7]))
    if ignored < 0 and draw(st.booleans()):
        target = array(shape, dtype, SHARES)
    else:
        kind = draw(st.sampled_from(["i1", "i4", "i8"]))
        target = array(rows, kind, st.sampled_from([*range(classes), ignored]))
    return (
        array(shape, dtype, SCORES),
        target,
        {
            "weight": array((classes,), dtype, FACTORS) if draw(st.booleans()) else None,
            "ignore_index": ignored,
            "label_smoothing": draw(st.sampled_from([0.0, 0.1, 1.0])),
            "reduction": word,
        },
        array(rows if word == "none" else (), dtype, FACTORS),
    )


@patient
@given(of_classes())
def test_a_cross_entropy_is_never_a_wrong_number(drawn):
    z, t, options, outer = drawn
    with np.errstate(all="ignore"):
        wide, place, w = z.astype(np.float64), min(1, z.ndim - 1), options["weight"]
        lost = ~np.isfinite(wide.max(axis=place, keepdims=True))
        wide = np.where(lost, math.nan, wide)  # what has no softmax is nan throughout
        if lost.any():  # and stays so where nothing counts, which the plain loss leaves out
            assume(w is None or w.all())
            assume(t.dtype.kind != "f" or t.any(axis=place).all())
        loss, grad = plain_loss(wide, t, **options, grad_output=outer)
        compare(xentref.cross_entropy, (z, t), options, loss, z.dtype)
        options["grad_output"] = outer
        compare(xentref.cross_entropy_grad, (z, t), options, grad, z.dtype)


def times(share, cost):
    """A product in which nothing at all of an infinite cost is 0."""
    return np.where((share == 0) & np.isinf(cost), 0, share * cost)


def divergence(x, t):
    return np.where((t == 0) & ~np.isnan(x), 0, t * (np.log(t) - x)), -t


def divergence_of_logs(x, t):
    return times(np.exp(t), t - x), -np.exp(t)


def binary(p, t, w):
    ln, ln_not = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    grad = w * (p - t) / np.maximum(p * (1 - p), np.float32(1e-12))
    return w * -(t * ln + (1 - t) * ln_not), grad


def binary_of_scores(z, t, w, a):
    loss = times(a * t, np.logaddexp(0, -z)) + times(1 - t, np.logaddexp(0, z))
    p = 1 / (1 + np.exp(-z))
    return times(w, loss), w * ((1 - t) * p - a * t * (1 - p))


@st.composite
def of_elements(draw):
    """A function by name, what it takes, and a gradient that arrives."""
    array = functools.partial(filled, draw)
    dtype = draw(st.sampled_from(list(CLOSE)))
    shape = draw(st.sampled_from([(), (3,), (0, 2), (2, 3)]))
    name, plain = draw(
        st.sampled_from(
            [
                ("kl_div", divergence),
                ("kl_div", divergence_of_logs),
                ("binary_cross_entropy", binary),
                ("binary_cross_entropy_with_logits", binary_of_scores),
            ]
        )
    )
    words = ["none", "mean", "sum"] + ["batchmean"] * (name == "kl_div")
    options = {"reduction": draw(st.sampled_from(words))}
    if plain is divergence_of_logs:
        options["log_target"] = True
    factors = {"weight": (binary, binary_of_scores), "pos_weight": (binary_of_scores,)}
    for factor, users in factors.items():
        if plain in users:
            options[factor] = array(shape, dtype, FACTORS)
    x = array(shape, dtype, SHARES if plain is binary else SCORES)
    logs = st.floats(-30, 0)
    target = array(shape, dtype, logs if plain is divergence_of_logs else SHARES)
    outer = array(shape if options["reduction"] == "none" else (), dtype, FACTORS)
    return name, plain, x, target, options, outer


@patient
@given(of_elements())
def test_a_loss_of_each_element_is_never_a_wrong_number(drawn):
    name, plain, x, t, options, outer = drawn
    factors = [options[key] for key in ("weight", "pos_weight") if key in options]
    with np.errstate(all="ignore"):
        loss, grad = plain(*(each.astype(np.float64) for each in (x, t, *factors)))
        total = {"none": 1, "sum": 1, "mean": x.size, "batchmean": len(x) if x.ndim else 1}
        by = total[options["reduction"]] or math.nan
        if options["reduction"] != "none":
            loss = loss.sum() / by
        compare(getattr(xentref, name), (x, t), options, loss, x.dtype)
        options["grad_output"] = outer
        compare(getattr(xentref, f"{name}_grad"), (x, t), options, outer / by * grad, x.dtype)

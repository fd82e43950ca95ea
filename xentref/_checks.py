"""The questions asked of every argument, and the words of the errors.

A message says which argument, what must hold and what came. An index or an axis out of range is an
`IndexError`, a wrong kind a `TypeError`, a wrong shape or value a `ValueError`.
"""

import math
import numbers
import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xentref._kernels import Floats, wide

REAL = ("biuf", "real numbers of at most 64 bits")
CLASS = ("iu", "integers, the class indices")
CLASS_OR_PROBABILITY = ("iuf", "integers (class indices) or floats (probabilities)")


def array(name: str, value: ArrayLike, holds: tuple[str, str] = REAL) -> NDArray[Any]:
    """An array of at most 64-bit numbers of the kinds that `holds` names, its dtype untouched."""
    kinds, words = holds
    try:
        result = np.asarray(value)
    except Exception as error:  # whatever the array of another library raises
        if isinstance(error, ValueError) and "inhomogeneous" in str(error):
            raise ValueError(
                f"{name} must be a rectangular array; got sequences of unequal length"
            ) from None
        reason = str(error).partition("\n")[0]
        raise TypeError(
            f"{name} must be an array, or what NumPy makes one of; "
            f"got {type(value).__name__} ({reason})"
        ) from None
    if result.shape == (0,) and isinstance(value, list | tuple):
        result = result.astype(np.intp)  # NumPy takes an empty list for floats
    if result.dtype.kind not in kinds or result.dtype.itemsize > 8:
        raise TypeError(f"{name} must hold {words}; got dtype {result.dtype}")
    if result is not value and isinstance(value, np.ndarray):  # of a subclass, which may mask
        masked = np.count_nonzero(np.ma.getmask(value))
        if masked:
            raise ValueError(f"{name} must have no masked entries; got {masked} of them")
    return result


def float_dtype(input: NDArray[Any], *others: NDArray[Any]) -> np.dtype[np.floating]:
    """The dtype of the result: integers count as float64 in `input`, and not at all elsewhere."""
    dtype = input.dtype if input.dtype.kind == "f" else np.dtype(np.float64)
    for other in others:
        if other.dtype.kind == "f":
            dtype = np.promote_types(dtype, other.dtype)
    return dtype if dtype.isnative else dtype.newbyteorder("=")


def real_dtype(name: str, value: DTypeLike) -> np.dtype[Any]:
    """A NumPy dtype of real numbers."""
    try:
        result = np.dtype(value)
    except (TypeError, ValueError):
        result = np.dtype(object)
    if result.kind not in REAL[0]:
        raise TypeError(f"{name} must be a NumPy dtype of real numbers; got {value!r}")
    return result


def floating_dtype(name: str, value: DTypeLike) -> np.dtype[np.floating]:
    """A NumPy dtype of floats."""
    result = real_dtype(name, value)
    if result.kind != "f":
        raise TypeError(f"{name} must be a NumPy dtype of floats; got {value!r}")
    return result


def integer(name: str, value: object) -> int:
    """A Python int; True and False are not counted among the integers."""
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be an integer; got {value!r}") from None


def flag(name: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False; got {value!r}")
    return bool(value)


def fraction(name: str, value: object) -> float:
    """A Python float in [0, 1]."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number in [0, 1]; got {value!r}")
    if not 0 <= value <= 1:  # type: ignore[operator]  # so written, it refuses nan
        raise ValueError(f"{name} must lie in [0, 1]; got {value!r}")
    return float(value)


def real(name: str, value: object) -> float:
    """A finite Python float."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a real number; got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite; got {value!r}")
    return float(value)


def positive(name: str, value: object) -> float:
    """A finite Python float above 0."""
    result = real(name, value)
    if not result > 0:
        raise ValueError(f"{name} must be positive; got {value!r}")
    return result


def base(value: object) -> float:
    """The base of a logarithm, as a Python float."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"base must be a positive number other than 1; got {value!r}")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not 0 < result < math.inf or result == 1:
        raise ValueError(f"base must be a positive number other than 1; got {value!r}")
    return result


def reduction(value: object, *further: str) -> str:
    """One of the three words, or of those that one loss has besides."""
    words = ("none", "mean", "sum", *further)
    if not isinstance(value, str) or value not in words:
        *first, last = map(repr, words)
        raise ValueError(f"reduction must be {', '.join(first)} or {last}; got {value!r}")
    return value


def axis(value: object, ndim: int, name: str = "input") -> int:
    """One axis, counted from the front."""
    number = integer("axis", value)
    if ndim == 0:
        raise ValueError(f"{name} must have at least one axis, for axis={number}; got shape ()")
    if not -ndim <= number < ndim:
        raise IndexError(f"axis must lie in [{-ndim}, {ndim}) for {ndim} axes; got {number}")
    return number % ndim


def axes(value: object, ndim: int) -> tuple[int, ...]:
    """One axis, several, or all of them for None, counted from the front."""
    if value is None:
        return tuple(range(ndim))
    found = tuple(axis(each, ndim) for each in (value if isinstance(value, tuple) else (value,)))
    if len(set(found)) < len(found):
        raise ValueError(f"axis must name each axis once; got {value!r}")
    return found


def rows(values: NDArray[Any], *last: int) -> Floats:
    """The values in float64 with the named axes merged into one, the last and contiguous in memory.

    NumPy sums in pairs, and so loses little, only along an axis that is contiguous.
    """
    left = [i for i in range(values.ndim) if i not in last]
    size = math.prod(values.shape[i] for i in last)
    moved = wide(values.transpose(*left, *last))
    return moved.reshape(*moved.shape[: len(left)], size)


def along(values: NDArray[Any], axis: int) -> NDArray[Any]:
    """The values as (N, D, C): what stands before an axis, what after it, and the axis itself.

    It is a view wherever the memory allows one, above all where the values are contiguous.
    """
    before, after = math.prod(values.shape[:axis]), math.prod(values.shape[axis + 1 :])
    return values.reshape(before, values.shape[axis], after).swapaxes(1, 2)


def class_axis(input: NDArray[Any]) -> int:
    """Where (C), (N, C) and (N, C, d1…dK) have their classes."""
    place = min(1, input.ndim - 1)
    if input.ndim == 0 or input.shape[place] == 0:
        raise ValueError(
            "input must have shape (C,), (N, C) or (N, C, d1, ..., dK) with at least one class; "
            f"got {input.shape}"
        )
    return place


def is_probability(
    target: NDArray[Any], row_shape: tuple[int, ...], logits: tuple[int, ...], whose: str
) -> bool:
    """Whether the target holds a distribution for each row, or one class index."""
    is_float = target.dtype.kind == "f"
    if target.shape not in (row_shape, logits):
        raise ValueError(
            f"target must have shape {row_shape} for class indices or {whose} shape {logits} for "
            f"probabilities; got {target.shape}"
        )
    if is_float != (target.shape == logits):
        words = "integers, the class indices" if is_float else "floats, the probabilities"
        raise TypeError(
            f"target of shape {target.shape} must hold {words}; got dtype {target.dtype}"
        )
    return is_float


def class_indices(
    target: NDArray[Any], classes: int, ignore_index: int | None = None
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The indices, with 0 for an ignored one, and which of them are kept."""
    index = np.asarray(target, np.intp)
    fits = np.asarray(index.view(np.uintp) < classes)  # seen so, what is negative is large
    none_ignored = ignore_index is None or not 0 <= ignore_index < classes
    if none_ignored and np.count_nonzero(fits) == fits.size:
        return index, fits
    kept = np.full(target.shape, True) if ignore_index is None else target != ignore_index
    wrong = kept & ((target < 0) | (target >= classes))
    if np.any(wrong):
        ignored = "" if ignore_index is None else f" or be ignore_index={ignore_index}"
        came = _first(target, wrong)
        raise IndexError(f"target must lie in [0, {classes}){ignored}; got {came}")
    return np.where(kept, target, 0).astype(np.intp), np.asarray(kept)


def shape(name: str, values: NDArray[Any], expected: tuple[int, ...], why: str) -> None:
    """The values have the one shape that they can have."""
    if values.shape != expected:
        raise ValueError(f"{name} must have shape {expected}, {why}; got {values.shape}")


def pair(input: ArrayLike, target: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """The input and the target of a loss that takes each element by itself."""
    values, wanted = array("input", input), array("target", target)
    shape("target", wanted, values.shape, "that of input")
    return values, wanted


def unit_interval(name: str, values: NDArray[Any]) -> None:
    """Each value lies in [0, 1]; a nan may pass, to be seen in the result."""
    # Asked of the extremes first, which needs no memory; fmin and fmax pass over a nan.
    if (
        np.fmin.reduce(values, axis=None, initial=0) < 0
        or np.fmax.reduce(values, axis=None, initial=1) > 1
    ):
        came = _first(values, (values < 0) | (values > 1))
        raise ValueError(f"{name} must lie in [0, 1]; got {came}")


def distributions(name: str, values: NDArray[Any], axis: int) -> Floats:
    """Rows of probabilities that sum to one; a nan may pass, to be seen in the result."""
    unit_interval(name, values)
    result = rows(values, axis)
    sums = result.sum(axis=-1)
    # What the rounding of long rows needs; many a float64 array holds numbers rounded to float32.
    tolerance = 1e-2 if float_dtype(values) == np.float16 else 1e-4
    wrong = np.abs(sums - 1.0) > tolerance
    if np.any(wrong):
        raise ValueError(
            f"{name} must sum to 1 (within {tolerance:g}) along axis {axis}; "
            f"got {_first(np.asarray(sums), np.asarray(wrong))}"
        )
    return result


def class_weight(value: ArrayLike | None, classes: int) -> Floats:
    """One weight per class, each 1 by default."""
    if value is None:
        return np.ones(classes)
    weights = _weights("weight", value)
    shape("weight", weights, (classes,), "one entry per class")
    return weights


def element_weight(name: str, value: ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    """Weights spread over a shape, each 1 by default."""
    weights = np.ones(()) if value is None else _weights(name, value)
    try:
        return np.broadcast_to(weights, shape)
    except ValueError:
        raise ValueError(
            f"{name} must broadcast to shape {shape}, that of input; got {weights.shape}"
        ) from None


def _weights(name: str, value: ArrayLike) -> Floats:
    values = array(name, value)
    negative = values < 0
    if np.any(negative):
        raise ValueError(f"{name} must not be negative; got {_first(values, negative)}")
    return wide(values)


def _first(values: NDArray[Any], chosen: NDArray[np.bool_]) -> str:
    """The first of the chosen values, and where it stands."""
    place = tuple(int(i) for i in np.argwhere(chosen)[0])
    return f"{values[place].item()!r}" + (f" at position {place}" if place else "")

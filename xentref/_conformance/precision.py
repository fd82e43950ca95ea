"""The dtypes in which an implementation can be checked."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Precision(NamedTuple):
    """What a dtype can hold. NumPy has no bfloat16: its numbers come in float32 arrays."""

    name: str
    dtype: np.dtype[np.floating]
    eps: float  # the distance from 1 to the next number
    largest: float
    tiny: float  # the smallest normal number

    def array(self, values: ArrayLike) -> NDArray[np.floating]:
        """The values, rounded to what the dtype can hold."""
        result = np.array(values, self.dtype)
        if self.name == "bfloat16":
            # The upper half of a float32, rounded to even; the kit has no nan that this would hurt.
            bits = result.view(np.uint32)
            bits += 0x7FFF + ((bits >> 16) & 1)
            bits &= 0xFFFF0000
        return result


def _of(name: str) -> Precision:
    info = np.finfo(name)
    return Precision(name, np.dtype(name), float(info.eps), float(info.max), float(info.tiny))


_SINGLE = _of("float32")
PRECISIONS = {
    "float16": _of("float16"),
    "bfloat16": Precision("bfloat16", _SINGLE.dtype, 2.0**-7, 255 * 2.0**120, _SINGLE.tiny),
    "float32": _SINGLE,
    "float64": _of("float64"),
}


def precision(value: Any) -> Precision:
    """One of them, by its name or its NumPy dtype."""
    name = value
    if value != "bfloat16":
        try:
            name = np.dtype(value).name
        except (TypeError, ValueError):
            name = None
    if name is None or name not in PRECISIONS:
        raise TypeError(
            f"dtype must be float16, float32, float64 or the word 'bfloat16'; got {value!r}"
        )
    return PRECISIONS[name]

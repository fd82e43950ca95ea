"""How far a float is from the true value, in units of its last place."""

import mpmath
import numpy as np
from mpmath import mpf

mpmath.mp.dps = 400  # a loss of 1e-300 is 1 minus a probability that agrees with 1 to 300 digits


def exact(value):
    return mpf(float(value))


def ulps(got, want):
    """The distance of `got`, a NumPy float, from the mpmath number `want`, in last places."""
    place = np.spacing(abs(got.dtype.type(float(want))))
    return float(abs(exact(got) - want) / exact(place))


def log_softmax(scores):
    total = mpmath.log(mpmath.fsum(mpmath.exp(exact(z)) for z in scores))
    return [exact(z) - total for z in scores]


def log_sigmoid(score):
    return -mpmath.log1p(mpmath.exp(-exact(score)))

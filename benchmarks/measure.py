"""Measure one thing in one library, in a process of its own: `python -m benchmarks.measure JSON`.

A process of its own, because what the libraries leave behind of each other's memory would otherwise
decide how long the next one waits for its own. Prints JSON.
"""

import json
import resource
import sys
import timeit
from collections.abc import Callable
from typing import Any

import numpy as np

Functions = dict[str, Callable[[], Any]]


def data(rows: int, classes: int, dtype: str, margin: float = 0.0) -> tuple[Any, Any]:
    """Scores from a normal distribution, those of the targets raised by a margin."""
    rng = np.random.default_rng(0)
    # Nothing is made larger than it will stay, so that the high-water mark of memory is the data.
    z = rng.standard_normal((rows, classes), np.float32).astype(dtype, copy=False)
    y = rng.integers(0, classes, rows)
    z[np.arange(rows), y] += margin
    return z, y


def layer(rows: int, features: int, classes: int, dtype: str) -> tuple[Any, Any, Any]:
    """Features, the weights of a layer and targets."""
    x, _ = data(rows, features, dtype)
    w = data(classes, features, dtype)[0]
    w /= np.sqrt(features)
    return x, w, np.random.default_rng(1).integers(0, classes, rows)


def xentref(task: str, arguments: list[Any]) -> Functions:
    """Ours."""
    import xentref as ours
    from xentref import testing

    given = layer(*arguments) if task.startswith("linear") else data(*arguments)

    def both() -> None:
        ours.cross_entropy(*given)
        ours.cross_entropy_grad(*given)

    def linear_both() -> None:
        ours.linear_cross_entropy(*given)
        ours.linear_cross_entropy_grad(*given)

    return {
        "forward": lambda: ours.cross_entropy(*given),
        "losses": lambda: ours.cross_entropy(*given, reduction="none"),
        "gradient": both,
        "softmax": lambda: ours.softmax(given[0]),
        "log_softmax": lambda: ours.log_softmax(given[0]),
        "logsumexp": lambda: ours.logsumexp(given[0]),
        "linear": lambda: ours.linear_cross_entropy(*given),
        "linear gradient": linear_both,
        "kit": lambda: testing.check_cross_entropy(testing.reference, supports=testing.features()),
    }


def torch(task: str, arguments: list[Any]) -> Functions:
    """PyTorch, on one thread."""
    import torch as theirs
    import torch.nn.functional as F  # noqa: N812

    from xentref import testing

    theirs.set_num_threads(1)
    is_linear = task.startswith("linear")
    given = [theirs.from_numpy(a) for a in (layer if is_linear else data)(*arguments)]

    def backward() -> None:
        leaf = given[0].detach().requires_grad_()
        F.cross_entropy(leaf, given[1]).backward()

    def linear_backward() -> None:
        x, w = (each.detach().requires_grad_() for each in given[:2])
        F.linear_cross_entropy(x, w, given[2]).backward()

    offered = testing.features().keys() - {"z_loss", "softcap", "bias"}
    return {
        "forward": lambda: F.cross_entropy(*given),
        "losses": lambda: F.cross_entropy(*given, reduction="none").numpy(),
        "gradient": backward,
        "softmax": lambda: theirs.softmax(given[0], -1),
        "log_softmax": lambda: theirs.log_softmax(given[0], -1),
        "logsumexp": lambda: theirs.logsumexp(given[0], -1),
        "linear": lambda: F.linear_cross_entropy(*given),
        "linear gradient": linear_backward,
        "kit": lambda: testing.check_cross_entropy(
            testing.from_torch(F.cross_entropy), supports=offered
        ),
    }


def scipy(task: str, arguments: list[Any]) -> Functions:
    """SciPy has no such loss: what one writes with its log_softmax."""
    from scipy import special

    z, y = data(*arguments)
    rows = np.arange(len(z))
    return {
        "forward": lambda: -special.log_softmax(z, axis=-1)[rows, y].mean(),
        "losses": lambda: -special.log_softmax(z, axis=-1)[rows, y],
        "softmax": lambda: special.softmax(z, axis=-1),
        "log_softmax": lambda: special.log_softmax(z, axis=-1),
        "logsumexp": lambda: special.logsumexp(z, axis=-1),
    }


def sklearn(task: str, arguments: list[Any]) -> Functions:
    """scikit-learn's log_loss takes probabilities: they are given, the softmax is not counted."""
    from scipy import special
    from sklearn.metrics import log_loss

    z, y = data(*arguments)
    p, labels = special.softmax(z, axis=-1), np.arange(z.shape[1])
    return {
        "forward": lambda: log_loss(y, p, labels=labels),
        "losses": lambda: np.array(
            [log_loss([a], b[None], labels=labels) for a, b in zip(y, p, strict=True)]
        ),
    }


def floor(task: str, arguments: list[Any]) -> Functions:
    """What no loss in NumPy can do without: exp(z - m) of every score, piece by piece."""
    scores = data(*arguments)[0].ravel()
    piece = np.empty(min(len(scores), 16384), scores.dtype)

    def exponentials() -> None:
        for start in range(0, len(scores), len(piece)):
            part = scores[start : start + len(piece)]
            shifted = np.subtract(part, 1, out=piece[: len(part)])
            np.exp(shifted, out=shifted)

    return {"forward": exponentials}


def seconds(function: Callable[[], Any]) -> float:
    """The best time of a call."""
    timer = timeit.Timer(function)
    function()
    calls = max(1, int(0.1 / max(timer.timeit(1), 1e-7)))
    return min(timer.repeat(7, calls)) / calls


def extra_bytes(function: Callable[[], Any]) -> int:
    """How far a call raises the high-water mark of the process's memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    function()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (after - before) * (1 if sys.platform == "darwin" else 1024)


def worst_ulps(losses: Any, arguments: list[Any]) -> float:
    """The largest distance of a loss from the truth, in units of its last place."""
    import mpmath

    mpmath.mp.dps = 40
    z, y = data(*arguments)
    result = 0.0
    for row, own, loss in zip(z, y, np.asarray(losses), strict=True):
        others = np.delete(row, own).tolist()
        rest = mpmath.fsum(mpmath.exp(mpmath.mpf(each) - float(row[own])) for each in others)
        truth = mpmath.log1p(rest)
        place = float(np.spacing(row.dtype.type(float(truth))))
        result = max(result, float(abs(mpmath.mpf(float(loss)) - truth)) / place)
    return result


def main() -> None:
    """Read what to measure, print what it measured."""
    library, what, task, arguments = json.loads(sys.argv[1])
    function = globals()[library](task, arguments)[task]
    if what == "seconds":
        result = seconds(function)
    elif what == "bytes":
        result = extra_bytes(function)
    else:
        result = worst_ulps(function(), arguments)
    print(json.dumps(result))


if __name__ == "__main__":
    main()

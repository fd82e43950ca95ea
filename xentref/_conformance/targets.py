"""Checks of targets that name no class.

They come last: on a GPU, an index out of range can leave the device unusable for the rest of the
process. What never gives a number refuses nothing, so they begin with targets that are good.
"""

import numpy as np

from xentref._conformance.cases import Case
from xentref._conformance.probe import Finding, NoResult, NotMade, Probe, Raised
from xentref._conformance.registry import check


def _refused(probe: Probe, case: Case, wrong: list[int]) -> None:
    """An error, or nan wherever a row in `wrong` has a part."""

    def problem(case: Case) -> Finding | None:
        bad = ((case.target < 0) | (case.target >= case.classes)) & (
            case.target != case.ignore_index
        )
        if not np.any(bad):
            return None
        try:
            got = probe.run(case).loss
        except Raised:
            return None
        of_bad = got[bad] if case.reduction == "none" else got.reshape(1)
        if np.all(np.isnan(of_bad)):
            return None
        message = (
            f"target {case.target[bad][0]} of {case.classes} classes gives a loss of "
            f"{of_bad[~np.isnan(of_bad)][0]:.6g}, should raise or give nan"
        )
        return Finding("loss", message, got, "an error or nan", case)

    target = case.target.copy()
    target[[1, 4]] = wrong
    for word in probe.reductions:
        if not _answers(probe, case.but(reduction=word)):
            raise NotMade("needs a loss for good targets")
        probe.holds(case.but(target=target, reduction=word), problem)


def _answers(probe: Probe, case: Case) -> bool:
    """Whether there is a loss, and it is a number."""
    try:
        return not np.any(np.isnan(probe.run(case).loss))
    except NoResult:
        return False


@check(
    "bad targets",
    "a target of C, one too many, raises or gives nan",
    "labels counted from 1; an index held at the last class; padding or the next row that is read",
)
def target_too_large(probe: Probe) -> None:
    _refused(probe, probe.case(6, 5), [5, 5])


@check(
    "bad targets",
    "a target further out raises or gives nan",
    "an index taken modulo C; a one-hot row of zeros, which costs 0",
)
def target_far_out(probe: Probe) -> None:
    _refused(probe, probe.case(6, 5), [7, 19])


@check(
    "bad targets",
    "a target of -1 raises or gives nan, unless it is the ignored one",
    "an index counted from the end; every negative target taken for ignored",
)
def target_of_minus_1(probe: Probe) -> None:
    _refused(probe, probe.case(6, 5), [-1, -1])


@check(
    "bad targets",
    "-100 is as bad as any, if another number is the ignored one",
    "-100 written into the code",
    "ignore_index",
)
def target_of_minus_100(probe: Probe) -> None:
    _refused(probe, probe.case(6, 5).but(ignore_index=-1), [-100, -100])

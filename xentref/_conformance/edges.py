"""Checks of batches in which nothing counts: empty, all ignored, all of weight 0."""

import numpy as np

from xentref._conformance.cases import Case
from xentref._conformance.oracle import wanted
from xentref._conformance.probe import Finding, Probe, Raised, worst
from xentref._conformance.registry import check


def _of_nothing(probe: Probe, case: Case, policy: str | None = None) -> None:
    """The loss of the reference, or 0 if that is a choice; a gradient without nan."""

    def problem(case: Case) -> Finding | None:
        want = wanted(case)
        try:
            got = probe.run(case)
        except Raised as error:
            if case.input.size:
                raise
            return Finding("no result", str(error), None, want.loss, case, "empty-refused")
        found = probe.compared("loss", got.loss, want.loss, 1.0, case, policy, got.loss == 0)
        if got.grad is None:
            return found
        return worst([found, probe.compared("gradient", got.grad, want.grad, 1.0, case)])

    probe.holds(case, problem)


@check(
    "nothing counts",
    "the sum over an empty batch is 0, and no row has a loss",
    "a kernel that is started with no rows at all",
    "none|sum",
)
def empty_batch(probe: Probe) -> None:
    case = probe.of(np.zeros((0, 3)), [])
    for word in [word for word in probe.reductions if word != "mean"]:
        _of_nothing(probe, case.but(reduction=word))


@check(
    "nothing counts",
    "the mean over an empty batch is nan, since there is none",
    "a denominator held at 1",
    "mean",
)
def mean_of_an_empty_batch(probe: Probe) -> None:
    _of_nothing(probe, probe.of(np.zeros((0, 3)), [], reduction="mean"), "empty-zero")


def _all_ignored(probe: Probe, word: str) -> Case:
    case = probe.case(3, 4)
    return case.but(target=np.full(3, -100), reduction=word)


@check(
    "nothing counts",
    "if every target is ignored, the sum is 0, every row is 0, and so is the gradient",
    "a division by a count of 0 where nothing is averaged",
    "ignore_index none|sum",
)
def all_ignored(probe: Probe) -> None:
    for word in [word for word in probe.reductions if word != "mean"]:
        probe.both(_all_ignored(probe, word))


@check(
    "nothing counts",
    "if every target is ignored, the mean is nan",
    "a denominator held at 1, or at some small number",
    "ignore_index mean",
)
def mean_of_all_ignored(probe: Probe) -> None:
    _of_nothing(probe, _all_ignored(probe, "mean"), "all-ignored-zero")


@check(
    "nothing counts",
    "if every target is ignored, the gradient is 0, not nan, whatever the mean is",
    "a gradient of 0 / 0, which ruins every weight of the model in one step",
    "ignore_index mean gradient",
)
def gradient_of_all_ignored(probe: Probe) -> None:
    probe.gradient(_all_ignored(probe, "mean"))


@check(
    "nothing counts",
    "if the classes of all targets weigh 0, the mean is nan",
    "a denominator held at 1, or at some small number",
    "weight mean",
)
def mean_of_weights_of_zero(probe: Probe) -> None:
    case = probe.of([[0.0, 1.0], [2.0, 0.0]], [1, 1], weight=probe.array([1.0, 0.0]))

    def problem(case: Case) -> Finding | None:
        got, want = probe.run(case).loss, wanted(case).loss
        return probe.compared("loss", got, want, 1.0, case, "all-ignored-zero", got == 0)

    probe.holds(case.but(reduction="mean"), problem)


def _broken(probe: Probe, value: float, word: str) -> Case:
    case = probe.case(4, 3)
    scores, target = case.input.copy(), case.target.copy()
    scores[1], target[1] = value, -100
    return case.but(input=scores, target=target, reduction=word)


@check(
    "nothing counts",
    "nan and inf in an ignored row do not reach the loss",
    "a loss that is multiplied by a mask of 0 instead of being replaced",
    "ignore_index",
)
def nan_in_an_ignored_row(probe: Probe) -> None:
    for value in (np.nan, np.inf, -np.inf):
        for word in probe.reductions:
            probe.loss(_broken(probe, value, word))


@check(
    "nothing counts",
    "nan and inf in an ignored row do not reach the gradient, not even that of the row",
    "a gradient that is multiplied by 0 instead of being replaced",
    "ignore_index gradient",
)
def nan_in_an_ignored_gradient(probe: Probe) -> None:
    def problem(case: Case) -> Finding | None:
        got, want = probe.run(case).grad, wanted(case)
        assert got is not None
        excused = np.isnan(got) & (case.target == case.ignore_index)[:, None]
        policy = "ignored-nan-gradient"
        return probe.compared("gradient", got, want.grad, want.reach, case, policy, excused)

    for value in (np.nan, np.inf, -np.inf):
        for word in probe.reductions:
            probe.holds(_broken(probe, value, word), problem)

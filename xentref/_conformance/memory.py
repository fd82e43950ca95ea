"""Checks of how arrays lie in memory, of what a call leaves behind, and of batches cut in parts."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xentref._conformance.cases import Array, Case, fortran, sliced, strided
from xentref._conformance.oracle import wanted
from xentref._conformance.probe import Finding, Output, Probe, worst
from xentref._conformance.registry import check

# Layouts.


def _laid_out(probe: Probe, layout: Callable[[Array], Array]) -> None:
    case = probe.case(7, 5)
    options: dict[str, Any] = {}
    if "weight" in probe.supports:
        options["weight"] = probe.array([0.5, 2.0, 1.0, 3.5, 1.5])
    for word in probe.reductions:
        if word == "none" and "grad_output" in probe.supports:
            options["grad_output"] = probe.array([1.0, -2.0, 0.5, 3.0, 0.25, -1.5, 2.0])
        else:
            options["grad_output"] = None
        probe.both(case.but(layout=layout, reduction=word, **options))


@check(
    "memory",
    "scores whose rows, not whose classes, are contiguous are read as they are meant",
    "a stride of 1 taken for granted along the classes",
)
def transposed(probe: Probe) -> None:
    _laid_out(probe, fortran)


@check(
    "memory",
    "every second number of a wider array is read as meant, for each argument",
    "a pointer that moves by one number at a time",
)
def every_second(probe: Probe) -> None:
    _laid_out(probe, strided)


@check(
    "memory",
    "a part from the inside of a larger array is read as meant, for each argument",
    "rows taken for adjacent, an offset that is forgotten",
)
def inside_of_a_larger_array(probe: Probe) -> None:
    _laid_out(probe, sliced)


# What a call leaves behind.


@check(
    "memory",
    "no argument is changed",
    "scores written over by their exponentials or by the gradient, ignored targets set to 0",
)
def arguments_unchanged(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        arguments = case.arguments()
        probe.call(arguments)
        found = []
        for name, before in case.arguments().items():
            if isinstance(before, np.ndarray) and not np.array_equal(before, arguments[name]):
                message = f"the call changes {name}"
                policy = "input-overwritten" if name == "input" else None
                found.append(Finding(name, message, arguments[name], before, case, policy))
        return worst(found)

    numbers = {
        "weight": probe.array([0.5, 2.0, 1.0, 3.5, 1.5]),
        "bias": probe.array([1.5, -2.0, 0.25, 4.0, -0.5]),
    }
    given = {name: array for name, array in numbers.items() if name in probe.supports}
    case = probe.case(6, 5)
    if "ignore_index" in probe.supports:
        case = case.but(target=np.where(np.arange(6) == 2, -100, case.target))
    cases = [case, probe.soft(6, 5)] if "probabilities" in probe.supports else [case]
    for case in cases:
        for word in probe.reductions:
            each = case.but(reduction=word, **given)
            probe.holds(probe.upstream(each) if "grad_output" in probe.supports else each, wrong)


@check(
    "memory",
    "the same call gives the same bits again, whatever was called in between",
    "a buffer that is not cleared, a state that is kept, an order of adding that is left to chance",
)
def repeatable(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        first = _copied(probe.run(case))
        found = []
        for again in (lambda: None, lambda: probe.run(probe.case(3, 4, seed=1))):
            again()
            for kind, one, two in _pairs(first, _copied(probe.run(case))):
                if not np.array_equal(one, two, equal_nan=True):
                    message = f"the {kind} of another call with the same arguments differs"
                    unit = wanted(case).reach if kind == "gradient" else 1.0
                    close = not probe.differs(two, one.astype(np.float64), unit)
                    policy = "last-bits-vary" if close else None
                    found.append(Finding(kind, message, two, one, case, policy))
        return worst(found)

    for word in probe.reductions:
        probe.holds(probe.case(64, 33).but(reduction=word), wrong)


def _copied(output: Output) -> Output:
    return Output(output.loss.copy(), None if output.grad is None else output.grad.copy())


def _pairs(one: Output, two: Output) -> list[tuple[str, Array, Array]]:
    found = [("loss", one.loss, two.loss)]
    if one.grad is not None and two.grad is not None:
        found.append(("gradient", one.grad, two.grad))
    return found


@check(
    "memory",
    "a result stays what it is when the function is called again",
    "a buffer that every call returns, and writes over",
)
def results_are_kept(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        held = probe.run(case)
        before = _copied(held)
        other = case.but(input=probe.array(-case.input))
        probe.run(other)
        for kind, now, then in _pairs(held, before):
            if not np.array_equal(now, then, equal_nan=True):
                message = f"the {kind} of an earlier call has changed"
                return Finding(kind, message, now, then, case)
        return None

    for word in probe.reductions:
        probe.holds(probe.case(4, 3).but(reduction=word), wrong)


# Parts.


def _parted(probe: Probe) -> Case:
    case = probe.case(130, 5)
    if "ignore_index" in probe.supports:
        case = case.but(target=np.where(np.arange(130) % 3 == 0, -100, case.target))
    return case


@check(
    "parts",
    "the sums of micro-batches, added up and divided by the rows that count, make the mean",
    "a mean of means, or a sum that depends on how many rows come with it",
    "sum mean",
    ulps=64,
)
def sums_of_parts_make_the_mean(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        whole = probe.run(case.but(reduction="mean"))
        parts = [slice(start, start + 32) for start in range(0, len(case.input), 32)]
        outputs = [probe.run(case.rows(part).but(reduction="sum")) for part in parts]
        total = max(1, int(np.count_nonzero(case.target != case.ignore_index)))
        loss = np.asarray(sum(float(each.loss) for each in outputs) / total)
        return probe.compared("mean of the whole", whole.loss, loss, 1.0, case)

    probe.holds(_parted(probe), wrong)


@check(
    "parts",
    "the gradients of micro-batches, divided alike, make the gradient of the mean",
    "a gradient that is scaled by the size of its own micro-batch",
    "sum mean gradient",
)
def gradients_of_parts_make_the_gradient(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        whole = probe.run(case.but(reduction="mean")).grad
        parts = [slice(start, start + 32) for start in range(0, len(case.input), 32)]
        grads = [probe.run(case.rows(part).but(reduction="sum")).grad for part in parts]
        total = max(1, int(np.count_nonzero(case.target != case.ignore_index)))
        held = [grad.astype(np.float64) for grad in grads if grad is not None]
        assert whole is not None
        return probe.compared("gradient", whole, np.concatenate(held) / total, 1.0, case)

    probe.holds(_parted(probe), wrong)


@check(
    "parts",
    "a row costs the same alone as in company",
    "a maximum, a sum or a count that runs over rows",
    "none",
)
def a_row_alone(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        whole = probe.run(case).loss
        alone = [probe.run(case.rows([row])).loss.ravel() for row in range(len(case.input))]
        together = np.concatenate([np.zeros(0), *alone]).astype(np.float64)
        return probe.compared("loss", whole, together, 1.0, case)

    probe.holds(probe.case(9, 5).but(reduction="none"), wrong)


@check(
    "parts",
    "rows in another order have the same losses and gradients, in that order",
    "the first or the last row treated apart, targets read in another order than scores",
)
def rows_in_another_order(probe: Probe) -> None:
    order = [5, 2, 7, 0, 3, 6, 1, 4]

    def wrong(case: Case) -> Finding | None:
        places = [place for place in order if place < len(case.input)]
        one, two = probe.run(case), probe.run(case.rows(places))
        for kind, before, after in _pairs(one, two):
            moved = before if before.ndim == 0 else before[places]
            if found := probe.compared(kind, after, moved.astype(np.float64), 1.0, case):
                return found
        return None

    for word in probe.reductions:
        probe.holds(probe.case(8, 5).but(reduction=word), wrong)


@check(
    "parts",
    "classes in another order, with the targets and weights that go with them, cost the same",
    "a class that is treated apart: the first as background, the last as padding",
)
def classes_in_another_order(probe: Probe) -> None:
    case = probe.case(8, 5)
    if "weight" in probe.supports:
        case = case.but(weight=probe.array([0.5, 2.0, 1.0, 3.5, 1.5]))
    order = np.array([3, 0, 4, 1, 2])
    back = np.argsort(order)
    for word in probe.reductions:
        probe.both(
            case.but(
                input=case.input[:, order],
                target=back[case.target],
                weight=None if case.weight is None else case.weight[order],
                reduction=word,
            )
        )

"""Checks of everyday values: losses, gradients, denominators, smoothing."""

import numpy as np

from xentref._conformance.cases import Case, expanded
from xentref._conformance.probe import Finding, Probe, Raised
from xentref._conformance.registry import check

# Values.


@check(
    "values",
    "each row costs minus the log-probability of its class",
    "a lost minus, log2 for ln, the probability of another row or class",
    "none",
)
def row_losses(probe: Probe) -> None:
    probe.loss(probe.case(8, 5).but(reduction="none"))


@check(
    "values",
    "the sum adds the losses of all rows",
    "a mean under the name of a sum, a last row left out",
    "sum",
)
def sum_of_rows(probe: Probe) -> None:
    probe.loss(probe.case(8, 5).but(reduction="sum"))


@check(
    "values",
    "the mean divides the sum by the number of rows",
    "a division by the number of classes, or of all scores",
    "mean",
)
def mean_of_rows(probe: Probe) -> None:
    probe.loss(probe.case(8, 5).but(reduction="mean"))


@check(
    "values",
    "a batch of one row is a batch",
    "axes of length 1 that are squeezed away, a division by N - 1",
)
def one_row(probe: Probe) -> None:
    for word in probe.reductions:
        probe.loss(probe.case(1, 4).but(reduction=word))


@check(
    "values",
    "1037 rows, not a multiple of any block of rows, all count, and once",
    "rows beyond the last whole block that are left out, or counted twice",
    ulps=64,
)
def many_rows(probe: Probe) -> None:
    for word in probe.reductions:
        probe.loss(probe.case(1037, 7).but(reduction=word))


@check(
    "values",
    "equal scores cost the logarithm of the number of classes",
    "a number of classes that is off by one, a log of something else",
)
def equal_scores(probe: Probe) -> None:
    for classes in (2, 3, 10, 100):
        probe.loss(probe.of(np.zeros((1, classes)), [classes - 1]))


@check(
    "values",
    "every class can be the target, the first and the last too",
    "class indices counted from 1, a last class that is never read",
)
def every_class(probe: Probe) -> None:
    case = probe.case(6, 6)
    probe.loss(case.but(target=np.arange(6)))


@check(
    "values",
    "targets in int32 cost what those in int64 cost, or raise an error",
    "int32 that is read as int64, two targets for one",
)
def targets_in_32_bits(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        try:
            return probe.wrong_loss(case)
        except Raised:
            return None

    case = probe.case(8, 5)
    for word in probe.reductions:
        probe.loss(case.but(reduction=word))
        probe.holds(case.but(target=case.target.astype(np.int32), reduction=word), wrong)


# Gradients.


@check(
    "gradients",
    "the gradient of the mean is softmax minus one-hot, over the number of rows",
    "a gradient that is not divided, a log-probability for a probability",
    "gradient mean",
)
def gradient_of_the_mean(probe: Probe) -> None:
    probe.gradient(probe.case(6, 5).but(reduction="mean"))


@check(
    "gradients",
    "the gradient of the sum is softmax minus one-hot",
    "a gradient that is divided all the same, a minus in the wrong place",
    "gradient sum",
)
def gradient_of_the_sum(probe: Probe) -> None:
    probe.gradient(probe.case(6, 5).but(reduction="sum"))


@check(
    "gradients",
    "without reduction and without upstream, the gradient is that of the sum",
    "a division by N where nothing is reduced",
    "gradient none",
)
def gradient_of_the_rows(probe: Probe) -> None:
    probe.gradient(probe.case(6, 5).but(reduction="none"))


@check(
    "gradients",
    "what arrives from outside multiplies the gradient of the mean",
    "an upstream that is ignored, as in a loss that is always the last step",
    "gradient grad_output mean",
)
def upstream_of_the_mean(probe: Probe) -> None:
    for value in (2.5, -0.75, 0.0):
        upstream = probe.array(value)
        probe.gradient(probe.case(4, 5).but(reduction="mean", grad_output=upstream))


@check(
    "gradients",
    "what arrives from outside multiplies the gradient of the sum",
    "an upstream that is ignored, or used twice",
    "gradient grad_output sum",
)
def upstream_of_the_sum(probe: Probe) -> None:
    for value in (2.5, -0.75, 0.0):
        upstream = probe.array(value)
        probe.gradient(probe.case(4, 5).but(reduction="sum", grad_output=upstream))


@check(
    "gradients",
    "without reduction, each row has an upstream of its own",
    "an upstream that is ignored, summed, averaged, or read from the first row only",
    "gradient grad_output none",
)
def upstream_of_each_row(probe: Probe) -> None:
    upstream = probe.array([1.0, -2.0, 0.5, 3.0, 0.25, -1.5])
    probe.gradient(probe.case(6, 5).but(reduction="none", grad_output=upstream))


@check(
    "gradients",
    "an upstream of one number seen N times, as a sum leaves it, is read with its stride of 0",
    "a kernel that takes the upstream for contiguous and reads what lies behind it",
    "gradient grad_output none",
)
def upstream_with_stride_0(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        arguments = case.arguments()
        arguments["grad_output"] = expanded(arguments["grad_output"])
        got = probe.call(arguments).grad
        again = probe.run(case).grad
        assert got is not None
        assert again is not None
        return probe.compared("gradient", got, again.astype(np.float64), 1.0, case)

    upstream = probe.array([1.5] * 6)
    probe.holds(probe.case(6, 5).but(reduction="none", grad_output=upstream), wrong)


@check(
    "gradients",
    "the gradient of each row sums to 0, since only differences of scores count",
    "a target that is not subtracted, a softmax that does not sum to 1",
    "gradient",
)
def gradient_sums_to_zero(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        grad = probe.run(case).grad
        assert grad is not None
        sums = grad.astype(np.float64).sum(axis=-1)
        return probe.compared("sum of a row of the gradient", sums, np.zeros(sums.shape), 1.0, case)

    probe.holds(probe.case(6, 9, scale=3.0), wrong)


# Denominators.


@check(
    "denominators",
    "an ignored row costs 0 and has the gradient 0, exactly",
    "an ignored row that counts, or whose class is taken for the last one",
    "ignore_index none|gradient",
)
def ignored_rows_are_zero(probe: Probe) -> None:
    def wrong(case: Case) -> Finding | None:
        got = probe.run(case)
        ignored = case.target == case.ignore_index
        if case.reduction == "none" and np.any(got.loss[ignored] != 0):
            want = np.where(ignored, 0.0, got.loss)
            return Finding("loss", "an ignored row has a loss", got.loss, want, case)
        if got.grad is not None and np.any(got.grad[ignored] != 0):
            want = np.where(ignored[:, None], 0.0, got.grad)
            return Finding("gradient", "an ignored row has a gradient", got.grad, want, case)
        return None

    for word in probe.reductions:
        probe.holds(_ignoring(probe, [0, 3]).but(reduction=word), wrong)


def _ignoring(probe: Probe, rows: list[int], ignore_index: int = -100) -> Case:
    case = probe.case(6, 5)
    target = case.target.copy()
    target[rows] = ignore_index
    return case.but(target=target, ignore_index=ignore_index)


@check(
    "denominators",
    "the mean divides by the number of rows that are kept",
    "a division by all rows, which makes a batch with much padding cheap",
    "ignore_index mean",
)
def mean_of_kept_rows(probe: Probe) -> None:
    probe.loss(_ignoring(probe, [0, 3, 5]).but(reduction="mean"))


@check(
    "denominators",
    "the gradient divides by the number of rows that are kept",
    "a forward pass that divides by one count and a backward pass by another",
    "ignore_index gradient mean",
)
def gradient_of_kept_rows(probe: Probe) -> None:
    probe.gradient(_ignoring(probe, [0, 3, 5]).but(reduction="mean"))


@check(
    "denominators",
    "rows and sums leave ignored rows out, and divide by nothing",
    "a division by the rows that are kept where nothing is averaged",
    "ignore_index none|sum",
)
def ignored_rows_in_a_sum(probe: Probe) -> None:
    for word in [word for word in probe.reductions if word != "mean"]:
        probe.both(_ignoring(probe, [1, 2]).but(reduction=word))


@check(
    "denominators",
    "any number can be the ignored one: -1, 255, or a class",
    "-100 written into the code; an ignored class taken out of the softmax, too",
    "ignore_index",
)
def any_ignore_index(probe: Probe) -> None:
    for index in (-1, 255, 0, 2):
        probe.both(_ignoring(probe, [1, 4], index))


@check(
    "denominators",
    "the weighted mean divides by the weights of the targets",
    "a division by the number of rows, or by the weights of all classes",
    "weight mean",
)
def weighted_mean(probe: Probe) -> None:
    probe.loss(_weighted(probe).but(reduction="mean"))


@check(
    "denominators",
    "an ignored row takes its upstream with it, and those of the others stay where they are",
    "an upstream that is read in the order of the rows that are kept",
    "ignore_index grad_output gradient",
)
def upstream_of_kept_rows(probe: Probe) -> None:
    probe.gradient_from_outside(_ignoring(probe, [0, 3]))


def _weighted(probe: Probe) -> Case:
    case = probe.case(6, 4)
    return case.but(target=np.array([0, 1, 2, 3, 1, 1]), weight=probe.array([0.5, 2.0, 1.0, 3.5]))


@check(
    "denominators",
    "the gradient of the weighted mean divides by the weights of the targets",
    "weights in the loss that are missing from the gradient, or the other way round",
    "weight gradient mean",
)
def weighted_gradient(probe: Probe) -> None:
    probe.gradient(_weighted(probe).but(reduction="mean"))


@check(
    "denominators",
    "rows and sums are multiplied by the weights, and divided by nothing",
    "a division by the weights where nothing is averaged",
    "weight none|sum",
)
def weighted_rows_and_sum(probe: Probe) -> None:
    for word in [word for word in probe.reductions if word != "mean"]:
        probe.both(_weighted(probe).but(reduction=word))


@check(
    "denominators",
    "the weighted mean divides by the weights of the targets that are kept",
    "the weight of an ignored row, or of class 0 in its place, in the denominator",
    "weight ignore_index",
)
def weighted_mean_of_kept_rows(probe: Probe) -> None:
    case = _weighted(probe)
    for index in (-100, 1):
        target = np.where(np.arange(6) % 4 == 1, index, [0, 1, 2, 3, 2, 3])
        for word in probe.reductions:
            probe.both(case.but(target=target, ignore_index=index, reduction=word))


@check(
    "denominators",
    "a class of weight 0 neither adds to the loss nor to the denominator",
    "a mean that counts rows whose weight is 0",
    "weight",
)
def weight_of_zero(probe: Probe) -> None:
    for word in probe.reductions:
        weight = probe.array([0.0, 1.0, 0.0, 2.0])
        probe.both(_weighted(probe).but(weight=weight, reduction=word))


@check(
    "denominators",
    "what arrives from outside multiplies weighted losses, too",
    "an upstream that only the branch without weights knows",
    "weight grad_output gradient",
)
def upstream_under_weights(probe: Probe) -> None:
    probe.gradient_from_outside(_weighted(probe))


# Smoothing.


@check(
    "smoothing",
    "a share of each target is spread over all classes, the right one too",
    "a share spread over the others only, a target that keeps all its mass",
    "label_smoothing",
)
def smoothing_of_the_loss(probe: Probe) -> None:
    for share in (0.1, 0.5):
        for word in probe.reductions:
            probe.loss(probe.case(5, 4).but(label_smoothing=share, reduction=word))


@check(
    "smoothing",
    "the gradient is softmax minus the smoothed target",
    "a smoothing that is known to the loss, but not to its gradient",
    "label_smoothing gradient",
)
def smoothing_of_the_gradient(probe: Probe) -> None:
    for word in probe.reductions:
        probe.gradient(probe.case(5, 4).but(label_smoothing=0.1, reduction=word))


@check(
    "smoothing",
    "what arrives from outside multiplies the smoothed part, too",
    "a smoothed part that is added after the upstream",
    "label_smoothing grad_output gradient",
)
def upstream_under_smoothing(probe: Probe) -> None:
    probe.gradient_from_outside(probe.case(5, 4).but(label_smoothing=0.2))


@check(
    "smoothing",
    "a share of 1 leaves nothing of the target",
    "a share that is capped, or a target that is added twice",
    "label_smoothing",
)
def smoothing_of_everything(probe: Probe) -> None:
    probe.both(probe.case(5, 4).but(label_smoothing=1.0))


@check(
    "smoothing",
    "an ignored row costs nothing, smoothed or not",
    "a smoothed part that leaks into ignored rows, or is averaged over all rows",
    "label_smoothing ignore_index",
)
def smoothing_and_ignored_rows(probe: Probe) -> None:
    for word in probe.reductions:
        case = _ignoring(probe, [0, 3, 5]).but(label_smoothing=0.2, reduction=word)
        probe.both(case)


@check(
    "smoothing",
    "in the smoothed part, each class has its own weight",
    "the weight of the target on all classes, or no weight at all",
    "label_smoothing weight",
)
def smoothing_and_weights(probe: Probe) -> None:
    for word in probe.reductions:
        probe.both(_weighted(probe).but(label_smoothing=0.2, reduction=word))


@check(
    "smoothing",
    "smoothing, weights and ignored rows are right together",
    "the smoothed part divided by the rows, the other part by the weights",
    "label_smoothing weight ignore_index",
)
def smoothing_weights_and_ignored_rows(probe: Probe) -> None:
    target = np.array([0, -100, 2, 3, -100, 1])
    for word in probe.reductions:
        probe.both(_weighted(probe).but(target=target, label_smoothing=0.2, reduction=word))

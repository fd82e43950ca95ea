"""Checks of what is optional: shapes, probabilities, and what language models add."""

import numpy as np

from xentref._conformance.cases import Case
from xentref._conformance.probe import Probe
from xentref._conformance.ranges import zero_times_infinity
from xentref._conformance.registry import check

# Shapes.


def _image(probe: Probe) -> Case:
    flat = probe.case(24, 4)
    scores = flat.input.reshape(2, 4, 3, 4)
    return flat.but(input=scores, target=flat.target.reshape(2, 3, 4))


@check(
    "shapes",
    "in (N, C, d1, d2) the classes are on axis 1, and every place is a row",
    "classes taken from the last axis; a reshape to (-1, C) without moving them there",
    "places",
)
def classes_on_axis_1(probe: Probe) -> None:
    for word in probe.reductions:
        probe.both(_image(probe).but(reduction=word))


@check(
    "shapes",
    "with as many places as classes the axes are still not confused",
    "(N, L, C) taken for (N, C, L), which no error shows where L is C",
    "places",
)
def as_many_places_as_classes(probe: Probe) -> None:
    flat = probe.case(8, 4)
    case = flat.but(input=flat.input.reshape(2, 4, 4), target=flat.target.reshape(2, 4))
    for word in probe.reductions:
        probe.both(case.but(reduction=word))


@check(
    "shapes",
    "ignored places do not count, and the mean divides by the places that are kept",
    "a mean over the samples instead of the places",
    "places ignore_index",
)
def ignored_places(probe: Probe) -> None:
    case = _image(probe)
    target = np.where(np.arange(24).reshape(2, 3, 4) % 3 == 0, -100, case.target)
    for word in probe.reductions:
        probe.both(case.but(target=target, reduction=word))


@check(
    "shapes",
    "each place has an upstream of its own",
    "an upstream that is read in the order of the scores, or one for all places of a sample",
    "places grad_output gradient",
)
def upstream_of_places(probe: Probe) -> None:
    probe.gradient_from_outside(_image(probe))


@check(
    "shapes",
    "a single row of scores, of shape (C,), has one target, of shape ()",
    "a result of shape (1,), an axis taken for the batch",
    "single",
)
def row_without_a_batch(probe: Probe) -> None:
    case = probe.case(1, 4)
    single = case.but(input=case.input[0], target=case.target[0].reshape(()))
    for word in probe.reductions:
        probe.both(single.but(reduction=word))


# Probabilities as targets.


@check(
    "probabilities",
    "a target of zeros and a one costs what the class index costs",
    "another formula for probabilities than for indices",
    "probabilities",
)
def one_hot_targets(probe: Probe) -> None:
    case = probe.case(5, 4)
    for word in probe.reductions:
        probe.both(case.but(target=probe.array(np.eye(4)[case.target]), reduction=word))


@check(
    "probabilities",
    "each class counts by its probability",
    "the likeliest class taken for the target; a divergence in place of the cross-entropy",
    "probabilities",
)
def soft_targets(probe: Probe) -> None:
    for word in probe.reductions:
        probe.both(probe.soft(5, 4).but(reduction=word))


@check(
    "probabilities",
    "probabilities that do not sum to 1 are taken as they are",
    "a gradient that assumes their sum; a target that is normalised in silence",
    "probabilities",
)
def targets_that_do_not_sum_to_1(probe: Probe) -> None:
    case = probe.soft(5, 4)
    probe.both(case.but(target=probe.array(case.target * 0.5)))


@check(
    "probabilities",
    "with probabilities the weighted mean divides by the number of rows",
    "a division by the sum of weights, as for class indices",
    "probabilities weight mean",
)
def weighted_mean_of_probabilities(probe: Probe) -> None:
    weight = probe.array([0.5, 2.0, 1.0, 3.5])
    probe.both(probe.soft(5, 4).but(weight=weight, reduction="mean"))


@check(
    "probabilities",
    "smoothing mixes probabilities with the uniform distribution",
    "smoothing for class indices only",
    "probabilities label_smoothing",
)
def smoothing_of_probabilities(probe: Probe) -> None:
    for word in probe.reductions:
        probe.both(probe.soft(5, 4).but(label_smoothing=0.2, reduction=word))


@check(
    "probabilities",
    "what arrives from outside multiplies losses of probabilities, too",
    "an upstream that only the branch for class indices knows",
    "probabilities grad_output gradient",
)
def upstream_of_probabilities(probe: Probe) -> None:
    probe.gradient_from_outside(probe.soft(5, 4))


@check(
    "probabilities",
    "a class of probability 0 at -inf costs 0, the limit",
    "0 times infinity",
    "probabilities",
)
def zero_probability_at_minus_infinity(probe: Probe) -> None:
    case = probe.of([[0.0, -np.inf, 1.0], [0.0, 2.0, 1.0]], [0, 0])
    target = probe.array([[0.5, 0.0, 0.5], [0.25, 0.5, 0.25]])
    zero_times_infinity(probe, case.but(target=target))


# What language models add.


@check(
    "z-loss",
    "z_loss times the square of the log-sum-exp is added to each row",
    "the log-sum-exp itself, or that of scores less their maximum",
    "z_loss",
)
def z_loss_value(probe: Probe) -> None:
    for word in probe.reductions:
        probe.loss(probe.case(5, 4).but(z_loss=0.25, reduction=word))


@check(
    "z-loss",
    "the gradient has the part of the z-loss, too",
    "a penalty that is reported, but never learnt from; a factor 2 left out",
    "z_loss gradient",
    ulps=64,
)
def z_loss_gradient(probe: Probe) -> None:
    for word in probe.reductions:
        probe.gradient(probe.case(5, 4).but(z_loss=0.25, reduction=word))


@check(
    "z-loss",
    "an ignored row has no z-loss, and the mean does not count it",
    "a penalty on padding",
    "z_loss ignore_index",
    ulps=64,
)
def z_loss_of_ignored_rows(probe: Probe) -> None:
    case = probe.case(6, 4)
    target = np.where(np.arange(6) % 3 == 0, -100, case.target)
    for word in probe.reductions:
        probe.both(case.but(target=target, z_loss=0.25, reduction=word))


@check(
    "z-loss",
    "the z-loss is not weighted, and the mean divides it by the same number as the rest",
    "a penalty that rare classes pay more than once",
    "z_loss weight",
    ulps=64,
)
def z_loss_beside_weights(probe: Probe) -> None:
    case = probe.case(5, 4).but(weight=probe.array([0.5, 2.0, 1.0, 3.5]))
    for word in probe.reductions:
        probe.both(case.but(z_loss=0.25, reduction=word))


@check(
    "z-loss",
    "a row whose target is a distribution has a z-loss like any other",
    "a penalty in the branch for class indices only",
    "z_loss probabilities",
    ulps=64,
)
def z_loss_of_probabilities(probe: Probe) -> None:
    for word in probe.reductions:
        probe.both(probe.soft(5, 4).but(z_loss=0.25, reduction=word))


@check(
    "z-loss",
    "what arrives from outside multiplies the z-loss, too",
    "a penalty that is added after the upstream",
    "z_loss grad_output gradient",
    ulps=64,
)
def upstream_of_z_loss(probe: Probe) -> None:
    probe.gradient_from_outside(probe.case(5, 4).but(z_loss=0.25))


@check(
    "soft cap",
    "a score z becomes softcap times tanh(z / softcap) before all else",
    "a hard limit, or a tanh that is not scaled back",
    "softcap",
    ulps=64,
)
def softcap_value(probe: Probe) -> None:
    for word in probe.reductions:
        probe.loss(probe.case(5, 4, scale=6.0).but(softcap=5.0, reduction=word))


@check(
    "soft cap",
    "the gradient is multiplied by 1 - tanh² of each score",
    "a gradient with respect to the capped scores, handed on as it is",
    "softcap gradient",
    ulps=64,
)
def softcap_gradient(probe: Probe) -> None:
    for word in probe.reductions:
        probe.gradient(probe.case(5, 4, scale=6.0).but(softcap=5.0, reduction=word))


@check(
    "soft cap",
    "far beyond the cap the loss is that of the cap, and the gradient ends",
    "a tanh by exponentials that overflow",
    "softcap",
    ulps=64,
)
def softcap_far_out(probe: Probe) -> None:
    probe.both(probe.of([[4096.0, -4096.0, 0.0]], [1], softcap=8.0))


@check(
    "soft cap",
    "what arrives from outside multiplies the gradient of capped scores, too",
    "a backward pass of the cap that begins at 1",
    "softcap grad_output gradient",
    ulps=64,
)
def upstream_under_the_cap(probe: Probe) -> None:
    probe.gradient_from_outside(probe.case(5, 4, scale=6.0).but(softcap=5.0))


@check(
    "bias",
    "the bias is added to the scores of its class, and changes loss and gradient",
    "a bias added after the softmax, to the rows, or in the loss only",
    "bias",
    ulps=64,
)
def bias_of_each_class(probe: Probe) -> None:
    bias = probe.array([1.5, -2.0, 0.25, 4.0])
    for word in probe.reductions:
        probe.both(probe.case(4, 4).but(bias=bias, reduction=word))


@check(
    "bias",
    "the bias is added before the scores are capped",
    "a cap on the scores alone",
    "bias softcap",
    ulps=64,
)
def bias_under_the_cap(probe: Probe) -> None:
    bias = probe.array([1.5, -2.0, 0.25, 4.0])
    probe.both(probe.case(5, 4, scale=4.0).but(bias=bias, softcap=5.0))


@check(
    "bias",
    "what arrives from outside multiplies the gradient beside a bias, too",
    "an upstream that goes to the gradient of the bias alone",
    "bias grad_output gradient",
    ulps=64,
)
def upstream_beside_a_bias(probe: Probe) -> None:
    bias = probe.array([1.5, -2.0, 0.25, 4.0])
    probe.gradient_from_outside(probe.case(5, 4).but(bias=bias))

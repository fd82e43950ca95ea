"""`xentref.testing`: right losses pass, wrong ones are caught, choices are told from mistakes."""

import json
import re
import sys
from contextlib import nullcontext
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import xentref
from tests.plain_loss import plain_loss
from tests.wrong_losses import WRONGS
from xentref import testing
from xentref._conformance import probe, progress
from xentref._conformance.precision import precision
from xentref._conformance.registry import FEATURES, POLICIES
from xentref.testing import check_cross_entropy, checks, reference

EVERYTHING = testing.features()
CHECKS = {check.name: check for check in checks()}
WRONG = {wrong.what: wrong for wrong in WRONGS}
# Not every implementation has them; torch.nn.functional.cross_entropy does not.
EXTRAS = {"z_loss", "softcap", "bias"}
OF_TORCH = EVERYTHING.keys() - EXTRAS
# What PyTorch does otherwise, and where that shows.
CHOICES_OF_TORCH = {
    "tiny-losses": "tiny-losses-vanish",
    "tiny-gradients": "tiny-losses-vanish",
    "zero-weight-at-minus-infinity": "zero-times-infinity",
    "zero-probability-at-minus-infinity": "zero-times-infinity",
    "nan-in-an-ignored-gradient": "ignored-nan-gradient",
}


def mean_only(input, target):
    """Neither a word for the reduction nor any other."""
    return reference(input, target)


# The arrays of the kit.


def test_bfloat16_is_rounded_as_pytorch_rounds_it():
    """Also what lies halfway between two of its numbers, which goes to the even one."""
    bits = np.random.default_rng(0).integers(0, 2**32, 10_000, np.uint32)
    values = np.concatenate([bits, bits & 0xFFFF0000 | 0x8000]).view(np.float32)
    values = values[np.abs(values) < 3e38]
    rounded = precision("bfloat16").array(values)
    assert np.array_equal(rounded, torch.tensor(values).bfloat16().float().numpy())


# Right ones pass.


@pytest.mark.parametrize("check", checks())
def test_the_reference_passes(check):
    check.run(reference, supports=EVERYTHING).raise_if_failed()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_the_reference_passes_in_every_dtype(dtype):
    check_cross_entropy(reference, supports=EVERYTHING, dtype=dtype).raise_if_failed()


def test_a_report_without_results_can_be_read():
    """As one has it who picks the results that matter to them."""
    report = testing.Report("mine", "float32", ())
    assert str(report).strip() == report.summary() == "mine, float32: 0 checks, 0 failed"


def test_a_full_run_leaves_no_check_out():
    report = check_cross_entropy(reference, supports=EVERYTHING)
    assert report.counts == {"passed": 104, "failed": 0, "allowed": 0, "not supported": 0}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loss_that_shares_no_code_with_us_passes(dtype):
    check_cross_entropy(plain_loss, supports=EVERYTHING, dtype=dtype).raise_if_failed()


@pytest.mark.parametrize(
    ("function", "dtype"),
    [
        (torch.nn.functional.cross_entropy, "float32"),
        (torch.nn.functional.cross_entropy, "float64"),
        (torch.nn.functional.cross_entropy, "bfloat16"),
        (torch.nn.CrossEntropyLoss, "float32"),
    ],
)
def test_pytorch_passes_with_three_choices_of_its_own(function, dtype):
    fn = testing.from_torch(function, dtype=torch.bfloat16 if dtype == "bfloat16" else None)
    allow = set(CHOICES_OF_TORCH.values())
    report = check_cross_entropy(fn, supports=OF_TORCH, allow=allow, dtype=dtype)
    report.raise_if_failed()
    assert {r.name: r.policy for r in report if r.status == "allowed"} == CHOICES_OF_TORCH
    assert report.counts["not supported"] == 13


# Wrong ones are caught.


RAISES = {
    "-100 is written into the code",
    "an empty batch is refused",
    "no rows are refused, and their sum is nan",
}


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.what)
def test_a_wrong_loss_is_caught_by_the_check_that_is_meant_to(wrong):
    result = CHECKS[wrong.check].run(wrong.function(), supports=EVERYTHING)
    assert result.status == "failed"
    if wrong.what not in RAISES:
        assert not result.message.startswith("it raises")


def test_every_check_catches_something_that_is_wrong():
    assert {wrong.check for wrong in WRONGS} == set(CHECKS)
    assert len(WRONG) == len(WRONGS) >= 60
    assert len(CHECKS) >= 40


def test_one_failure_does_not_end_the_run():
    report = check_cross_entropy(WRONG["a lost minus"].function(), supports=EVERYTHING)
    assert len(report.results) == len(CHECKS)
    assert report.counts["failed"] > 10
    assert report.counts["passed"] > 10


@pytest.mark.parametrize(
    ("what", "shape", "message"),
    [
        ("a lost minus", (1, 2), "the loss is -1.31326 at (0,), should be 1.31326"),
        ("the sum is a mean", (2, 2), "the loss is 2.16571, should be 4.33141"),
        ("rows beyond the last whole block of 64 are left out", (65, 7), "the loss is 0 at (64,)"),
        ("rows of more than 256 are padded to a multiple of 1024", (1, 487), "the loss is 15"),
    ],
)
def test_the_smallest_input_that_shows_it_is_reported(what, shape, message):
    result = CHECKS[WRONG[what].check].run(WRONG[what].function(), supports=EVERYTHING)
    assert result.input["input"].shape == shape
    assert result.message.startswith(message)
    case = dict(result.input)
    loss, _ = reference(case.pop("input"), case.pop("target"), **case)
    np.testing.assert_allclose(result.want, loss, rtol=1e-6)


# Choices.


@pytest.mark.parametrize(
    ("policy", "what", "check"),
    [
        ("all-ignored-zero", "the denominator is held at 1e-8", "mean-of-all-ignored"),
        ("all-ignored-zero", "weights of 0 alone make a mean of 0", "mean-of-weights-of-zero"),
        ("empty-zero", "the mean of an empty batch is 0", "mean-of-an-empty-batch"),
        ("empty-refused", "an empty batch is refused", "empty-batch"),
        ("tiny-losses-vanish", "ln(1 + x) by adding 1", "tiny-losses"),
        ("tiny-losses-vanish", "p - 1", "tiny-gradients"),
        (
            "ignored-nan-gradient",
            "the gradient is multiplied by a mask",
            "nan-in-an-ignored-gradient",
        ),
        (
            "zero-times-infinity",
            "a weight of 0 times infinity",
            "zero-weight-at-minus-infinity",
        ),
        (
            "zero-times-infinity",
            "a probability of 0 times infinity",
            "zero-probability-at-minus-infinity",
        ),
        ("input-overwritten", "the maximum is subtracted in place", "arguments-unchanged"),
        ("last-bits-vary", "a sum in an order left to chance", "repeatable"),
    ],
)
def test_a_choice_fails_unless_it_is_allowed(policy, what, check):
    fn = WRONG[what].function()
    if what == "a sum in an order left to chance":
        fn = unsteady
    failed = CHECKS[check].run(fn, supports=EVERYTHING)
    assert (failed.status, failed.policy) == ("failed", policy)
    assert f"if this is meant, allow={{{policy!r}}}" in str(failed)
    allowed = CHECKS[check].run(fn, supports=EVERYTHING, allow={policy})
    assert (allowed.status, allowed.remark) == ("allowed", policy)
    assert str(allowed) == f"{check}: allowed ({policy})"
    allowed.raise_if_failed()
    others = POLICIES.keys() - {policy}
    assert CHECKS[check].run(fn, supports=EVERYTHING, allow=others).status == "failed"


STEP = iter(range(10**6))


def unsteady(*arguments, **options):
    """The last bit depends on the call."""
    loss, grad = reference(*arguments, **options)
    return loss * np.float32(1 + next(STEP) % 2 * 2e-7), grad


# Most of these make a choice, and a mistake beside it that the same check must see.
@pytest.mark.parametrize(
    "what",
    [
        "the mean of nothing is inf",
        "the mean of nothing is 0, and its gradient is nan",
        "weights of 0 alone make a mean of inf",
        "the mean of an empty batch is 1",
        "no rows are refused, and their sum is nan",
        "a tiny loss is 1e-4 at least",
        "a tiny gradient is 1e-4 at least",
        "inf in an ignored row spreads, nan does not",
        "nan in an ignored row gives a gradient of nan and 7",
        "nan in an ignored row costs the others their digits",
        "a row of -inf makes every row nan",
        "a weight of 0 times infinity, and what has none costs more",
        "a probability of 0 times infinity, in every row",
        "scores and targets are both written over",
        "ignored targets are set to 0 in place",
        "the loss varies in its last bit, the gradient by a factor of 2",
        "the gradient of the mean varies by more than its last bits",
        "a count is kept from call to call",
    ],
)
def test_what_is_no_choice_is_never_allowed(what):
    check = CHECKS[WRONG[what].check]
    result = check.run(WRONG[what].function(), supports=EVERYTHING, allow=POLICIES)
    assert (result.status, result.policy) == ("failed", None)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([99.0, np.nan, 1.0], "the loss is 99 at (0,), should be 0"),
        ([np.nan, 1.0, np.nan], "the loss is nan at (2,), should be 2"),
    ],
)
def test_a_row_of_nan_hides_no_other(monkeypatch, rows, message):
    monkeypatch.setattr(probe, "smallest", lambda case, shows: case)

    def loss(input, target, *, weight, label_smoothing):
        options = {"weight": weight, "label_smoothing": label_smoothing, "reduction": "none"}
        assert np.all(np.isfinite(reference(input, target, **options)[0]))
        return np.array(rows), None

    supports = {"none", "weight", "label_smoothing"}
    check = CHECKS["zero-weight-at-minus-infinity"]
    result = check.run(loss, supports=supports, allow=POLICIES)
    assert (result.status, result.message[: len(message)]) == ("failed", message)


def test_a_tiny_loss_that_is_wrong_altogether_is_no_choice():
    def halved(input, target):
        loss, grad = reference(input, target)
        return loss - 1, grad - 1

    for name in ("tiny-losses", "tiny-gradients"):
        assert CHECKS[name].run(halved, allow=POLICIES).status == "failed"


def test_a_mean_that_is_a_choice_hides_no_gradient_that_is_none():
    def loss(input, target, *, ignore_index):
        loss, grad = reference(input, target, ignore_index=ignore_index)
        return np.nan_to_num(loss), grad if np.any(target != ignore_index) else grad + np.nan

    result = CHECKS["mean-of-all-ignored"].run(loss, allow=POLICIES)
    assert (result.status, result.message) == (
        "failed",
        "the gradient is nan at (0, 0), should be 0",
    )


def test_a_gradient_that_leaks_from_an_ignored_row_into_others_is_no_choice():
    def leaking(input, target, *, ignore_index):
        loss, grad = reference(input, target, ignore_index=ignore_index)
        return loss, grad + 0 * input.sum()

    check = CHECKS["nan-in-an-ignored-gradient"]
    assert check.run(leaking, allow=POLICIES).status == "failed"


def test_bad_targets_come_last_since_a_gpu_may_not_survive_them():
    assert {check.family for check in checks()[-4:]} == {"bad targets"}
    assert not any(check.family == "bad targets" for check in checks()[:-4])


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_a_bad_target_may_give_nan_where_nothing_can_be_raised(reduction):
    def on_a_device(input, target, *, ignore_index):
        bad = ((target < 0) | (target >= input.shape[1])) & (target != ignore_index)
        options = {"ignore_index": ignore_index, "reduction": reduction}
        loss, grad = reference(input, np.where(bad, 0, target), **options)
        return loss + np.where(bad if reduction == "none" else bad.any(), np.nan, 0), grad

    supports = {reduction, "gradient", "ignore_index"}
    check_cross_entropy(on_a_device, supports=supports, only=["bad targets"]).raise_if_failed()


@pytest.mark.parametrize("answer", [lambda *_: 1 / 0, lambda *_: (np.nan, None), lambda *_: 0])
def test_what_never_gives_a_number_refuses_nothing(answer):
    check = CHECKS["target-too-large"]
    result = check.run(answer, supports={"mean"})
    assert str(result) == "target-too-large: not supported (needs a loss for good targets)"


# What is offered.


@pytest.mark.parametrize("feature", FEATURES)
def test_without_a_feature_the_checks_that_need_it_are_not_supported(feature):
    report = check_cross_entropy(reference, supports=EVERYTHING.keys() - {feature})
    report.raise_if_failed()
    lacking = {r.name: r.message for r in report if r.status == "not supported"}
    assert lacking == {c.name: f"needs {feature}" for c in checks() if feature in c.needs}
    assert lacking


@pytest.mark.parametrize(
    ("offered", "lacking"),
    [
        (
            {"mean"},
            {
                "empty-batch": "needs none or sum",
                "all-ignored": "needs ignore_index, none or sum",
                "ignored-rows-are-zero": "needs ignore_index, none or gradient",
                "weighted-rows-and-sum": "needs none or sum, weight",
            },
        ),
        (
            {"mean", "ignore_index", "weight"},
            {
                "all-ignored": "needs none or sum",
                "ignored-rows-in-a-sum": "needs none or sum",
                "ignored-rows-are-zero": "needs none or gradient",
                "weighted-rows-and-sum": "needs none or sum",
            },
        ),
        ({"mean", "ignore_index", "gradient"}, {"all-ignored": "needs none or sum"}),
        ({"sum", "ignore_index"}, {"ignored-rows-are-zero": "needs none or gradient"}),
    ],
)
def test_of_two_features_one_can_be_enough(offered, lacking):
    report = check_cross_entropy(reference, supports=offered, only=[*lacking])
    assert {r.name: r.message for r in report} == lacking
    assert not {c.name for c in checks(offered)} & set(lacking)
    for more in ("none", "sum", "gradient"):
        every = {*offered, more, "ignore_index", "weight"}
        for result in check_cross_entropy(reference, supports=every, only=[*lacking]):
            assert result.status == "passed" or more not in result.message


def subsets():
    """The reductions with or without a gradient, beside nothing else and all else; few features."""
    words = ("none", "sum", "mean")
    others = EVERYTHING.keys() - {*words, "gradient"}
    for chosen in (set(each) for n in (1, 2, 3) for each in combinations(words, n)):
        for more in (set(), {"gradient"}, others, others | {"gradient"}):
            yield chosen | more
    for each in sorted(others):
        yield {"mean", each}


@pytest.fixture
def quick(monkeypatch):
    """No case is made smaller, and long rows are left out."""
    monkeypatch.setattr(probe, "smallest", lambda case, shows: case)
    return [c for c in checks() if not c.name.startswith(("classes-3", "classes-5"))]


@pytest.mark.parametrize("supports", [*subsets()], ids=lambda each: "-".join(sorted(each)))
def test_no_check_passes_that_has_not_called_and_compared(quick, supports):
    def raises(input, target, **options):
        raise RuntimeError("nothing works")

    step = iter(range(10**6))

    def another_number_each_time(input, target, **options):
        rows = np.delete(input.shape, min(1, input.ndim - 1))
        shape = rows if options.get("reduction") == "none" else ()
        number = 5.3 + next(step)
        return np.full(shape, number), np.full(input.shape, number)

    offered = [c for c in quick if c in checks(supports)]
    assert not {c.name for c in offered if c.run(raises, supports=supports).status == "passed"}
    passed = {
        c.name
        for c in offered
        if c.run(another_number_each_time, supports=supports).status == "passed"
    }
    # They ask of no number what it is, and an empty batch has none but its sum.
    unasked = {"arguments-unchanged", "results-are-kept"}
    assert passed == unasked | (
        {"empty-batch"} if supports & {"none", "sum"} == {"none"} else set()
    )


def test_the_signature_shows_what_is_offered():
    def some(input, target, *, weight, reduction):
        raise NotImplementedError

    def many(input, target, **options):
        raise NotImplementedError

    def rare(input, target, *, z_loss, softcap, bias, grad_output):
        raise NotImplementedError

    standard = {"gradient", "none", "sum", "mean"}
    keywords = {"weight", "ignore_index", "label_smoothing", "grad_output"}
    for fn, wanted in [
        (mean_only, {"gradient", "mean"}),
        (some, standard | {"weight"}),
        (many, standard | keywords),
        (rare, {"gradient", "mean", "z_loss", "softcap", "bias", "grad_output"}),
        (max, standard | keywords),  # a function in C does not say
        (testing.from_forward(some), (standard | {"weight"}) - {"gradient"}),
        (testing.from_torch(mean_only), {"gradient", "mean", "grad_output"}),
        (testing.from_torch(torch.nn.CrossEntropyLoss()), {"gradient", "mean", "grad_output"}),
        (testing.from_torch(torch.nn.CrossEntropyLoss), standard | keywords),
    ]:
        report = check_cross_entropy(fn, only=["bias-of-each-class"])
        assert report.name == getattr(fn, "__name__", "CrossEntropyLoss")
        only = {c.family for c in checks()} - {"bad targets"}  # which need a loss that works
        unmade = {r.check for r in check_cross_entropy(fn, only=only) if "not" in r.status}
        assert unmade == {c for c in set(checks()) - {*checks(wanted)} if c.family in only}


def test_only_keywords_that_are_offered_are_passed():
    seen = set()

    def fn(input, target, **options):
        seen.update(options)
        return reference(input, target, **options)

    supports = {"mean", "gradient", "weight"}
    check_cross_entropy(fn, supports=supports).raise_if_failed()
    assert seen == {"weight", "reduction"}
    check_cross_entropy(mean_only).raise_if_failed()


def test_checks_can_be_asked_for_by_what_they_need():
    assert checks(EVERYTHING) == checks() == tuple(CHECKS.values())
    assert {check.name for check in checks({"mean"}) if check.needs} == {
        "mean-of-rows",
        "mean-of-an-empty-batch",
    }


def test_a_check_gives_a_test_its_name(pytester_free_ids):
    assert pytester_free_ids == [check.name for check in checks()]


@pytest.fixture
def pytester_free_ids():
    from _pytest.python import IdMaker

    sets = [pytest.param(check) for check in checks()]
    maker = IdMaker(["check"], sets, None, None, None, None)
    return maker.make_unique_parameterset_ids()


# Tolerances.


def off(by):
    def fn(input, target, *, reduction):
        loss, grad = reference(input, target, reduction=reduction)
        return max(float(loss), 1.0) * (1 + by * float(np.finfo(input.dtype).eps)), grad

    return fn


def test_a_tolerance_is_a_number_of_ulps():
    check = CHECKS["negative-scores"]
    assert check.ulps == 16

    def status(by, **options):
        return CHECKS["large-losses"].run(off(by), **options).status

    for dtype in (np.float32, np.float64):
        assert status(15, dtype=dtype) == "passed"
        assert status(17, dtype=dtype) == "failed"
    assert status(17, tolerances=20) == "passed"
    assert status(17, tolerances={"extremes": 20}) == "passed"
    assert status(17, tolerances={"extremes": 20, "large-losses": 5}) == "failed"
    assert status(17, tolerances={"values": 20}) == "failed"
    result = CHECKS["large-losses"].run(off(17))
    assert result.message == "the loss is 10000, should be 10000: off by 17 ULPs"


# Adapters.


def test_a_function_without_a_gradient_has_no_checks_of_it():
    report = check_cross_entropy(testing.from_forward(xentref.cross_entropy))
    report.raise_if_failed()
    skipped = {r.name for r in report if r.status == "not supported"}
    assert {c.name for c in checks() if "gradient" in c.needs} < skipped


def test_a_module_that_is_made_once_is_checked_as_it_is():
    fn = testing.from_torch(torch.nn.CrossEntropyLoss(reduction="sum"))
    report = check_cross_entropy(fn, supports={"sum", "gradient", "grad_output", "places"})
    assert report["sum-of-rows"].status == "passed"
    assert report["upstream-of-the-sum"].status == "passed"
    assert report["mean-of-rows"].status == "not supported"


def test_torch_gets_the_strides_of_the_array():
    seen = set()

    def loss(input, target):
        seen.add(input.stride())
        return torch.nn.functional.cross_entropy(input, target)

    for name in ("transposed", "every-second", "inside-of-a-larger-array"):
        CHECKS[name].run(testing.from_torch(loss)).raise_if_failed()
    assert seen == {(1, 7), (11, 2), (8, 1)}


@pytest.fixture
def jax(monkeypatch):
    """As much of JAX as the adapter uses, with differences for derivatives."""

    def vjp(function, z):
        step, eye = 1e-6, np.eye(z.size, dtype=z.dtype).reshape(z.size, *z.shape)
        pairs = [(function(z + step * each), function(z - step * each)) for each in eye]
        slopes = [np.asarray(up - down) / (2 * step) for up, down in pairs]

        def pull(arriving):
            return (np.array([(slope * arriving).sum() for slope in slopes]).reshape(z.shape),)

        return np.asarray(function(z)), pull

    modules = SimpleNamespace(asarray=np.asarray, ones_like=np.ones_like)
    fake = SimpleNamespace(numpy=modules, vjp=vjp, enable_x64=lambda wanted: nullcontext())
    monkeypatch.setitem(sys.modules, "jax", fake)


@pytest.mark.usefixtures("jax")
def test_jax_gives_the_gradient_by_its_vector_jacobian_product():
    fn = testing.from_jax(xentref.cross_entropy)
    report = check_cross_entropy(
        fn, only=["gradients", "weighted-gradient"], dtype="f8", tolerances=1e8
    )
    report.raise_if_failed()
    assert report.counts["passed"] == 9


def test_the_gradient_of_jax_itself():
    reason = "jax is not installed; make scoreboard installs it"
    jax = pytest.importorskip("jax", reason=reason, exc_type=ModuleNotFoundError)

    def loss(input, target, *, reduction):
        z = jax.nn.log_softmax(input)
        rows = -jax.numpy.take_along_axis(z, target[:, None], axis=1)[:, 0]
        return rows if reduction == "none" else getattr(rows, reduction)()

    for dtype in ("float32", "float64"):
        report = check_cross_entropy(testing.from_jax(loss), only=["gradients"], dtype=dtype)
        report.raise_if_failed()
        assert report.counts["passed"] == 8


@pytest.mark.usefixtures("jax")
def test_jax_can_be_given_another_dtype():
    seen = []

    def loss(input, target, *, weight):
        seen.append((input.dtype, target.dtype, weight.dtype))
        return np.array(2, np.int8)  # bfloat16 is no float to NumPy, either

    z, y, w = np.zeros((1, 2)), np.array([1]), np.ones(2)
    value, grad = testing.from_jax(loss, dtype=np.float32)(z, y, weight=w)
    assert set(seen) == {(np.dtype("f4"), np.dtype("i8"), np.dtype("f4"))}
    assert (value, value.dtype, grad.tolist()) == (2, np.float32, [[0.0, 0.0]])


# What comes back from an implementation.


@pytest.mark.parametrize(
    ("loss", "grad", "message"),
    [
        (np.zeros(3), None, "the loss has shape (3,), should have ()"),
        ("0.5", None, "the loss holds <U3, should hold floats"),
        (0.5, None, "the gradient is None; leave 'gradient' out of supports if there is none"),
        (0.5, np.zeros(3), "the gradient has shape (3,), should have (1, 2)"),
    ],
)
def test_what_has_another_shape_or_kind_is_said(loss, grad, message):
    result = CHECKS["mean-of-rows"].run(lambda *_: (loss, grad))
    assert (result.status, result.message, result.got) == ("failed", message, None)
    assert "got" not in str(result).replace(message, "")


def test_a_result_that_numpy_cannot_read_is_a_failed_check():
    def attached(input, target):
        return torch.nn.functional.cross_entropy(
            torch.tensor(input, requires_grad=True), torch.tensor(target)
        ), input

    result = CHECKS["mean-of-rows"].run(attached)
    assert result.status == "failed"
    start = "the loss is nothing that NumPy can read: RuntimeError: Can't call numpy() on Tensor"
    assert result.message.startswith(start)


def test_a_bare_loss_of_an_empty_batch_is_a_failed_check():
    def loss(input, target):
        return reference(input, target) if len(input) else 0.0

    report = check_cross_entropy(loss, only=["nothing counts"])
    assert [result.message for result in report.failed] == [
        "it returns float, should return a tuple (loss, grad)"
    ]


def test_an_error_is_reported_on_one_line():
    def broken(input, target):
        raise RuntimeError("first line\nsecond line")

    result = CHECKS["mean-of-rows"].run(broken)
    assert result.message == "it raises RuntimeError: first line"
    assert result.input["input"].shape == (1, 2)


def test_a_function_that_is_no_implementation_is_refused_at_once():
    with pytest.raises(TypeError, match=r"fn must return a tuple \(loss, grad\); got float32"):
        check_cross_entropy(xentref.cross_entropy)


def test_warnings_of_an_implementation_are_its_own_affair():
    def loud(input, target):
        np.exp(np.float32(1e9))
        return reference(input, target)

    check_cross_entropy(loud, only=["values"]).raise_if_failed()


# Reports.


@pytest.fixture(scope="module")
def report():
    fn = WRONG["a loss of nan is skipped"].function()
    return check_cross_entropy(
        fn, supports=EVERYTHING.keys() - {"bias"}, only=["extremes", "bias"], allow=POLICIES
    )


def test_a_report_prints_every_check_and_what_is_wrong(report):
    text = str(report)
    assert text.startswith("extremes\n  scores-that-overflow           passed\n")
    assert "bias\n  bias-of-each-class             not supported (needs bias)\n" in text
    assert "\n  nan-comes-through              failed\n" in text
    assert "nan-comes-through: the loss is 0 at (0,), should be nan\n    proves: nan among" in text
    assert "    input     = [[0, nan]]\n    target    = [0]\n    reduction = 'none'\n" in text
    total = "plain_loss, float32: 11 checks, 7 passed, 1 failed, 3 not supported"
    assert text.endswith(f"\n\n{total}")
    assert max(map(len, text.splitlines())) <= 100


def test_a_summary_has_a_line_for_each_family(report):
    assert report.summary().splitlines() == [
        "plain_loss, float32: 11 checks, 7 passed, 1 failed, 3 not supported",
        "extremes  7 passed, 1 failed",
        "bias      0 failed, 3 not supported",
        "nan-comes-through: the loss is 0 at (0,), should be nan",
    ]


def test_a_notebook_shows_a_table(report):
    lines = report._repr_markdown_().splitlines()
    assert lines[2:5] == [
        "| family | check | result |",
        "| --- | --- | --- |",
        "| extremes | `scores-that-overflow` | passed |",
    ]
    assert "| extremes | `nan-comes-through` | **failed** |" in lines
    assert "| bias | `bias-under-the-cap` | not supported (needs bias) |" in lines
    assert "```text" in lines


def test_a_report_is_data(report):
    assert not report.ok
    assert [result.name for result in report.failed] == ["nan-comes-through"]
    assert report["nan-comes-through"] is report.failed[0]
    message = "name must be that of a check in the report, such as 'nan-comes-through'; got 'nan'"
    with pytest.raises(KeyError, match=message):
        report["nan"]
    assert len(list(report)) == 11
    assert repr(report).startswith("Report(name='plain_loss', dtype='float32', counts={'passed': 7")

    def refuse(word):
        raise AssertionError(word)

    data = json.loads(json.dumps(report.to_dict()), parse_constant=refuse)
    assert list(data) == ["name", "dtype", "ok", "counts", "results"]
    (failed,) = [each for each in data["results"] if each["status"] == "failed"]
    assert failed["want"] == ["nan"]
    assert failed["input"] == {"input": [[0.0, "nan"]], "target": [0], "reduction": "none"}
    assert failed["needs"] == []
    assert data["results"][-1]["needs"] == ["bias", "grad_output", "gradient"]
    assert data["results"][-1]["got"] is None


def test_a_report_that_failed_can_be_raised(report):
    with pytest.raises(AssertionError, match=r"1 failed, 3 not supported\n\nnan-comes-through: "):
        report.raise_if_failed()
    with pytest.raises(AssertionError, match=r"^nan-comes-through: the loss is 0"):
        report.failed[0].raise_if_failed()
    check_cross_entropy(mean_only, only=["values"]).raise_if_failed()


def test_long_arrays_are_shortened():
    def odd(input, target):
        loss, grad = reference(input, target)
        return loss + (len(input) > 40), grad

    text = str(CHECKS["many-rows"].run(odd))
    assert "..." in text
    assert max(map(len, text.splitlines())) <= 100


def test_progress_is_shown_every_two_seconds(capsys, monkeypatch):
    ticks = iter(np.arange(0, 1000, 0.75))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    check_cross_entropy(mean_only, only=["values"], progress=True)
    assert capsys.readouterr().err.splitlines() == [
        "2 of 8 checks after 2 s, now mean-of-rows",
        "3 of 8 checks after 4 s, now one-row",
        "5 of 8 checks after 7 s, now equal-scores",
        "5 of 8 checks after 9 s, now equal-scores",
        "6 of 8 checks after 11 s, now every-class",
        "7 of 8 checks after 14 s, now targets-in-32-bits",
    ]
    check_cross_entropy(mean_only, only=["values"], progress=False)
    check_cross_entropy(mean_only, only=["values"])  # what pytest captures is no terminal
    assert capsys.readouterr().err == ""


def test_making_an_input_smaller_ends_in_time(monkeypatch):
    from xentref._conformance import cases

    ticks = iter(np.arange(0, 1000, 1.5))
    monkeypatch.setattr(cases, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    result = CHECKS["many-rows"].run(WRONG["a lost minus"].function())
    assert 1 < len(result.input["input"]) < 1037


# Errors.


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"fn": 3}, TypeError, "fn must be callable; got 3"),
        (
            {"supports": "mean"},
            TypeError,
            "supports must be a collection of names; got 'mean'",
        ),
        ({"supports": 3}, TypeError, "supports must be a collection of names; got 3"),
        (
            {"supports": ["mean", "wieght"]},
            ValueError,
            "supports must name features, such as 'weight'; got 'wieght'",
        ),
        (
            {"supports": ["weight"]},
            ValueError,
            "supports must name a reduction: none, sum or mean; got ['weight']",
        ),
        (
            {"fn": mean_only, "supports": ["mean", "weight"]},
            ValueError,
            "supports must name no keyword that fn does not take; got 'weight'",
        ),
        (
            {"allow": ["empty"]},
            ValueError,
            "allow must name policies, such as 'empty-zero'; got 'empty'",
        ),
        (
            {"allow": "empty-zero"},
            TypeError,
            "allow must be a collection of names; got 'empty-zero'",
        ),
        (
            {"supports": [["none"]]},
            ValueError,
            "supports must name features, such as 'none'; got ['none']",
        ),
        (
            {"fn": SimpleNamespace},
            TypeError,
            f"fn must be a function or an object, not a class; got {SimpleNamespace!r}",
        ),
        ({"only": []}, ValueError, "only must name a check or a family at least; got []"),
        (
            {"only": ["value"]},
            ValueError,
            "only must name checks or families, such as 'values'; got 'value'",
        ),
        (
            {"only": [3]},
            ValueError,
            "only must name checks or families, such as 'classes-32001'; got 3",
        ),
        (
            {"tolerances": {"valeus": 1}},
            ValueError,
            "tolerances must name checks or families, such as 'values'; got 'valeus'",
        ),
        ({"tolerances": "8"}, TypeError, "tolerances must be numbers of ULPs; got '8'"),
        ({"tolerances": True}, TypeError, "tolerances must be numbers of ULPs; got True"),
        ({"tolerances": -1}, ValueError, "tolerances must not be negative; got -1"),
        (
            {"tolerances": {"values": float("nan")}},
            ValueError,
            "tolerances must not be negative; got nan",
        ),
        *(
            (
                {"dtype": dtype},
                TypeError,
                f"dtype must be float16, float32, float64 or the word 'bfloat16'; got {dtype!r}",
            )
            for dtype in ("int8", np.int64, np.longdouble, "real", [3], None.__class__)
        ),
        ({"progress": 1}, TypeError, "progress must be True or False; got 1"),
    ],
)
def test_the_error_says_what_must_hold_and_what_came(arguments, kind, message):
    with pytest.raises(kind) as caught:
        check_cross_entropy(**{"fn": reference, **arguments})
    assert str(caught.value) == message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("adapter", [testing.from_torch, testing.from_jax, testing.from_forward])
def test_an_adapter_takes_what_can_be_called(adapter):
    with pytest.raises(TypeError, match="function must be callable; got 3"):
        adapter(3)


def test_the_reference_raises_as_the_loss_does():
    with pytest.raises(IndexError, match=r"target must lie in \[0, 2\)"):
        reference([[0.0, 1.0]], [2])
    loss, grad = reference(np.zeros((1, 2), "f2"), [0], grad_output=2.0, bias=[0, 0], softcap=3)
    assert (loss.dtype, grad.dtype, grad.tolist()) == (np.float16, np.float16, [[-1.0, 1.0]])


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (
            {"input": 1.0},
            ValueError,
            "input must have shape (C,), (N, C) or (N, C, d1, ..., dK) wit",
        ),
        (
            {"target": [[0], [1, 2]]},
            ValueError,
            "target must be a rectangular array; got sequences",
        ),
        ({"target": ["a"]}, TypeError, "target must hold integers (class indices) or floats"),
        ({"weight": "a"}, TypeError, "weight must hold real numbers of at most 64 bits; got dtype"),
        (
            {"weight": [1.0]},
            ValueError,
            "weight must have shape (2,), one entry per class; got (1,)",
        ),
        ({"bias": ["a", "b"]}, TypeError, "bias must hold real numbers of at most 64 bits; got dt"),
        ({"bias": [1.0]}, ValueError, "bias must have shape (2,), one entry per class; got (1,)"),
        ({"bias": 1.0}, ValueError, "bias must have shape (2,), one entry per class; got ()"),
        ({"grad_output": [1.0]}, ValueError, "grad_output must have shape (), that of the loss; g"),
        ({"grad_output": "a"}, TypeError, "grad_output must hold real numbers of at most 64 bits"),
        ({"z_loss": "a"}, TypeError, "z_loss must be a real number; got 'a'"),
        ({"z_loss": True}, TypeError, "z_loss must be a real number; got True"),
        ({"z_loss": np.nan}, ValueError, "z_loss must be finite; got nan"),
        ({"softcap": "a"}, TypeError, "softcap must be a real number; got 'a'"),
        ({"softcap": 0}, ValueError, "softcap must be positive; got 0"),
        ({"softcap": np.inf}, ValueError, "softcap must be finite; got inf"),
        ({"reduction": "avg"}, ValueError, "reduction must be 'none', 'mean' or 'sum'; got 'avg'"),
    ],
)
def test_the_reference_says_what_must_hold_and_what_came(arguments, kind, message):
    with pytest.raises(kind) as caught:
        reference(**{"input": [[0.0, 1.0]], "target": [1], **arguments})
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("weight", [None, [0.5, 2.0, 1.0, 3.5]])
def test_the_reference_adds_the_z_loss_to_the_cross_entropy(reduction, soft, weight):
    random = np.random.default_rng(0)
    z, y = random.normal(size=(5, 4, 3)), random.integers(0, 4, (5, 3))
    y[1, 2] = -100
    if soft:
        y = np.moveaxis(random.dirichlet(np.ones(4), (5, 3)), -1, 1)
    options = {"weight": weight, "reduction": reduction}
    outer = random.normal(size=(5, 3) if reduction == "none" else ())
    lse = xentref.logsumexp(z, axis=1)
    rows = 0.3 * (lse**2 if soft else np.where(y == -100, 0.0, lse**2))
    count = 15 if soft else 14 if weight is None else np.array(weight)[y[y != -100]].sum()
    extra = {"none": rows, "sum": rows.sum(), "mean": rows.sum() / count}[reduction]
    loss, grad = reference(z, y, z_loss=0.3, grad_output=outer, **options)
    np.testing.assert_allclose(loss, xentref.cross_entropy(z, y, **options) + extra, rtol=1e-12)

    def along(step):
        return (outer * reference(z + step, y, z_loss=0.3, **options)[0]).sum()

    steps = 1e-6 * np.eye(z.size).reshape(-1, *z.shape)
    slopes = [(along(step) - along(-step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(grad, np.reshape(slopes, z.shape), atol=1e-8)


# What the pages say.


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("api/testing.md", [*testing.features()]),
        (
            "conformance.md",
            [*dict.fromkeys(check.family for check in testing.checks()), *testing.policies()],
        ),
    ],
)
def test_the_page_has_every_feature_or_every_family_and_policy(language, page, names):
    path = Path(__file__).parents[1] / "docs" / language / "reference" / page
    named = re.findall(r"^\| `([\w -]+)` \|", path.read_text("utf-8"), re.MULTILINE)
    assert named == names

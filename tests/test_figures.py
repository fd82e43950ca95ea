"""The figures: numbers from xentref, words from the page, and a mistake stops the build."""

import re
from itertools import permutations, product
from json import dumps as quoted
from pathlib import Path

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from markdown import Markdown
from mkdocs.exceptions import BuildError

import xentref
from docs.tools.figures import read_output
from docs.tools.stills import STILLS, microscope, shown
from docs.tools.stills.code_lengths import code_words, huffman

LOSSES = [f"{2.4 * 0.83**epoch:.5f}" for epoch in range(16)]
PRINTED = "\n".join(f"epoch {n}: torch {loss}, NumPy {loss}1" for n, loss in enumerate(LOSSES))
OUTPUT = f"""
```python title="Train"
print("…")
```

```output
{PRINTED}
accuracy 0.97
```

"""
CAPTION = "\nThe loss $\\ell$ of *one* sample.\n///\n"


def block(name, *, words=None, alt="A picture.", extra="", caption=CAPTION):
    """Write a figure as a page does; words that are not given are made up."""
    still = STILLS.get(name, STILLS["sigmoid"])
    made_up = {
        key: f"word {key} " + " ".join(f"{{{field}}}" for field in still.placeholders.get(key, ()))
        for key in still.words
    }
    lines = [f"/// figure | {name}", f"    alt: {quoted(alt)}", "    words:"]
    lines += [f"      {key}: {quoted(word.strip())}" for key, word in (words or made_up).items()]
    if still.reads_output and not extra:
        extra = "    output-of: Train\n"
    return OUTPUT + "\n".join(lines) + "\n" + extra + caption


def render(text):
    """Build a page as the site does, as far as figures go."""
    markdown = Markdown(extensions=["pymdownx.superfences", "attr_list", "docs.tools.figures"])
    return BeautifulSoup(markdown.convert(text), "html.parser")


def numbers(name):
    """Return the numbers that a still shows, by name."""
    return numbers_of(render(block(name)))


def numbers_at(name, **state):
    """Return the numbers that a live figure shows, by name, after some controls were moved."""
    still = STILLS[name]
    words = {
        key: "".join(f"{{{f}}}" for f in still.placeholders.get(key, ())) for key in still.words
    }
    rows = [read_output(name, OUTPUT, "Train")] if still.reads_output else []
    drawn = still.draw(words, *rows, **{**still.start, **state})
    return numbers_of(BeautifulSoup(drawn, "html.parser"))


def numbers_of(page):
    shown_as = {}
    for mark in page.select("[data-value]"):
        text = mark.get_text()
        assert shown_as.setdefault(mark["data-value"], text) == text
    return shown_as


# Numbers


def test_pipeline_shows_the_worked_example():
    p = xentref.softmax([0.0, 1.0])
    assert numbers("pipeline") == {
        "z0": "0.0",
        "z1": "1.0",
        "e0": "1.0000",
        "e1": "2.7183",
        "sum": "3.7183",
        "p0": f"{p[0]:.4f}",
        "p1": f"{p[1]:.4f}",
        "subscript": "₀",
        "loss": f"{xentref.cross_entropy([0.0, 1.0], 0):.5f}",
    }
    assert numbers("pipeline")["loss"] == "1.31326"


def test_pipeline_bars_are_as_long_as_their_numbers():
    page = render(block("pipeline"))
    first, last, start, stop = map(float, page.select_one("[data-y]")["data-x"].split())
    for k, p in enumerate(xentref.softmax([0.0, 1.0])):
        width = float(page.select_one(f'[data-mark="p{k}-bar"]')["width"])
        assert width / (stop - start) * (last - first) == pytest.approx(p, abs=2e-4)


def test_sigmoid_shows_its_values():
    assert numbers("sigmoid") == {
        f"σ({s})": f"{xentref.sigmoid(s):.{d}f}" for s, d in ((-2, 4), (0, 1), (2, 4))
    }


def test_coin_peaks_where_its_loss_is_least():
    heads = np.repeat([1.0, 0.0], [9, 4])
    loss, least = (
        xentref.binary_cross_entropy(np.full(13, theta), heads, reduction="sum")
        for theta in (0.5, 9 / 13)
    )
    assert numbers("coin") == {
        "heads": "9",
        "tosses": "13",
        "about": "≈",
        "best": f"{9 / 13:.4f}",
        "peak": f"{np.exp(-least) * 1e4:.3f}",
        "exponent": "−4",
        "theta": "0.50",
        "likelihood": f"{0.5**13 * 1e4:.3f}",
        "loss": f"{loss:.3f}",
        **{f"tick{k}": f"{13 * k}" for k in range(4)},
    }


def test_coin_curves_have_their_extremes_at_the_rings():
    """Places grow downwards: the likelihood's top is its least y, the loss's foot its largest."""
    page = render(block("coin"))
    curves = [
        np.array([point.split(",") for point in line["points"].split()], dtype=float)
        for line in page.select("polyline")
    ]
    rings = page.select("circle.xr-ring")
    (x1, y1), (x2, y2) = [(float(ring["cx"]), float(ring["cy"])) for ring in rings]
    assert x1 == x2
    assert y1 == pytest.approx(curves[0][:, 1].min(), abs=0.3)
    assert y2 == pytest.approx(curves[1][:, 1].max(), abs=0.3)


def test_softmax_shows_each_step():
    shown_as = numbers("softmax")
    for n, z in enumerate(([3.0, 7.0, 4.0], [3.0, 5.0, 8.0])):
        p, e = xentref.softmax(z), np.exp(z)
        assert [shown_as[f"z{n}{k}"] for k in range(3)] == [f"{value:.0f}" for value in z]
        assert [shown_as[f"e{n}{k}"] for k in range(3)] == [f"{value:.1f}" for value in e]
        assert [shown_as[f"p{n}{k}"] for k in range(3)] == [f"{value:.4f}" for value in p]
        assert (shown_as[f"sum1{n}"], shown_as[f"sum2{n}"]) == (f"{e.sum():.1f}", "1.0000")


def test_surprisal_shows_both_points():
    assert numbers("surprisal") == {"-ln 0.4": "0.9163", "-ln 0.98": "0.0202"}
    logits = np.log([[0.4, 0.6], [0.98, 0.02]])
    losses = xentref.cross_entropy(logits, [0, 0], reduction="none")
    assert [f"{loss:.4f}" for loss in losses] == ["0.9163", "0.0202"]


def test_units_are_the_bases():
    assert numbers("units") == {
        "one-bits": "0.5",
        "one-nats": f"{xentref.softmax([-1.0, np.log(1 - np.exp(-1))])[0]:.3f}",
        "one-hartleys": "0.1",
        "p": "0.25",
        "bits": "2.0000",
        "nats": f"{xentref.cross_entropy(np.zeros(4), 0):.4f}",
        "hartleys": f"{2 * np.log10(2):.4f}",
    }


def test_units_name_one_height():
    """Each ring lies as high as the 1 on the axis of its unit."""
    page = render(block("units"))
    ones = [
        float(tick["y"]) - 4.5
        for tick in page.select("text.xr-tick")
        if float(tick.get_text()) == 1 and tick.get("text-anchor") != "middle"
    ]
    rings = [float(ring["cy"]) for ring in page.select("circle.xr-ring")]
    assert ones == pytest.approx(rings, abs=0.11)


def test_code_lengths_are_areas():
    p = np.array([0.4, 0.3, 0.2, 0.1])
    assert numbers("code-lengths") == {
        **{f"p{k}": f"{share:.2f}" for k, share in enumerate(p)},
        **{f"bits{k}": f"{-np.log2(share):.2f}" for k, share in enumerate(p)},
        **dict(zip(("word0", "word1", "word2", "word3"), ("0", "10", "110", "111"), strict=True)),
        "information": f"{xentref.entropy(p, base=2):.4f}",
        "huffman": f"{p @ [1, 2, 3, 3]:.4f}",
        "kept": "1.9000",
    }


def test_code_lengths_draws_areas_to_scale():
    """The columns' places, read back, have the areas that the picture names."""
    page = render(block("code-lengths"))
    columns = page.select("rect.xr-track[data-mark]")
    area = sum(float(column["width"]) * float(column["height"]) for column in columns)
    panel = page.select_one("[data-panel]")
    (x1, x2), (y1, y2) = [
        [float(end) for end in panel[f"data-{axis}"].split()[2:]] for axis in "xy"
    ]
    unit = (x2 - x1) * (y1 - y2) / 4.5  # the places of one by one bit
    assert area / unit == pytest.approx(xentref.entropy([0.4, 0.3, 0.2, 0.1], base=2), abs=5e-3)
    outline = page.select_one('[data-mark="outline"]')["points"].split()
    x, y = np.array([point.split(",") for point in outline], dtype=float).T
    assert abs(np.trapezoid(y, x)) / unit == pytest.approx(1.9, abs=5e-3)


def test_code_lengths_makes_the_best_prefix_code():
    """Against every set of lengths that satisfies Kraft's inequality."""
    lengths = np.array(list(product(range(1, 5), repeat=4)))
    lengths = lengths[np.sum(2.0**-lengths, axis=1) <= 1]
    for p in ([40, 30, 20, 10], [25, 25, 25, 25], [40, 20, 20, 20], [5, 10, 35, 50], [5, 5, 85, 5]):
        found = huffman(p)
        assert np.dot(p, found) == np.min(lengths @ p)
        words = code_words(found)
        assert [len(word) for word in words] == found
        assert not [pair for pair in permutations(words, 2) if pair[0].startswith(pair[1])]


def test_stack_adds_up():
    """Three areas on the one hand, entropy and divergence on the other: the same sum."""
    p, q = [0.7, 0.2, 0.1], [0.7, 0.299, 0.001]
    surprise = -np.log(q)
    assert numbers("stack") == {
        **{f"p{k}": f"{share:.2f}" for k, share in enumerate(p)},
        **{f"q{k}": f"{share:.3f}" for k, share in enumerate(q)},
        **{f"surprise{k}": f"{height:.4f}" for k, height in enumerate(surprise)},
        **{f"area{k}": f"{area:.4f}" for k, area in enumerate(p * surprise)},
        **{f"tick{k}": f"{k / 2:.1f}" for k in range(4)},
        "cross": f"{np.dot(p, surprise):.4f}",
        "entropy": f"{-np.dot(p, np.log(p)):.4f}",
        "divergence": f"{np.dot(p, np.log(np.divide(p, q))):.4f}",
    }
    assert numbers("stack")["cross"] == "1.1819"


def test_stack_areas_are_the_cross_entropy():
    """The columns' areas are to each other as the parts of the bar, whose ends meet below."""
    page = render(block("stack"))
    columns = [page.select_one(f'[data-mark="area{k}"]') for k in range(3)]
    areas = [float(column["width"]) * float(column["height"]) for column in columns]
    widths = [float(page.select_one(f'[data-mark="part{k}"]')["width"]) for k in range(3)]
    assert np.divide(areas, sum(areas)) == pytest.approx(np.divide(widths, sum(widths)), abs=3e-3)
    below = [
        float(page.select_one(f'[data-mark="{m}"]')["width"]) for m in ("entropy", "divergence")
    ]
    assert sum(widths) == pytest.approx(sum(below), abs=0.3)


def test_race_is_run_step_by_step():
    """The same race, run with the gradients of xentref, until both have passed 0.9."""
    z, steps, passed, then = np.array([-8.0, -8.0]), 0, {}, {}
    while len(passed) < 2:
        p = xentref.sigmoid(z)
        by_score = xentref.binary_cross_entropy_with_logits_grad(z[0], 1.0)
        z = z - [by_score, (p[1] - 1) * p[1] * (1 - p[1])]
        steps += 1
        for name, now in zip(("ce", "mse"), xentref.sigmoid(z), strict=True):
            if now > 0.9:
                passed.setdefault(f"{name}_when", str(steps))
            if steps == 20:
                then[f"{name}_p"] = f"{now:.4f}"
    still = {"peak": f"{4 / 27:.3f}", "start": "−8.0", "rate": "1.00", "n": "20"}
    assert numbers("race") == {**still, **passed, **then}
    assert passed == {"ce_when": "19", "mse_when": "3081"}


def test_race_can_be_checked_by_hand():
    """From z = 0, where p = 1/2, one step of rate 4 goes to 4/2 = 2 and to 4/8 = 1/2."""
    shown_as = numbers_at("race", start=0, log_rate=np.log10(4), log_steps=0)
    assert (shown_as["rate"], shown_as["n"]) == ("4.00", "1")
    p = [f"{1 / (1 + np.exp(-z)):.4f}" for z in (2.0, 0.5)]
    assert [shown_as["ce_p"], shown_as["mse_p"]] == p == ["0.8808", "0.6225"]


def test_race_says_so_if_the_goal_is_not_reached():
    shown_as = numbers_at("race", log_rate=-1)
    assert (shown_as["ce_when"], shown_as["mse_when"]) == ("191", "> 10000")


def test_race_marks_the_top_of_the_lower_slope():
    page = render(block("race"))
    _, lower = (
        [point.split(",") for point in line["points"].split()]
        for line in page.select("svg")[0].select("polyline")
    )
    top = page.select("svg")[0].select_one("line.xr-guide")
    assert float(top["y2"]) <= min(float(y) for _, y in lower)


@pytest.mark.parametrize("epoch", [0, 7, 15])
def test_loss_curves_are_the_numbers_of_the_output(epoch):
    loss = float(LOSSES[epoch])
    assert numbers_at("loss-curves", epoch=epoch) == {
        "ln 10": f"{xentref.cross_entropy(np.zeros(10), 0):.4f}",
        "epoch": str(epoch),
        "torch": f"{loss:.4f}",
        "numpy": f"{loss:.4f}",
        "probability": f"{np.exp(-loss):.4f}",
    }


def test_loss_curves_have_a_point_for_each_epoch():
    torch, numpy = render(block("loss-curves")).select("polyline")[:2]
    assert len(torch["points"].split()) == len(numpy["points"].split()) == 16


def test_tail_shows_where_float32_falls_off_and_the_loss_that_remains():
    assert numbers("tail") == {
        "cliff": f"{24 * np.log(2):.2f}",
        "mantissa": f"{xentref.cross_entropy([20.0, 0.0], 0) * 1e9:.2f}",
    }


def test_tail_is_a_staircase_that_ends_below_the_axis():
    """Places grow downwards; a step is level, a fall upright, and the last level is 0."""
    stairs = np.array(
        [point.split(",") for point in render(block("tail")).polyline["points"].split()],
        dtype=float,
    )
    steps = np.diff(stairs, axis=0)
    assert np.all(steps >= 0)
    assert np.all(np.minimum(*steps.T) == 0)
    assert stairs[-1, 1] == stairs[-2, 1] == 262.0
    fall = steps[-2, 1]
    assert fall > 4 * steps[:-2, 1].max()


def test_denominator_divides_one_sum_twice():
    """By the weights of the kept labels, and by the number of samples; the second is ignored."""
    z, w = [[2.0, 0.0], [0.0, 0.5], [0.0, 1.0], [1.0, 0.0]], [1.0, 3.0]
    index, one_hot = [0, -100, 1, 1], [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    terms = xentref.cross_entropy(z, index, weight=w, reduction="none")
    assert numbers("denominator") == {
        **{f"term{n}": f"{term:.4f}" for n, term in enumerate(terms)},
        **{f"weight{n}": f"{weight:.1f}" for n, weight in enumerate((1, 1, 3, 3))},
        "smoothing": "0.00",
        "sum": f"{terms.sum():.4f}",
        "indices-by": "7.0",
        "indices-mean": f"{xentref.cross_entropy(z, index, weight=w):.4f}",
        "probabilities-by": "4",
        "probabilities-mean": f"{xentref.cross_entropy(z, one_hot, weight=w):.4f}",
    }


def test_denominator_is_as_long_as_its_number():
    """The parts of each denominator, read back on the axis, add up to it."""
    page = render(block("denominator"))
    first, last, start, stop = map(float, page.select_one('[data-panel="means"]')["data-x"].split())
    for name, whole, parts in (("indices", 7, 3), ("probabilities", 4, 4)):
        widths = [float(page.select_one(f'[data-mark="{name}{n}"]')["width"]) for n in range(4)]
        length = sum(widths) + 2 * parts  # each part is drawn two units shorter
        assert length / (stop - start) * (last - first) == pytest.approx(whole, abs=0.02)


def test_perplexity_shows_the_right_mean_and_its_rivals():
    """One token of 1 nat and nine of 3: worked from the scores of two classes."""
    p = np.exp(-np.array([1.0] + 9 * [3.0]))
    losses = xentref.cross_entropy(
        np.log(np.stack([p, 1 - p], 1)), np.zeros(10, int), reduction="none"
    )
    shown_as = numbers("perplexity")
    assert [shown_as[name] for name in ("n0", "l0", "n1", "l1", "n")] == [
        "1",
        "1.0",
        "9",
        "3.0",
        "10",
    ]
    assert shown_as["mean"] == f"{losses.mean():.2f}" == "2.80"
    assert shown_as["right"] == f"{np.exp(losses.mean()):.2f}" == "16.44"
    assert shown_as["means"] == f"{np.exp((losses[0] + losses[1]) / 2):.2f}" == "7.39"
    assert (
        shown_as["perplexities"] == f"{(np.exp(losses[0]) + np.exp(losses[1])) / 2:.2f}" == "11.40"
    )
    assert shown_as["exponentials"] == f"{np.exp(losses).mean():.2f}" == "18.35"
    assert shown_as["bits"] == f"{2 ** losses.mean():.2f}" == "6.96"


def test_perplexity_level_has_the_area_of_the_blocks():
    page = render(block("perplexity"))
    blocks = [page.select_one(f'[data-mark="block{k}"]') for k in (0, 1)]
    area = sum(float(each["width"]) * float(each["height"]) for each in blocks)
    level = page.select_one('[data-mark="level"]')
    width, height = float(level["x2"]) - float(level["x1"]), 196 - float(level["y1"])
    assert width * height == pytest.approx(area, rel=2e-3)


def test_micro_batches_weigh_their_means():
    shown_as = {name: float(number) for name, number in numbers("micro-batches").items()}
    means, counts = [[shown_as[f"{x}{k}"] for k in (0, 1)] for x in ("mean", "n")]
    assert shown_as["naive"] == pytest.approx(np.mean(means), abs=1e-4)
    assert shown_as["exact"] == pytest.approx(np.average(means, weights=counts), abs=1e-4)


def test_micro_batches_agree_where_their_counts_do_and_only_there():
    still = STILLS["micro-batches"]
    for cut in range(1, 12):
        svg = BeautifulSoup(still.draw(dict.fromkeys(still.words, "word"), cut=cut), "html.parser")
        n0, n1, naive, exact = (
            float(svg.select_one(f'[data-value="{name}"]').get_text())
            for name in ("n0", "n1", "naive", "exact")
        )
        assert (n0 + n1, exact) == (8, 1.83)
        assert np.isnan(naive) == (n0 == 0)
        assert (naive == exact) == (n0 == n1)


def test_micro_batches_columns_are_weights_that_sum_to_one():
    page = render(block("micro-batches"))
    first, last, start, stop = map(float, page.select_one("[data-y]")["data-y"].split())
    heights = [float(bar["height"]) for bar in page.select('[data-mark^="token"]')]
    weights = [height / (start - stop) * (last - first) for height in heights]
    assert weights == pytest.approx([1 / 4] * 2 + [1 / 12] * 6, abs=1e-3)
    assert sum(weights) == pytest.approx(1, abs=1e-3)


def test_microscope_shows_what_float32_makes_of_the_gap_20():
    shown_as = numbers("microscope")
    assert {key: shown_as[key] for key in ("up", "down", "p", "doubt", "naive", "stable")} == {
        "up": f"{np.exp(20):.2e}".replace("+0", ""),
        "down": "2.06e−9",
        "p": "1",
        "doubt": "0",
        "naive": "0",
        "stable": "2.06e−9",
    }
    assert f"{xentref.cross_entropy([20.0, 0.0], 0):.2e}" == "2.06e-09"
    assert (shown_as["naive-exact"], shown_as["p-exact"]) == ("2.06e−9", "0.9999999979")


@pytest.mark.parametrize("chosen", microscope.FORMATS, ids=lambda chosen: chosen.name)
def test_microscope_shows_what_torch_computes(chosen):
    dtype = getattr(torch, chosen.name)
    for g in np.arange(0, 120.5, 0.5).tolist():
        z = torch.tensor([g, 0.0], dtype=dtype)
        p = torch.softmax(z, dim=0)[0]
        theirs = {"up": z[0].exp(), "down": (-z[0]).exp(), "p": p, "doubt": 1 - p}
        theirs |= {"naive": -p.log(), "stable": (-z[0]).exp().log1p()}
        ours = microscope.stored(chosen, g)
        for name, number in theirs.items():
            exponent = max(np.floor(np.log2(ours[name])) if ours[name] else -np.inf, chosen.least)
            near = pytest.approx(ours[name], rel=0, abs=2 * 2.0 ** (exponent - chosen.digits))
            assert number.double().item() == near, (name, g)


@pytest.mark.parametrize("chosen", microscope.FORMATS, ids=lambda chosen: chosen.name)
def test_microscope_loses_each_number_at_the_gap_that_it_names(chosen):
    for name, gap in chosen.last.items():
        below, above = (microscope.stored(chosen, gap + step)[name] for step in (-1e-3, 1e-3))
        assert not microscope.lost(name, below), (name, gap)
        assert microscope.lost(name, above), (name, gap)


def test_microscope_rounds_bfloat16_as_torch_does():
    bfloat16 = microscope.FORMATS[1]
    bits = np.random.default_rng(0).integers(0, 0x7F80_0000, 2000).astype(np.int32)
    numbers = [*bits.view(np.float32).tolist(), 1 + 2**-8, 1 + 3 * 2**-8, 2.0**-134, 3.4e38]
    theirs = torch.tensor(numbers).bfloat16().double().tolist()
    assert [bfloat16.stored(number) for number in numbers] == theirs


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        ("p", 1 - 3 * 2**-11, "0.9985351563"),  # half-way: up, as in JavaScript
        ("doubt", 3 * 2**-11, "0.00146"),
        ("down", 1.125, "1.13"),
        ("down", 2**-24, "5.96e−8"),
        ("p", 1 - 2**-53, "0.9999999999…"),
        ("up", np.inf, "∞"),
    ],
)
def test_microscope_writes_numbers_as_its_script_does(name, number, text):
    assert microscope.said(name, number) == text


def test_simplex_shows_the_scores_of_cat_dog_and_horse():
    p = xentref.softmax([3.0, 7.0, 4.0])
    assert numbers("simplex") == {
        "t": "1.00",
        "z0": "3.0",
        "z1": "7.0",
        "z2": "4.0",
        "s0": "3.00",
        "s1": "7.00",
        "s2": "4.00",
        **{f"p{k}": f"{share:.4f}" for k, share in enumerate(p)},
        "entropy": f"{xentref.entropy(p):.4f}",
    }
    assert numbers("simplex")["p1"] == "0.9362"


@pytest.mark.parametrize("log_t", [-1, 0, 2])
def test_simplex_of_equal_scores_is_its_middle(log_t):
    shown_as = numbers_at("simplex", z0=5, z1=5, z2=5, log_t=log_t)
    assert [shown_as[f"p{k}"] for k in range(3)] == ["0.3333"] * 3
    assert shown_as["entropy"] == f"{np.log(3):.4f}" == "1.0986"


def test_simplex_goes_from_the_corner_of_the_largest_score_to_the_middle():
    """The distances of a point from the three sides are to the height as its probabilities to 1."""
    page = render(block("simplex"))
    cat, dog, horse = (
        np.array(corner.split(","), dtype=float) for corner in page.polygon["points"].split()
    )
    way = page.select_one('[data-mark="way"]')["points"].split()
    first, last = (np.array(way[end].split(","), dtype=float) for end in (0, -1))
    assert first == pytest.approx(dog, abs=0.1)
    assert last == pytest.approx((cat + dog + horse) / 3, abs=1)
    point = page.select_one('[data-mark="point"]')
    p = xentref.softmax([3.0, 7.0, 4.0])
    spot = p[0] * cat + p[1] * dog + p[2] * horse
    assert [float(point["cx"]), float(point["cy"])] == pytest.approx(spot, abs=0.06)


def test_target_shows_one_term_of_a_one_hot_target():
    shown_as = numbers("target")
    total = 1 + np.e + 1 / np.e  # of the scores 0, 1, -1
    losses = [f"{np.log(total) - z:.4f}" for z in (0, 1, -1)]
    assert [shown_as[f"loss{k}"] for k in range(3)] == losses == ["1.4076", "0.4076", "2.4076"]
    assert [shown_as[f"term{k}"] for k in range(3)] == ["1.4076", "0.0000", "0.0000"]
    assert (shown_as["sum"], shown_as["least"], shown_as["terms"]) == ("1.4076", "0.0000", "1")


@pytest.mark.parametrize("label", range(3))
@pytest.mark.parametrize("eps", [0, 0.1, 1])
def test_target_is_the_cross_entropy_with_label_smoothing(label, eps):
    z = [2.0, -0.5, 0.3]
    shown_as = numbers_at("target", kind=label, eps=eps, z0=z[0], z1=z[1], z2=z[2])
    loss = xentref.cross_entropy(z, label, label_smoothing=eps)
    assert shown_as["sum"] == f"{loss:.4f}"
    assert shown_as["terms"] == ("3" if eps else "1")


def test_target_of_votes_costs_at_least_its_entropy():
    votes = {"kind": 3, "v0": 7, "v1": 3, "v2": 0}
    shown_as = numbers_at("target", **votes)
    assert [shown_as[f"y{k}"] for k in range(3)] == ["0.7000", "0.3000", "0.0000"]
    assert (shown_as["sum"], shown_as["least"]) == ("1.1076", f"{xentref.entropy([0.7, 0.3]):.4f}")
    nobody = numbers_at("target", kind=3, v0=0, v1=0, v2=0, z0=0, z1=0, z2=0)
    assert nobody["sum"] == nobody["least"] == f"{np.log(3):.4f}"


def test_target_draws_terms_as_areas():
    """All columns have one scale: their areas are to each other as the terms."""
    page = render(block("target"))
    rooms = [page.select_one(f'[data-mark="room{k}"]') for k in range(3)]
    areas = [float(room["width"]) * float(room["height"]) for room in rooms]
    unit = areas[0] / 1.4076
    assert [area / unit for area in areas] == pytest.approx([1.4076, 0.4076, 2.4076], rel=5e-3)
    terms = [page.select_one(f'[data-mark="term{k}"]') for k in range(3)]
    assert [float(term["width"]) for term in terms] == [float(rooms[0]["width"]), 0, 0]


def test_weights_make_a_base_rate_of_one_tenth_one_half():
    """The optimum by the formula; and each curve has its foot at its mark."""
    assert numbers("weights") == {
        "q0": "0.90",
        "q1": "0.10",
        "w0": "1.0",
        "w1": "9.0",
        "total": "1.800",
        "p0": "0.5000",
        "p1": "0.5000",
    }
    page = render(block("weights"))
    for name, entropy in (("plain", xentref.entropy([0.9, 0.1])), ("weighted", np.log(2))):
        places = page.select_one(f'[data-mark="{name}-curve"]')["points"].split()
        lowest = max(float(pair.split(",")[1]) for pair in places)
        foot = float(page.select_one(f'[data-mark="{name}-foot"]')["cy"])
        assert lowest == pytest.approx(foot, abs=0.3)
        assert foot == pytest.approx(266 - entropy / 6 * 192, abs=0.06)


@pytest.mark.parametrize(("value", "text"), [(-0.04, "0.0"), (-1.0, "−1.0"), (2.0, "2.0")])
def test_numbers_have_a_true_minus_and_no_minus_zero(value, text):
    assert shown(value, 1) == text


# The picture


@pytest.mark.parametrize("name", STILLS)
def test_still_has_a_name_a_caption_and_few_bytes(name):
    page = render(block(name, alt='Say "p < 1" & go.'))
    figure = page.select_one(f"figure#figure-{name}.xr-figure")
    assert figure.select_one('[role="img"]')["aria-label"] == 'Say "p < 1" & go.'
    assert figure.select_one("svg[viewBox]")
    assert figure.select_one("figcaption > p > em").get_text() == "one"
    assert len(str(figure)) < 10_000
    assert [tag["id"] for tag in figure.select("[id]")] == []


@pytest.mark.parametrize("name", STILLS)
def test_still_has_no_words_but_the_pages(name):
    page = render(block(name))
    page.figcaption.extract()
    left = page.figure.get_text(" ")
    for key in STILLS[name].words:
        left = left.replace(f"word {key}", " ")
    assert set(re.findall(r"[^\W\d_]+", left)) <= {
        *"zpesglLnqwyHDTσθηεΣ₀₁₂₃",
        "ln",
        "log",
        "softmax",
        "float",
        "bfloat",
    }


def test_words_are_escaped():
    words = {"score": "<b>&", "probability": 'a "b"'}
    page = render(block("sigmoid", words=words))
    assert page.b is None
    assert "<b>&" in page.figure.get_text()


def test_figure_is_left_out_of_search():
    page = render(block("pipeline"))
    excluded = page.select_one("[data-search-exclude]")
    assert excluded.name == "xentref-pipeline"
    assert not excluded.select(excluded.name)  # Material stops leaving out at a nested end tag
    assert not page.figcaption.find_parent(attrs={"data-search-exclude": True})


# Mistakes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (block("sigmund"), "figure 'sigmund': no such figure; known are pipeline, sigmoid"),
        (block("sigmoid", alt=" "), "figure 'sigmoid': alt must be a sentence"),
        (block("sigmoid", words={"score": "s"}), "words must have the keys score, probability"),
        (
            block("sigmoid", words={"score": "s", "probability": "p", "x": "x"}),
            "words must have the keys score, probability; got score, probability, x",
        ),
        (block("sigmoid", words={"score": "s", "probability": ""}), "probability must be a text"),
        (
            block("softmax", words=dict.fromkeys(STILLS["softmax"].words, "w")),
            "words: sample must hold {n}; got 'w'",
        ),
        (
            block("sigmoid", words={"score": "{s}", "probability": "p"}),
            "words: score must hold no braces",
        ),
        (block("sigmoid", caption="\n///\n"), "figure 'sigmoid': needs a caption"),
        (block("sigmoid", caption="\nCaption.\n"), "figure 'sigmoid': has no end"),
        (block("sigmoid") + block("sigmoid"), "figure 'sigmoid': stands twice on this page"),
        (
            block("sigmoid", extra="    colour: red\n"),
            "figure 'sigmoid': its options cannot be read",
        ),
        (
            block("sigmoid", extra="    output-of: [\n"),
            "figure 'sigmoid': its options cannot be read",
        ),
        (block("sigmoid").replace("    words", "  words"), "words must have the keys"),
        (block("sigmoid", extra="    output-of: Train\n"), "figure 'sigmoid': takes no output-of"),
        (
            block("loss-curves", extra="    output-of: Run\n"),
            "figure 'loss-curves': output-of: no python block titled 'Run' with an output after it",
        ),
        (OUTPUT + block("loss-curves"), "output-of: more than one python block titled 'Train'"),
        (
            block("loss-curves").replace(PRINTED, "epoch 0: torch 2.4, NumPy 2.4"),
            "output-of: the output of 'Train' has 1 lines of three numbers",
        ),
        (
            block("loss-curves").replace("epoch 1:", "epoch"),
            "figure 'loss-curves': output-of: the output must have a line for each epoch from 0",
        ),
    ],
)
def test_mistake_stops_the_build_and_names_the_figure(text, message):
    with pytest.raises(BuildError, match=re.escape(message)):
        render(text)


def test_output_of_another_block_is_not_taken():
    """A block without an output of its own does not borrow the next block's."""
    silent = '```python title="Train"\nx = 1\n```\n\n'
    with pytest.raises(BuildError, match="no python block titled 'Train'"):
        render(silent + block("loss-curves").replace('title="Train"', 'title="Other"'))


def test_figure_shown_as_code_is_left_alone():
    page = render("```text\n/// figure | nothing\n```\n\n    /// figure | nothing\n")
    assert page.figure is None


@pytest.mark.parametrize("script", sorted(Path("docs/theme/js").glob("figures/*.js")), ids=str)
def test_script_holds_no_words(script):
    """Every string in a script is a name, a format or a number."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", script.read_text("utf-8"), flags=re.DOTALL)
    strings = re.findall(r'"([^"\n]*)"', code)
    assert not [string for string in strings if re.search(r"[A-Z一-鿿]|\w \w", string)]


def test_each_live_figure_has_its_script():
    live = {name for name, still in STILLS.items() if still.controls}
    scripts = {path.stem for path in Path("docs/theme/js/figures").glob("*.js")}
    assert scripts == live | {"base"}

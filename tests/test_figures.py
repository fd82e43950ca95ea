"""The figures: numbers from xentref, words from the page, and a mistake stops the build."""

import re
from json import dumps as quoted
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from markdown import Markdown
from mkdocs.exceptions import BuildError

import xentref
from docs.tools.stills import STILLS, shown

OUTPUT = """
```python title="Train"
print("…")
```

```output
epoch 0: torch 2.30259, NumPy 2.30258
epoch 1: torch 0.91300, NumPy 0.91310
accuracy 0.97
epoch 2: torch 0.51300, NumPy 0.51300
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
    page = render(block(name))
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
    loss = xentref.binary_cross_entropy(np.full(13, 9 / 13), heads, reduction="sum")
    assert numbers("coin") == {
        "peak": f"{np.exp(-loss) * 1e4:.3f}",
        "least": f"{loss:.3f}",
        "best": f"{9 / 13:.4f}",
    }


def test_coin_curves_have_their_extremes_at_the_mark():
    """Places grow downwards: the likelihood's top is its least y, the loss's foot its largest."""
    page = render(block("coin"))
    curves = [
        np.array([point.split(",") for point in line["points"].split()], dtype=float)
        for line in page.select("polyline")
    ]
    (x1, y1), (x2, y2) = [(float(dot["cx"]), float(dot["cy"])) for dot in page.select("circle")]
    assert x1 == x2
    assert y1 == curves[0][:, 1].min()
    assert y2 == curves[1][:, 1].max()


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
        "bits": "0.5",
        "nats": f"{xentref.softmax([-1.0, np.log(1 - np.exp(-1))])[0]:.3f}",
        "hartleys": "0.1",
    }


def test_units_name_one_height():
    """Each point lies as high as the 1 on the axis of its unit."""
    page = render(block("units"))
    ones = [
        float(tick["y"]) - 4.5
        for tick in page.select("text.xr-tick")
        if float(tick.get_text()) == 1 and tick.get("text-anchor") != "middle"
    ]
    assert ones == pytest.approx([float(dot["cy"]) for dot in page.select("circle")], abs=0.11)


def test_code_lengths_are_areas():
    p = np.array([0.4, 0.3, 0.2, 0.1])
    assert numbers("code-lengths") == {
        **{f"p{k}": f"{share:.1f}" for k, share in enumerate(p)},
        **{f"bits{k}": f"{-np.log2(share):.2f}" for k, share in enumerate(p)},
        "information": f"{xentref.entropy(p, base=2):.4f}",
        "code": f"{p @ [1, 2, 3, 3]:.1f}",
    }


def test_code_lengths_draws_areas_to_scale():
    """The columns' places, read back, have the areas that the picture names."""
    page = render(block("code-lengths"))
    columns = page.select("rect.xr-track")[:4]
    area = sum(float(column["width"]) * float(column["height"]) for column in columns)
    unit = 360 * 53  # the places of one by one bit
    assert area / unit == pytest.approx(xentref.entropy([0.4, 0.3, 0.2, 0.1], base=2), abs=5e-3)
    outline = page.select("polyline.xr-curve-dashed")[0]["points"].split()
    x, y = np.array([point.split(",") for point in outline], dtype=float).T
    assert abs(np.trapezoid(y, x)) / unit == pytest.approx(1.9, abs=5e-3)


def test_stack_adds_up():
    """The entropy stays, the divergence grows, and their sum is the cross-entropy."""
    p = [0.7, 0.2, 0.1]
    expected = {}
    for k, q in enumerate((p, [0.5, 0.3, 0.2], [0.7, 0.299, 0.001])):
        expected[f"cross{k}"] = f"{-np.dot(p, np.log(q)):.4f}"
        expected[f"entropy{k}"] = f"{-np.dot(p, np.log(p)):.4f}"
        expected[f"divergence{k}"] = f"{abs(np.dot(p, np.log(np.divide(p, q)))):.4f}"
    assert numbers("stack") == expected
    assert [expected[f"cross{k}"] for k in range(3)] == ["0.8018", "0.8869", "1.1819"]


def test_stack_areas_are_the_cross_entropies():
    """The areas of the columns are to each other as the lengths of the bars."""
    page = render(block("stack"))
    columns = page.select("rect.xr-track")
    areas = [float(column["width"]) * float(column["height"]) for column in columns]
    bars = [
        float(page.select_one(f'[data-mark="entropy{k}"]')["width"])
        + float(page.select_one(f'[data-mark="divergence{k}"]')["width"])
        for k in (1, 2)
    ]
    unit = sum(areas[:3]) / bars[0]
    assert sum(areas[3:]) / bars[1] == pytest.approx(unit, rel=2e-3)


def test_race_is_run_step_by_step():
    """The same race, run with the formulas alone."""
    arrived = {}
    for name, pull in (("ce", lambda p: 1 - p), ("mse", lambda p: p * (1 - p) ** 2)):
        z, steps = -8.0, 0
        while (p := 1 / (1 + np.exp(-z))) <= 0.9:
            z, steps = z + pull(p), steps + 1
        arrived[name] = str(steps)
    assert numbers("race") == {**arrived, "peak": f"{4 / 27:.3f}"}
    assert arrived == {"ce": "19", "mse": "3081"}


def test_race_marks_the_top_of_the_lower_slope():
    page = render(block("race"))
    _, lower = (
        [point.split(",") for point in line["points"].split()]
        for line in page.select("svg")[0].select("polyline")
    )
    top = page.select("svg")[0].circle
    assert float(top["cy"]) <= min(float(y) for _, y in lower)


def test_loss_curves_are_the_numbers_of_the_output():
    page = render(block("loss-curves"))
    assert numbers("loss-curves") == {
        "ln 10": f"{xentref.cross_entropy(np.zeros(10), 0):.4f}",
        "torch": "0.5130",
        "numpy": "0.5130",
    }
    torch, numpy = page.select("polyline")[:2]
    assert len(torch["points"].split()) == len(numpy["points"].split()) == 3


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


def test_weights_make_a_base_rate_of_one_tenth_one_half():
    """The optimum by the formula; and each curve has its foot at its mark."""
    assert numbers("weights") == {
        "q0": "0.90",
        "q1": "0.10",
        "wq0": "0.90",
        "wq1": "0.90",
        "total": "1.80",
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
    assert set(re.findall(r"[^\W\d_]+", left)) <= {*"zpeslLqwHDgσθΣ₀₁", "ln", "softmax"}


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
            block("loss-curves").replace("epoch 1:", "epoch"),
            "output-of: the output of 'Train' has 2 lines of three numbers",
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

"""What `explain` says is what the functions compute, aligned, in either language."""

import json
import re
import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xentref
from docs.tools.mathml import to_mathml
from docs.tools.typography import corrected
from xentref import _board
from xentref._words import FORMULAS, WORDS

inf, nan = np.inf, np.nan
LANGUAGES = pytest.mark.parametrize("lang", WORDS)
RNG = np.random.default_rng(7)
Z = np.array([[0.0, 1.0, 0.5], [2.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
P = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
WIDE = RNG.normal(size=(4, 60)) * 5
IMAGE = RNG.normal(size=(2, 3, 2, 2))
BCE, LOGITS = "binary_cross_entropy", "binary_cross_entropy_with_logits"

# Input, target, keywords: every kind of loss, target, shape and step, and every edge.
CASES = [
    ([0, 1], 0, {}),
    ([0.0, 1.0], 0, {"weight": [2, 1]}),
    ([0.0, 1.0], 0, {"weight": [0, 1]}),
    ([0.0, 1.0], 1, {"label_smoothing": 0.1, "weight": [1, 2]}),
    ([0.0, 1.0], [0.25, 0.75], {}),
    ([0.0, 1.0], -100, {}),
    ([0.0, 800.0], 0, {}),
    ([0.0, 80.0], 1, {}),
    ([-inf, 0.0, 1.0], 1, {}),
    ([-inf, 0.0, 1.0], 0, {}),
    ([inf, 0.0, 1.0], 0, {}),
    ([nan, 0.0], 0, {"label_smoothing": 0.5}),
    ([5.0], 0, {}),
    ([[-inf, 0.0, 1.0]], [[0.0, 0.5, 0.5]], {"weight": [1, 2, 3]}),
    (Z, [0, 0, 2], {}),
    (Z, [0, 0, 2], {"reduction": "sum"}),
    (Z, [0, 0, 2], {"reduction": "none"}),
    (Z, [0, -100, 2], {"weight": [1, 2, 4]}),
    (Z, [0, -1, 2], {"ignore_index": -1, "reduction": "none"}),
    (Z, [1, 1, 1], {"ignore_index": 1}),
    (Z, [0, -100, 2], {"label_smoothing": 0.1}),
    (Z, [0, -100, 2], {"label_smoothing": 0.1, "weight": [1, 2, 4], "reduction": "sum"}),
    (Z, P, {}),
    (Z, P, {"weight": [1, 2, 4]}),
    (Z, P, {"label_smoothing": 1.0, "reduction": "none"}),
    (Z.astype(np.float32), np.uint8([0, 1, 2]), {"weight": [0.1, 0.2, 0.3]}),
    (Z.astype(np.float16), [0, 1, 2], {}),
    (Z.astype(np.float32), P, {"label_smoothing": 0.2}),
    (np.asfortranarray(Z)[::-1], [0, 1, 2], {}),
    (np.zeros((0, 3)), np.zeros(0, int), {}),
    (np.zeros((0, 3)), np.zeros((0, 3)), {"reduction": "none"}),
    (WIDE, [0, 31, 59, -100], {}),
    (WIDE[0], 31, {"label_smoothing": 0.1}),
    (np.tile(WIDE, (30, 1)), np.arange(120) % 60, {"weight": np.arange(60) / 7}),
    (np.tile(WIDE, (30, 1)), [3] * 100 + [-100] * 20, {}),
    (IMAGE, [[[0, 1], [2, -100]], [[0, 1], [2, 0]]], {"weight": [1, 2, 3]}),
    (IMAGE, xentref.softmax(IMAGE, axis=1), {"label_smoothing": 0.1}),
    (np.log(xentref.softmax(Z)), [0, 1, 2], {"loss": "nll_loss"}),
    (np.log([0.25, 0.75]), 0, {"loss": "nll_loss", "weight": [3, 1]}),
    (Z, [0, -100, 2], {"loss": "nll_loss", "weight": [1, 2, 4], "reduction": "none"}),
    (Z, [-100] * 3, {"loss": "nll_loss"}),
    (-WIDE, [0, 31, 59, 2], {"loss": "nll_loss", "reduction": "sum"}),
    ([0.98], [1], {"loss": BCE}),
    (0.98, 0, {"loss": BCE, "weight": 3}),
    ([0.0, 1.0, nan], [1, 0, 1], {"loss": BCE, "reduction": "none"}),
    (P, np.round(P).astype(bool), {"loss": BCE, "weight": [1, 2, 4]}),
    (np.zeros(0), np.zeros(0), {"loss": BCE}),
    ([0.0], [1], {"loss": LOGITS}),
    ([-800.0], [1.0], {"loss": LOGITS, "pos_weight": 3, "weight": 0.5}),
    ([inf, -inf], [1, 0], {"loss": LOGITS}),
    (Z, P, {"loss": LOGITS, "pos_weight": [1, 2, 3], "weight": 2, "reduction": "sum"}),
    (np.full((2, 2, 2), 30.0), np.full((2, 2, 2), 0.5), {"loss": LOGITS, "pos_weight": 1e-7}),
    (np.tile(Z.astype(np.float32), (9, 1)), np.tile(P, (9, 1)), {"loss": LOGITS}),
]
EVERY = pytest.mark.parametrize(("input", "target", "options"), CASES)


def loss_of(input, target, loss="cross_entropy", **options):
    return getattr(xentref, loss)(input, target, **options)


def values(explanation):
    """The numbers of all steps by the keys of the steps."""
    return {step.key: step.values for step in explanation.steps}


def same(found, wanted):
    """Equal to the last bit, in dtype and in shape."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)


def tables(text):
    """The tables of a text: lines without words, indented by six, of three columns' gaps."""
    blocks = re.findall(r"(?:^ {6}[^(（].*\n?)+", text, re.MULTILINE)
    return [block.splitlines() for block in blocks if " = " not in block and " ≈ " not in block]


# The article's example, word for word.

ENGLISH = """\
cross_entropy, step by step. Logarithms are natural, so the loss is in nats.

1. Scores: z_c
   The model gives each class c a score, which may be any real number. The class
   that is right is y.
      y   z_0   z_1
      0     0     1

2. Subtract the maximum: d_c = z_c - m, m = max z
   Only differences between scores count, so the result stays the same; but now
   the largest is 0, and no exponential can overflow.
      m   d_0   d_1
      1    -1     0

3. Exponentials: u_c = e^d_c
   An exponential is positive, and it makes differences of scores into ratios of
   probabilities.
          u_0       u_1
      0.36788   1.00000

4. Sum of the exponentials: S = Σ_c u_c
   This is what the probabilities are shares of.
      S = 0.36788 + 1.00000 ≈ 1.36788

5. Probabilities: p_c = u_c / S
   Each exponential is divided by their sum, so that together they make 1: this
   is the softmax.
          p_0       p_1
      0.26894   0.73106

6. Pick the label: p_y
   Of all the probabilities, the loss looks at one: that of the class that is
   right.
      p_y = p_0 ≈ 0.26894

7. Minus the logarithm: ℓ = -ln p_y = ln S - d_y
   How surprising the label is: 0 if its probability is 1, and without limit as
   that goes to 0. Computed from S, it keeps the digits that the probability has
   lost to rounding.
      ℓ = -ln 0.26894 ≈ 1.31326

8. Mean: L = Σ_n ℓ_n / N
   The mean divides by the number of rows that count: 1.
      L = 1.31326 / 1 ≈ 1.31326

cross_entropy = 1.3132616875182228"""

CHINESE = """\
cross_entropy：逐步计算。对数都是自然对数，所以损失的单位是奈特。

1. 得分：z_c
   模型给每个类别 c 打一个分，可以是任意实数。正确的类别是 y。
      y   z_0   z_1
      0     0     1

2. 减去最大值：d_c = z_c - m, m = max z
   起作用的只有得分之差，所以结果不变；但最大的成了 0，取指数就不会上溢。
      m   d_0   d_1
      1    -1     0

3. 取指数：u_c = e^d_c
   指数总是正数，并且把得分之差变成概率之比。
          u_0       u_1
      0.36788   1.00000

4. 指数之和：S = Σ_c u_c
   各个概率就是在这个总和中所占的份额。
      S = 0.36788 + 1.00000 ≈ 1.36788

5. 概率：p_c = u_c / S
   每个指数除以它们的总和，合起来就是 1，这就是 softmax。
          p_0       p_1
      0.26894   0.73106

6. 取出标签那一项：p_y
   所有概率中，损失只看一个：正确类别的那个。
      p_y = p_0 ≈ 0.26894

7. 取负对数：ℓ = -ln p_y = ln S - d_y
   标签有多令人意外：概率为 1 时是 0，概率趋于 0 时无限增大。这里由 S 算出，概率
   因舍入丢失的有效数字，它都还保留着。
      ℓ = -ln 0.26894 ≈ 1.31326

8. 平均：L = Σ_n ℓ_n / N
   求平均时，除以计入的行数 1。
      L = 1.31326 / 1 ≈ 1.31326

cross_entropy = 1.3132616875182228"""


@pytest.mark.parametrize(("lang", "text"), [("en", ENGLISH), ("zh", CHINESE)])
def test_the_article_s_example_word_for_word(lang, text):
    assert str(xentref.explain([0.0, 1.0], 0, lang=lang)) == text


def test_english_is_the_default():
    assert xentref.explain([0.0, 1.0], 0).lang == "en"


# The numbers are the functions'.


@EVERY
def test_the_last_number_is_the_loss_to_the_last_bit(input, target, options):
    found = xentref.explain(input, target, **options)
    wanted = loss_of(input, target, **options)
    same(found.value, wanted)
    same(found.steps[-1].values["L"], wanted)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_softmax_step_is_softmax(axis):
    z = Z[0] if axis == 0 else IMAGE
    target = 1 if axis == 0 else np.zeros((2, 2, 2), int)
    found = values(xentref.explain(z, target))
    same(found["probabilities"]["p"], xentref.softmax(z, axis=axis))


@EVERY
def test_the_losses_of_the_rows_are_those_of_the_loss_without_reduction(input, target, options):
    found = values(xentref.explain(input, target, **options))
    own = {name: value for name, value in options.items() if name != "reduction"}
    if "weighted" in found.get("weights", {}):
        same(found["weights"]["weighted"], loss_of(input, target, reduction="none", **own))
        own["weight"] = None
    for key in ("surprise", "loss", "blend"):
        if key in found:
            same(found[key]["loss"], loss_of(input, target, reduction="none", **own))


def test_the_surprises_of_all_classes_are_minus_log_softmax():
    found = values(xentref.explain(Z, P))
    same(found["surprises"]["s"], -xentref.log_softmax(Z))


def test_the_smoothed_target_is_smooth_labels():
    found = values(xentref.explain(Z, [0, 1, 2], label_smoothing=0.1))
    same(found["target"]["t"], xentref.one_hot([0, 1, 2], 3))
    same(found["smoothing"]["q"], xentref.smooth_labels([0, 1, 2], 0.1, 3))


def test_the_probability_of_a_binary_loss_is_sigmoid():
    found = values(xentref.explain(Z, P, loss=LOGITS))
    same(found["probabilities"]["p"], xentref.sigmoid(Z))
    same(found["surprises"]["a"], -xentref.logsigmoid(Z))
    same(found["surprises"]["b"], -xentref.logsigmoid(-Z))


def test_each_step_follows_from_the_one_before():
    found = values(xentref.explain(WIDE, [0, 31, 59, 2], label_smoothing=0.1, weight=np.arange(60)))
    s = found["sum"]["S"]
    close = {"rtol": 1e-14}
    np.testing.assert_allclose(found["shift"]["m"] + np.log(s), xentref.logsumexp(WIDE), **close)
    np.testing.assert_allclose(
        found["exponentials"]["u"] / s[:, None], found["probabilities"]["p"], **close
    )
    np.testing.assert_allclose(found["terms"]["a"].sum(axis=1), found["loss"]["loss"], **close)
    mean = found["mean"]
    np.testing.assert_allclose(mean["sum"] / mean["total"], mean["L"], **close)


@pytest.mark.parametrize(
    ("target", "options", "total", "formula"),
    [
        ([0, -100, 2], {}, 2, "L = Σ_n ℓ_n / N"),
        ([0, -100, 2], {"weight": [1, 2, 4]}, 5, "L = Σ_n w_y ℓ_n / Σ_n w_y"),
        (
            [0, -100, 2],
            {"weight": [1, 2, 4], "label_smoothing": 0.1},
            5,
            "L = Σ_n ℓ_n / Σ_n w_y",
        ),
        (P, {"weight": [1, 2, 4]}, 3, "L = Σ_n ℓ_n / N"),
        (P, {"weight": [1, 2, 4], "loss": LOGITS}, 9, "L = Σ_n w ℓ_n / N"),
    ],
)
def test_the_divisor_of_the_mean_is_named_and_shown(target, options, total, formula):
    step = xentref.explain(Z, target, **options).steps[-1]
    assert step.values["total"] == total
    assert step.plain == formula
    assert str(total) in step.sentence


def test_a_weighted_mean_shows_the_weights_that_it_divides_by():
    worked = xentref.explain(Z, [0, -100, 2], weight=[1, 2, 4]).steps[-1].worked
    assert worked == "L = (1.68027 + 4.39445) / (1 + 4) ≈ 1.21494"


@pytest.mark.parametrize("target", [[0, -100, -100], [-100, -100, -100]], ids=str)
def test_the_sum_of_one_row_or_none_is_not_written_twice(target):
    explanation = xentref.explain(Z, target, reduction="sum")
    assert explanation.steps[-1].worked == ("L ≈ 1.68027" if explanation.value else "L = 0")


def test_rows_are_left_out_from_where_they_are_ignored_and_come_back_with_none():
    text = xentref.explain(Z, [0, -100, 2], reduction="none").text()
    rows = [[line.split()[0] for line in table[1:]] for table in tables(text)]
    assert rows[0] == ["0", "1", "2"]
    assert all(found == ["0", "2"] for found in rows[1:-1])
    assert rows[-1] == ["0", "1", "2"]


@LANGUAGES
def test_the_ignored_rows_are_named(lang):
    target = np.full((2, 2, 2), -100)
    target[0, 0, 1] = 0
    step = xentref.explain(IMAGE, target, lang=lang).steps[1]
    assert "n = (0, 0, 0), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), ..." in step.sentence
    same(step.values["kept"], target != -100)


def test_nothing_left_is_said_to_be_nan():
    step = xentref.explain(Z, [-100] * 3).steps[-1]
    assert step.worked == "L = 0 / 0 = nan"
    assert "nan" in step.sentence


def test_a_probability_rounded_to_0_is_not_what_the_loss_is_shown_to_come_from():
    steps = xentref.explain([0.0, 800.0], 0).steps
    assert steps[-2].worked == "ℓ = ln 1 + 800 = 800"


@EVERY
def test_inputs_are_not_changed_nor_are_the_steps_theirs(input, target, options):
    held = np.array(input), np.array(target)
    before = held[0].copy(), held[1].copy()
    explanation = xentref.explain(*held, **options)
    for array, copy in zip(held, before, strict=True):
        np.testing.assert_array_equal(array, copy)
    for step in explanation.steps:
        for value in step.values.values():
            assert isinstance(value, np.generic) or not value.flags.writeable
            assert not any(np.shares_memory(value, array) for array in held)


# Text.


@LANGUAGES
@pytest.mark.parametrize("width", [60, 80, 100])
@EVERY
def test_no_line_is_wider_than_the_width_and_columns_align(input, target, options, width, lang):
    text = xentref.explain(input, target, lang=lang, **options).text(width)
    assert max(map(_board.columns, text.splitlines())) <= width
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    for table in tables(text):
        assert len({len(line) for line in table}) == 1
        # The name of a row, (0, 1), and a product.
        whole = [
            line.replace(", ", ",_").replace("y ℓ", "y_ℓ").replace(" w ℓ", " w_ℓ") for line in table
        ]
        ends = [[found.end() for found in re.finditer(r"\S+", line)] for line in whole]
        assert all(each == ends[0] for each in ends)
        assert all(line.isascii() for line in table[1:])


@LANGUAGES
def test_no_chinese_line_begins_with_a_mark_that_ends_something(lang):
    for text in [word for key, word in WORDS[lang].items() if key != "title.and"]:
        for width in range(20, 60):
            for line in _board.wrapped(text, width):
                assert line[0] not in "，。；：、）”"
                assert line[-1] not in "（“"


@LANGUAGES
def test_wrapping_loses_nothing(lang):
    for key, text in WORDS[lang].items():
        assert key == "title.and" or "".join(_board.PIECE.findall(text)) == text


def test_many_rows_and_classes_are_left_out_but_not_the_label_s():
    text = xentref.explain(np.tile(WIDE, (30, 1)), np.arange(120) % 60).text()
    first = tables(text)[0]
    assert first[0].split() == ["n", "y", "z_0", "z_1", "z_2", "...", "z_59", "z_y"]
    assert [line.split()[0] for line in first[1:]] == [*"0123456", "...", "119"]
    assert first[4].split()[-1] == f"{WIDE[3, 3]:.5f}"
    assert "(not shown: 56 classes, 112 rows)" in text
    chinese = xentref.explain(np.tile(WIDE, (30, 1)), np.arange(120) % 60, lang="zh").text()
    assert "（未列出：56 个类别，112 行）" in chinese


def test_the_label_of_a_single_row_keeps_its_column():
    for table in tables(xentref.explain(WIDE[0], 31).text())[:4]:
        assert table[0].split()[-4:][::2] == ["...", "..."]
        assert table[0].split()[-3].endswith("_31")


def test_what_is_left_out_of_a_table_is_in_the_steps():
    found = values(xentref.explain(np.tile(WIDE, (30, 1)), np.arange(120) % 60))
    assert found["probabilities"]["p"].shape == (120, 60)


@pytest.mark.parametrize("count", range(30))
@pytest.mark.parametrize("most", [1, 2, 3, 8])
@pytest.mark.parametrize("first", [[], [0], [5], [28]])
def test_a_gap_stands_for_two_or_more(count, most, first):
    wanted = [place for place in first if place < count]
    found = _board.chosen(count, most, wanted)
    assert set(wanted) <= set(found)
    edges = [-1, *found, count]
    for before, place, after in zip(edges, edges[1:], edges[2:], strict=False):
        if place is None:
            assert after - before > 2
        elif before is not None:
            assert place == before + 1


@pytest.mark.parametrize(
    ("held", "written"),
    [
        ([0, 1], ["0", "1"]),
        ([0.0, 1.0], ["0", "1"]),
        ([0.5, -1.0], ["0.5", "-1.0"]),
        ([-0.0, 1 / 3], ["0.00000", "0.33333"]),
        (np.float32([0.1, 0.25]), ["0.10", "0.25"]),
        ([1e-9, 1.5], ["1e-09", "1.5"]),
        ([0.000123456789, 1e7, 1.0], ["0.00012346", "1e+07", "1"]),
        ([nan, inf, -inf, 2.0], ["nan", "inf", "-inf", "2"]),
        ([True, False], ["1", "0"]),
    ],
)
def test_numbers_have_as_few_decimals_as_show_them(held, written):
    assert _board.numbers(np.asarray(held)) == written


def test_a_sum_of_rounded_numbers_is_not_called_equal():
    assert xentref.explain([0.0, 0.0], 0).steps[3].worked == "S = 1 + 1 = 2"
    assert xentref.explain([0.0, 1.0], 0).steps[3].worked == "S = 0.36788 + 1.00000 ≈ 1.36788"


def test_the_text_is_as_wide_as_the_terminal(monkeypatch):
    explanation = xentref.explain([0.0, 1.0], 0)
    assert str(explanation) == explanation.text(80)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for columns, width in [("70", 70), ("20", 60), ("300", 100)]:
        monkeypatch.setenv("COLUMNS", columns)
        assert str(explanation) == explanation.text(width)


def test_a_width_is_an_integer_of_at_least_60():
    explanation = xentref.explain([0.0, 1.0], 0)
    with pytest.raises(ValueError, match=r"^width must be at least 60; got 59$"):
        explanation.text(59)
    with pytest.raises(TypeError, match=r"^width must be an integer; got 80\.0$"):
        explanation.text(80.0)


def test_the_representation_is_one_line():
    assert repr(xentref.explain(np.log([0.5, 0.5]), 0, loss="nll_loss")) == (
        "Explanation(loss='nll_loss', lang='en', value=np.float64(0.6931471805599453), "
        "steps=['log_probabilities', 'pick', 'surprise', 'mean'])"
    )


# Markdown.


@LANGUAGES
@EVERY
def test_a_notebook_gets_formulas_that_can_be_set(input, target, options, lang):
    explanation = xentref.explain(input, target, lang=lang, **options)
    markdown = explanation._repr_markdown_()
    formulas = re.findall(r"\$\$\n(.*)\n\$\$", markdown)
    cells = re.findall(r"(?<!\$)\$([^$\n]+)\$(?!\$)", markdown)
    assert len(formulas) == len(explanation.steps) + sum(bool(s.worked) for s in explanation.steps)
    for formula in {*formulas, *cells}:
        assert not re.search(r"[ℓΣεασ≈·⇒∞]", formula)
        to_mathml(formula, display=False)
    for table in re.findall(r"(?:^\|.*\n?)+", markdown, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_markdown_of_a_step():
    markdown = xentref.explain([0.0, 1.0], 0)._repr_markdown_()
    assert "**5. Probabilities**\n\n$$\np_c = \\frac{u_c}{S}\n$$\n\nEach exponential" in markdown
    assert "| $p_{0}$ | $p_{1}$ |\n| ---: | ---: |\n| $0.26894$ | $0.73106$ |" in markdown
    assert "$$\n\\ell = -\\ln 0.26894 \\approx 1.31326\n$$" in markdown
    assert markdown.endswith("`cross_entropy = 1.3132616875182228`")


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("1.5e-09", r"1.5 \times 10^{-9}"),
        ("1e+07", r"1 \times 10^{7}"),
        ("-inf", r"-\infty"),
        ("L = 0 / 0 = nan", r"L = 0 / 0 = \mathrm{nan}"),
        ("w_y ℓ = 2 · 1", r"w_y \ell = 2 \cdot 1"),
        ("p_12", "p_{12}"),
        ("1 + 2 + ... + 9", r"1 + 2 + \dots + 9"),
        ("p = σ(2) ≈ 0.88080", r"p = \sigma(2) \approx 0.88080"),
    ],
)
def test_what_is_plain_becomes_latex(plain, latex):
    assert _board.latex(plain) == latex


# Data.


@LANGUAGES
@EVERY
def test_the_data_are_json_and_can_be_read_back(input, target, options, lang):
    explanation = xentref.explain(input, target, lang=lang, **options)
    data = json.loads(json.dumps(explanation.to_dict(), allow_nan=False))
    assert list(data) == ["loss", "lang", "value", "steps"]
    same(np.array(data["value"], float).astype(explanation.value.dtype), explanation.value)
    for step, held in zip(explanation.steps, data["steps"], strict=True):
        assert list(held) == ["key", "name", "formula", "plain", "sentence", "worked", "values"]
        texts = {name: value for name, value in held.items() if name != "values"}
        assert all(isinstance(value, str) for value in texts.values())
        assert all(texts[name] for name in texts if name != "worked")
        assert all(name.isascii() for name in held["values"])
        for name, value in step.values.items():
            back = np.array(held["values"][name], float).astype(value.dtype).reshape(value.shape)
            same(back, value)


@EVERY
def test_the_two_languages_differ_in_words_only(input, target, options):
    en, zh = (xentref.explain(input, target, lang=lang, **options).steps for lang in WORDS)
    for one, other in zip(en, zh, strict=True):
        assert (one.key, one.formula, one.plain, one.worked) == (
            other.key,
            other.formula,
            other.plain,
            other.worked,
        )
        assert one.name != other.name
        assert one.sentence != other.sentence


# Words.


def test_both_languages_have_the_same_words_and_fill_in_the_same():
    def fields(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    en, zh = WORDS.values()
    assert list(en) == list(zh)
    for key, text in en.items():
        assert fields(text) == fields(zh[key]), key


def test_no_word_and_no_formula_is_left_over():
    package = Path(xentref.__file__).parent
    source = "".join(
        (package / f"{room}.py").read_text() for room in ("_worksheet", "explanations")
    )
    for key in {*WORDS["en"], *FORMULAS}:
        named = f'"{key}"' in source or key.startswith("terms.")
        assert named or f'"{key}.' in source, key


def test_the_chinese_is_well_set():
    for key, text in WORDS["zh"].items():
        words = re.sub(r"\{\w+\}", "0", text)
        if not key.startswith("title"):
            assert corrected(words) == words
            assert text.endswith("。") == ("." in key)


def test_the_english_ends_its_sentences():
    for key, text in WORDS["en"].items():
        if not key.startswith("title"):
            assert text.endswith(".") == ("." in key)


# Errors.

BAD = [
    ([0.0, 1.0], 2, {}),
    ([0.0, 1.0], 0.5, {}),
    ([0.0, 1.0], True, {}),
    (Z, [0, 1], {}),
    (Z, [[0], [1], [2]], {}),
    (Z, [0, 1, 2], {"weight": [1.0]}),
    (Z, [0, 1, 2], {"weight": [1, 1, -1]}),
    (Z, [0, 1, 2], {"reduction": "avg"}),
    (Z, [0, 1, 2], {"label_smoothing": 2}),
    (Z, [0, 1, 2], {"ignore_index": 0.5}),
    (Z, P, {"ignore_index": 1}),
    (Z, P * 2, {}),
    ("abc", 0, {}),
    ([[0.0], [1.0, 2.0]], [0, 0], {}),
    (Z, P, {"loss": "nll_loss"}),
    ([2.0], [1], {"loss": BCE}),
    ([0.5], [1, 0], {"loss": BCE}),
    ([0.5], [1], {"loss": LOGITS, "pos_weight": [1, 2]}),
]


@pytest.mark.parametrize(("input", "target", "options"), BAD)
def test_a_bad_argument_gets_the_error_of_the_loss(input, target, options):
    with pytest.raises((IndexError, TypeError, ValueError)) as wanted:
        loss_of(input, target, **options)
    with pytest.raises(type(wanted.value)) as found:
        xentref.explain(input, target, **options)
    assert str(found.value) == str(wanted.value)


@pytest.mark.parametrize("lang", ["fr", "EN", "", None, 1, ["en"]])
def test_an_unknown_language_gets_a_list_of_the_known(lang):
    with pytest.raises(ValueError, match=r"^lang must be 'en' or 'zh'; got ") as caught:
        xentref.explain([0.0, 1.0], 0, lang=lang)
    assert str(caught.value).endswith(f"got {lang!r}")


@pytest.mark.parametrize("loss", ["mse", None, xentref.cross_entropy])
def test_an_unknown_loss_gets_a_list_of_the_known(loss):
    with pytest.raises(ValueError, match=r"^loss must be ") as caught:
        xentref.explain([0.0, 1.0], 0, loss=loss)
    assert str(caught.value) == (
        "loss must be 'cross_entropy', 'nll_loss', 'binary_cross_entropy' or "
        f"'binary_cross_entropy_with_logits'; got {loss!r}"
    )


@pytest.mark.parametrize(
    ("loss", "name", "value"),
    [
        ("cross_entropy", "pos_weight", 2.0),
        ("nll_loss", "label_smoothing", 0.1),
        ("nll_loss", "pos_weight", 2.0),
        (BCE, "ignore_index", 0),
        (BCE, "label_smoothing", 0.1),
        (BCE, "pos_weight", [1, 2]),
        (LOGITS, "ignore_index", -1),
        (LOGITS, "label_smoothing", 1),
    ],
)
def test_an_option_that_the_loss_does_not_take_is_not_passed_over(loss, name, value):
    message = f"{name} must be left out, for {loss} does not take it; got {value!r}"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        xentref.explain([0.5, 0.5], [0, 1], loss=loss, **{name: value})


def test_the_default_of_an_option_that_the_loss_does_not_take_is_let_pass():
    options = {"ignore_index": -100, "label_smoothing": 0, "pos_weight": None}
    xentref.explain([0.5], [1], loss=BCE, **options)


sizes = st.sampled_from([(3,), (1, 2), (2, 3), (4, 9, 2), (9, 30)])
scores = st.one_of(st.floats(width=32), st.floats(-5, 5), st.sampled_from([0.0, 1.0, 1e-9, 700.0]))


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data(), shape=sizes)
def test_whatever_the_numbers_the_text_fits_and_ends_in_the_loss(data, shape):
    z = np.array([data.draw(scores) for _ in range(min(np.prod(shape), 12))])
    with np.errstate(over="ignore"):
        z = np.resize(z, shape).astype(data.draw(st.sampled_from(["f2", "f4", "f8"])))
    classes = shape[0] if len(shape) == 1 else shape[1]
    rows = () if len(shape) == 1 else (shape[0], *shape[2:])
    labels = data.draw(st.lists(st.integers(-1, classes - 1), min_size=1, max_size=9))
    options = {
        "ignore_index": -1,
        "label_smoothing": data.draw(st.sampled_from([0.0, 0.1])),
        "weight": data.draw(st.sampled_from([None, np.arange(classes) / 3])),
        "reduction": data.draw(st.sampled_from(["mean", "sum", "none"])),
    }
    target = np.resize(labels, rows)
    lang = data.draw(st.sampled_from(["en", "zh"]))
    found = xentref.explain(z, target, lang=lang, **options)
    same(found.value, xentref.cross_entropy(z, target, **options))
    assert max(map(_board.columns, found.text().splitlines())) <= 80
    json.dumps(found.to_dict(), allow_nan=False)

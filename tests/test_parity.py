"""Chinese and English are one text, and each way in which they may part is noticed."""

import re
from pathlib import Path

import pytest

from docs.tools import parity
from docs.tools.typography import corrected, plain

ROOT = parity.ROOT

ENGLISH = """\
---
description: One coin.
---

# A coin

A coin shows heads with probability $\\theta$, see [softmax](softmax.md).

## The loss { #loss }

The loss of heads is $-\\ln \\theta$, which is 0.6931 for a fair coin; `print` shows it:

```python
import math

print(f"{-math.log(0.5):.4f}")  # half
```

```output
0.6931
```

$$
L(\\theta) = \\prod_{i} \\theta
$$

/// figure | coin
    alt: A curve.
    words:
      theta: probability

It falls.
///

| Name | Meaning |
| --- | --- |
| `p` | probability |

!!! note "A note"
    The coin is fair.

1. **Compute.** Toss it.

    ??? success "Solution"

        ```python
        print("heads")
        ```

        ```output
        heads
        ```

=== "NumPy"

    An array.

```console
$ make serve   # build
```
"""

CHINESE = """\
---
description: 一枚硬币。
english: pending
---

# 硬币

硬币正面朝上的概率是 $\\theta$，见 [softmax](softmax.md)。

## 损失 { #loss }

正面的损失是 $-\\ln \\theta$，硬币均匀时等于 0.6931；用 `print` 显示：

```python
import math

print(f"{-math.log(0.5):.4f}")  # 一半
```

```output
0.6931
```

$$
L(\\theta) = \\prod_{i} \\theta
$$

/// figure | coin
    alt: 一条曲线。
    words:
      theta: 概率

它是下降的。
///

| 名称 | 含义 |
| --- | --- |
| `p` | 概率 |

!!! note "说明"
    硬币是均匀的。

1. **计算。** 抛一次。

    ??? success "解答"

        ```python
        print("heads")
        ```

        ```output
        heads
        ```

=== "NumPy"

    一个数组。

```console
$ make serve   # 构建
```
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two languages of one page that agree."""
    for language, text in ("en", ENGLISH), ("zh", CHINESE):
        page = tmp_path / "docs" / language / "coin.md"
        page.parent.mkdir(parents=True)
        page.write_text(text, encoding="utf-8")
    (tmp_path / "README.md").write_text("# Read me\n\nA book of losses.\n", encoding="utf-8")
    (tmp_path / "README.zh.md").write_text("# 自述\n\n一本讲损失的书。\n", encoding="utf-8")
    parity.stamp_pages([], tmp_path)
    return tmp_path


def change(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")


def test_the_pages_of_the_site_agree() -> None:
    if problems := parity.check():
        pytest.fail("\n".join(problems), pytrace=False)


def test_a_translated_page_agrees(tree: Path) -> None:
    assert parity.check(tree) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[softmax](softmax.md)", "[softmax](sofmax.md)", "lacks the link softmax.md"),
        ("概率是 $\\theta$", "概率是已知的", r"lacks the inline formula \theta"),
        ("## 损失 { #loss }", "## 损失", "the place of heading 2 #loss of docs/en/coin.md:9"),
        ("## 损失 { #loss }", "### 损失 { #loss }", "heading 3 #loss"),
        ("等于 0.6931", "等于 0.6913", "adds the number 0.6913"),
        ("抛一次。", "抛 12 次。", "adds the number 12"),
        ("用 `print` 显示", "显示如下", "lacks the inline code print"),
        ("math.log(0.5)", "math.log(0.6)", "this python block differs from docs/en/coin.md:13"),
        ('print("heads")', 'print("正面")', "there `print('heads')`, here `print('正面')`"),
        ("```output\n0.6931", "```output\n0.6932", "this output block differs"),
        ("```output\n0.6931\n```\n", "", "the output block of docs/en/coin.md:19 is missing here"),
        ("\\prod_{i} \\theta", "\\sum_{i} \\theta", "this formula differs"),
        ("$$\nL(\\theta) = \\prod_{i} \\theta\n$$\n", "", "the formula of docs/en/coin.md:23"),
        ("/// figure | coin", "/// figure | die", "has /// figure | die of line 27 in the place"),
        ("      theta: 概率", "      phi: 概率", "there `theta: …`, here `phi: …`"),
        ("它是下降的。\n", "", "the paragraph of docs/en/coin.md:32 is missing here"),
        ("| `p` | 概率 |\n", "", "has table of 2 x 2"),
        ("!!! note", "!!! tip", "has !!! tip of line 39 in the place of !!! note"),
        ("1. **计算。**", "- **计算。**", "has list item"),
        ('=== "NumPy"', '!!! note "NumPy"', "in the place of tab"),
        ("$ make serve", "$ make site", "there `$ make serve`, here `$ make site`"),
        ("硬币是均匀的。", "The coin is fair.", "is still English: translate it"),
        (
            "description: 一枚硬币。",
            "title: 一枚硬币。",
            "only one language has description, title",
        ),
        ("一个数组。\n", "一个数组。\n\n多出来的一段。\n", "the English has no paragraph"),
    ],
)
def test_a_changed_chinese_page_is_noticed(tree: Path, old: str, new: str, message: str) -> None:
    change(tree / "docs" / "zh" / "coin.md", old, new)
    problems = parity.check(tree)
    assert message in "\n".join(problems)
    assert all(re.match(r"docs/zh/coin\.md:\d+: ", problem) for problem in problems)


def test_a_changed_english_sentence_makes_the_stamp_stale(tree: Path) -> None:
    change(tree / "docs" / "en" / "coin.md", "It falls.", "It rises.")
    assert parity.check(tree) == [
        "docs/zh/coin.md:1: the English text has changed since: read `git diff docs/en/coin.md` "
        "and translate, then run `python -m docs.tools.parity --stamp docs/zh/coin.md`"
    ]


def test_a_page_without_a_stamp_is_noticed(tree: Path) -> None:
    page = tree / "docs" / "zh" / "coin.md"
    page.write_text(re.sub(r"english: \w+", "english: pending", page.read_text("utf-8")), "utf-8")
    assert ["not yet marked as read" in problem for problem in parity.check(tree)] == [True]


def test_refreshed_outputs_do_not_make_the_stamp_stale(tree: Path) -> None:
    for language in "en", "zh":
        change(tree / "docs" / language / "coin.md", "```output\n0.6931", "```output\n0.69315")
    assert parity.check(tree) == []


def test_a_heading_without_an_ascii_id_is_noticed_in_both_languages(tree: Path) -> None:
    for language in "en", "zh":
        change(tree / "docs" / language / "coin.md", "{ #loss }", "{ #损失 }")
    parity.stamp_pages([], tree)
    assert parity.check(tree) == [
        "docs/en/coin.md:9: heading without an ASCII id: write `The loss { #an-id }`",
        "docs/zh/coin.md:9: heading without an ASCII id: write `损失 { #an-id }`",
    ]


def test_a_term_without_an_ascii_id_is_noticed(tree: Path) -> None:
    for language, text in ("en", "**coin**\n:   It is fair.\n"), ("zh", "**硬币**\n:   均匀。\n"):
        page = tree / "docs" / language / "coin.md"
        page.write_text(f"{page.read_text('utf-8')}\n{text}", "utf-8")
    parity.stamp_pages([], tree)
    assert parity.check(tree) == [
        f"docs/{language}/coin.md:62: term without an ASCII id: write `**term**{{ #an-id }}`"
        for language in ("en", "zh")
    ]
    for language in "en", "zh":
        change(tree / "docs" / language / "coin.md", "**\n:", "**{ #coin }\n:")
    parity.stamp_pages([], tree)
    assert parity.check(tree) == []


def test_a_page_of_one_language_is_noticed(tree: Path) -> None:
    (tree / "docs" / "en" / "new.md").write_text("# New\n", encoding="utf-8")
    (tree / "docs" / "zh" / "old.md").write_text("# 旧\n", encoding="utf-8")
    assert parity.check(tree) == [
        "docs/zh/new.md: missing: translate docs/en/new.md",
        "docs/zh/old.md: there is no docs/en/old.md: write it, or remove this one",
    ]


def test_a_broken_page_is_reported_with_its_line(tree: Path) -> None:
    change(tree / "docs" / "zh" / "coin.md", "```python\nimport math", "```pyton\nimport math")
    (problem,) = parity.check(tree)
    assert problem.startswith("docs/zh/coin.md:13: ")


def test_the_read_me_is_compared_and_stamped_at_its_end(tree: Path) -> None:
    assert re.search(
        r"\n\n<!-- english: \w{12} -->\n\Z", (tree / "README.zh.md").read_text("utf-8")
    )
    change(tree / "README.md", "A book of losses.", "A book on losses.")
    assert parity.check(tree)[0].startswith("README.zh.md:1: the English text has changed")


def test_stamping_twice_changes_nothing(tree: Path) -> None:
    change(tree / "docs" / "en" / "coin.md", "It falls.", "It rises.")
    assert parity.stamp_pages([str(tree / "docs" / "zh" / "coin.md")], tree) == ["docs/zh/coin.md"]
    assert parity.check(tree) == []
    assert parity.stamp_pages([], tree) == []


def test_stamping_what_is_no_chinese_page_says_so(tree: Path) -> None:
    with pytest.raises(SystemExit, match=r"no Chinese page: .*coin\.md"):
        parity.stamp_pages([str(tree / "docs" / "en" / "coin.md")], tree)


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.zh.md", *sorted((ROOT / "docs" / "zh").rglob("*.md"))],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_chinese_typography(path: Path) -> None:
    page = parity.Page(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    lines = [
        (number, plain(line))
        for block in page.blocks
        for number, line in enumerate(block.prose.split("\n"), block.line)
    ]
    wrong = [
        f"{page.name}:{number}: write\n  {corrected(line)}\nin the place of\n  {line}"
        for number, line in lines
        if corrected(line) != line
    ]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize(
    ("sentence", "better"),
    [
        ("损失是1.5。", "损失是 1.5。"),
        ("`p`是概率。", "`p` 是概率。"),
        ("概率$p$。", "概率 $p$。"),
        ("损失,概率。", "损失，概率。"),
        ("交叉熵(又叫损失)。", "交叉熵（又叫损失）。"),
        ('这是"熵"。', "这是“熵”。"),
        ("见[softmax](a.md)。", "见 softmax。"),
    ],
)
def test_bad_typography_is_noticed(sentence: str, better: str) -> None:
    assert corrected(plain(sentence)) == better


@pytest.mark.parametrize(
    "sentence",
    [
        "形状 (N, C)。",
        "损失是 1.5，`f(x,y)` 也是。",
        "概率 $p,q$。",
        "**熵**（entropy）。",
        "见[熵](a.md#a)的定义。",
        "《交叉熵损失(Cross-entropy loss)》一文",
        '**熵**{ #entropy } · <span lang="en">entropy</span>',
    ],
)
def test_good_typography_passes(sentence: str) -> None:
    assert corrected(plain(sentence)) == plain(sentence)

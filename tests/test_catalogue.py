"""The Chinese of the docstrings is whole, fits the English, and every public name has its page."""

import logging
import re
from importlib import import_module
from pathlib import Path
from pydoc import locate

import griffe
import pytest

import xentref
import xentref.testing
from docs.tools import parity, translate
from docs.tools.blocks import texts
from docs.tools.typography import corrected, plain

CHINESE = sorted(translate.translations(translate.read_catalogue()).items())
PAIRS = pytest.mark.parametrize(("english", "chinese"), CHINESE, ids=[en[:40] for en, _ in CHINESE])

DOCSTRING = '''
def loss(p):
    """The loss of `p`.

    It is the surprise,
    in nats:

    $$
    -\\\\ln p
    $$

    - zero for certainty
    - large for
      the improbable

    Args:
        p: A probability.

            More about it.

    Returns:
        The loss.

    Raises:
        ValueError: If `p` is negative.

    Examples:
        A fair coin:

        ```python
        print("a coin")
        ```

    Where PyTorch differs:
        Nowhere.
    """
'''


def sections(translation: translate.Translate) -> list[griffe.DocstringSection]:
    """The sections of the docstring above, translated."""
    module = griffe.visit("coin", Path("coin.py"), DOCSTRING, docstring_parser="google")
    docstring = module["loss"].docstring
    translate.translate_docstring(docstring, translation)
    return list(docstring.parsed)


def test_every_paragraph_has_its_chinese_and_none_is_unused() -> None:
    if problems := translate.report():
        pytest.fail("\n".join([*problems, f"To mend it, {translate.CURE}"]), pytrace=False)


def test_an_update_would_change_nothing() -> None:
    if translate.updated() != translate.CATALOGUE.read_text(encoding="utf-8"):
        message = "the catalogue is not in step with the docstrings; to mend it, "
        pytest.fail(message + translate.CURE, pytrace=False)


@PAIRS
def test_the_chinese_mentions_what_the_english_mentions(english: str, chinese: str) -> None:
    en, zh = (parity.mentions([parity.Block(0, "", prose=text)]) for text in (english, chinese))
    assert {kind: set(found) for kind, found in zh.items()} == {
        kind: set(found) for kind, found in en.items()
    }
    digits = re.compile(r"\d+")
    assert set(digits.findall(english)) <= set(digits.findall(chinese))


@PAIRS
def test_the_chinese_is_chinese(english: str, chinese: str) -> None:
    assert re.search(r"[\u4e00-\u9fff]", chinese), "the words are not translated"
    assert corrected(plain(chinese)) == plain(chinese)


def test_each_paragraph_is_looked_up_unwrapped_and_in_the_order_of_reading() -> None:
    seen: list[str] = []
    sections(lambda text: seen.append(text) or text)  # type: ignore[func-returns-value]
    assert seen == [
        "The loss of `p`.",
        "It is the surprise, in nats:",
        "- zero for certainty\n- large for the improbable",
        "A probability.",
        "More about it.",
        "The loss.",
        "If `p` is negative.",
        "A fair coin:",
        "Where PyTorch differs",
        "Nowhere.",
    ]


def test_code_and_formulas_are_left_alone() -> None:
    text, _, _, _, examples, note = sections(lambda text: "译文")
    assert text.value == "译文\n\n译文\n\n$$\n-\\ln p\n$$\n\n译文"
    assert examples.value[0][1] == '译文\n\n```python\nprint("a coin")\n```'
    assert (note.title, note.value.contents) == ("译文", "译文")


def test_the_extension_warns_of_what_is_missing_or_fuzzy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    package = translate.load_package()
    first, second = list(translate.messages())[:2]
    catalogue = f'msgid "{first}"\nmsgstr "译文"\n\n#, fuzzy\nmsgid "{second}"\nmsgstr "旧译文"\n'
    monkeypatch.setattr(translate, "ROOT", tmp_path)
    monkeypatch.setattr(translate, "CATALOGUE", tmp_path / "xentref.po")
    translate.CATALOGUE.write_text(catalogue, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        translate.ChineseDocstrings().on_package(pkg=package)
    assert first not in caplog.text
    assert (
        f"no Chinese for {second!r}; run `python -m docs.tools.translate --update`" in caplog.text
    )
    assert package.docstring is not None
    assert package.docstring.parsed[0].value.startswith("译文")


def test_a_changed_english_paragraph_keeps_its_chinese_as_fuzzy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = next(iter(translate.messages()))
    monkeypatch.setattr(translate, "CATALOGUE", tmp_path / "xentref.po")
    older = text.removesuffix(".") + ", as before."
    translate.CATALOGUE.write_text(f'msgid "{older}"\nmsgstr "译文"\n', encoding="utf-8")
    translate.CATALOGUE.write_text(translate.updated(), encoding="utf-8")
    assert translate.updated() == translate.CATALOGUE.read_text(encoding="utf-8")
    message = translate.read_catalogue()[text]
    assert (message.string, message.fuzzy) == ("译文", True)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", [*xentref.__all__, *xentref.testing.__all__])
def test_every_public_name_has_its_entry_on_the_api_pages(language: str, name: str) -> None:
    module = (getattr(xentref, name, None) or getattr(xentref.testing, name)).__module__
    room = module.rpartition(".")[2]
    assert name in import_module(module).__all__
    for page, line in {
        "index.md": f"| [`{name}`]({room}.md#{module}.{name}) |",
        f"{room}.md": f"\n::: {module}\n",
    }.items():
        path = f"docs/{language}/reference/api/{page}"
        if line not in (translate.ROOT / path).read_text("utf-8"):
            pytest.fail(f"{path}: does not name {name}; write {line.strip()!r}", pytrace=False)


def gone(page: str, text: str) -> list[str]:
    """What the sentences of a page call `xentref.something` that is not there."""
    return [
        f"{page}:{text.count(chr(10), 0, found.start()) + 1}: there is no {found[1]}; "
        "name what has taken its place"
        for found in re.finditer(r"`(xentref(?:\.\w+)+)", text)
        if locate(found[1]) is None
    ]


def test_every_name_of_the_package_in_a_sentence_is_there() -> None:
    names = [path.relative_to(translate.ROOT).as_posix() for path in texts(translate.ROOT)]
    pages = {name: (translate.ROOT / name).read_text("utf-8") for name in names}
    if problems := [problem for name, text in pages.items() for problem in gone(name, text)]:
        pytest.fail("\n".join(problems), pytrace=False)


def test_a_name_that_is_gone_is_noticed() -> None:
    text = "Use `xentref.testing.checks`,\nnot `xentref.crossentropy(z)`."
    assert gone("a.md", text) == [
        "a.md:2: there is no xentref.crossentropy; name what has taken its place"
    ]

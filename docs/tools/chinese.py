"""Markdown extension for the Chinese pages: lines join and break as in Chinese, an output is 输出.

The sources hold one sentence a line. HTML makes a space of a line's end, which is right between
English words, and wrong beside a full-width mark or between two Han characters. The examples of
the docstrings exist once, in English; only the title of their outputs has to be said in Chinese.
"""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor

MARK = "，。、；：？！（）“”‘’《》…"
HAN = "\u3400-\u9fff"
LINE_END = rf"(?<=[{MARK}])\n|\n(?=[{MARK}])|(?<=[{HAN}])\n(?=[{HAN}])"


class _LineEnds(InlineProcessor):
    def handleMatch(  # type: ignore[override]  # noqa: N802 (Markdown's own name)
        self, m: re.Match[str], data: str
    ) -> tuple[Element | str, int, int]:
        return "", m.start(0), m.end(0)


class _OutputTitles(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        return [re.sub(r'^( *`{3,}output title=")Output\b', r"\1输出", line) for line in lines]


class ChineseExtension(Extension):
    """Joins Chinese lines without a space, and says 输出."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Register before the fences (25), and behind code (190) and formulas (189.9)."""
        md.preprocessors.register(_OutputTitles(md), "chinese-output-titles", 26)
        md.inlinePatterns.register(_LineEnds(LINE_END, md), "chinese-line-ends", 185)


def makeExtension(**options: object) -> ChineseExtension:  # noqa: N802 (Markdown's own name)
    """Return the extension; Markdown looks for this name."""
    return ChineseExtension(**options)

"""Markdown extension: a line that ends within Chinese leaves no space.

The sources hold one sentence a line. HTML makes a space of a line's end, which is right between
English words, and wrong beside a full-width mark or between two Han characters.
"""

from re import Match
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

MARK = "，。、；：？！（）“”‘’《》…"
HAN = "\u3400-\u9fff"
LINE_END = rf"(?<=[{MARK}])\n|\n(?=[{MARK}])|(?<=[{HAN}])\n(?=[{HAN}])"


class _LineEnds(InlineProcessor):
    def handleMatch(  # type: ignore[override]  # noqa: N802 (Markdown's own name)
        self, m: Match[str], data: str
    ) -> tuple[Element | str, int, int]:
        return "", m.start(0), m.end(0)


class ChineseExtension(Extension):
    """Joins Chinese lines without a space."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Register behind code (190) and formulas (189.9), which keep their line ends."""
        md.inlinePatterns.register(_LineEnds(LINE_END, md), "chinese-line-ends", 185)


def makeExtension(**options: object) -> ChineseExtension:  # noqa: N802 (Markdown's own name)
    """Return the extension; Markdown looks for this name."""
    return ChineseExtension(**options)

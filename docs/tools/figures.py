"""Markdown extension: `/// figure | NAME` becomes a picture drawn from xentref, with its caption.

The options stand directly under the first line, indented by four spaces: `alt` (a sentence for
those who cannot see the picture), `words` (the words in the picture) and, for a figure that shows
what the page computed, `output-of` (the title of the python block whose output it reads).
A mistake aborts the build.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from mkdocs.exceptions import PluginError
from pymdownx.blocks import BlocksExtension, BlocksProcessor  # type: ignore[import-untyped]
from pymdownx.blocks.block import Block, type_any  # type: ignore[import-untyped]

from docs.tools.stills import STILLS, Still, form, tag

OUTPUT_OF = re.compile(
    r'^ *```python[^\n]*\btitle="(?P<title>[^"\n]*)"[^\n]*\n(?:(?! *```)[^\n]*\n)* *```\n'
    r"\s*```output[^\n]*\n(?P<output>(?:(?! *```)[^\n]*\n)*)",
    re.MULTILINE,
)
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.])")
COLUMNS = 3


class Page:
    """What is known of the page being read: its text, and its figures that have no end yet."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.begin("")

    def begin(self, source: str) -> None:
        """Turn to a page."""
        self.source = source
        self.seen: set[str] = set()
        self.open: list[str] = []


class FigureBlock(Block):  # type: ignore[misc]
    """One `/// figure | NAME` block."""

    NAME = "figure"
    ARGUMENT = True
    # Checked in `on_validate`: a check made here would leave the block as text instead of failing.
    OPTIONS = {"alt": ("", type_any), "words": ({}, type_any), "output-of": ("", type_any)}  # noqa: RUF012

    def on_validate(self, parent: Element) -> bool:
        """Check the options, and draw."""
        name, page = str(self.argument), self.config["page"]
        if name not in STILLS:
            raise fault(name, f"no such figure; known are {', '.join(STILLS)}")
        if name in page.seen:
            raise fault(name, "stands twice on this page")
        page.seen.add(name)
        page.open.append(name)
        still, words = STILLS[name], self.options["words"]
        alt = self.options["alt"]
        if not isinstance(alt, str) or not alt.strip():
            raise fault(name, "alt must be a sentence for those who cannot see the picture")
        check_words(name, still, words)
        rows = self.rows(name, still, page.source)
        self.picture = picture(name, alt, words, rows)
        return True

    def rows(self, name: str, still: Still, source: str) -> list[list[float]]:
        """Return the numbers that the figure reads from the page."""
        title = self.options["output-of"]
        if still.reads_output == bool(title):
            return read_output(name, source, str(title)) if title else []
        rule = "needs" if still.reads_output else "takes no"
        raise fault(name, f"{rule} output-of, the title of a python block on this page")

    def on_create(self, parent: Element) -> Element:
        """Make the figure; what the page writes in the block becomes its caption."""
        name = str(self.argument)
        figure = SubElement(parent, "figure", {"class": "xr-figure", "id": f"figure-{name}"})
        figure.text = AtomicString(self.md.htmlStash.store(self.picture))
        SubElement(figure, "figcaption")
        return figure

    def on_add(self, block: Element) -> Element:
        """Return the caption."""
        return block[0]

    def on_end(self, block: Element) -> None:
        """Check that there is a caption."""
        self.config["page"].open.remove(str(self.argument))
        if not len(block[0]):
            raise fault(str(self.argument), "needs a caption after a blank line")


def fault(name: str, what: str) -> PluginError:
    """Return the error of a figure; MkDocs adds the page's path."""
    return PluginError(f"figure {name!r}: {what}")


def check_words(name: str, still: Still, words: object) -> None:
    """Check that the page gives the words that the figure shows, and no others."""
    if not isinstance(words, Mapping) or set(words) != set(still.words):
        given = ", ".join(map(str, words)) if isinstance(words, Mapping) else repr(words)
        raise fault(
            name, f"words must have the keys {', '.join(still.words)}; got {given or 'none'}"
        )
    for key, word in words.items():
        if not isinstance(word, str) or not word.strip():
            raise fault(name, f"words: {key} must be a text; got {word!r}")
        allowed, used = set(still.placeholders.get(key, ())), set(re.findall(r"\{(.*?)\}", word))
        if used != allowed:
            braces = " ".join(f"{{{k}}}" for k in still.placeholders.get(key, ())) or "no braces"
            raise fault(name, f"words: {key} must hold {braces}; got {word!r}")


def read_output(name: str, source: str, title: str) -> list[list[float]]:
    """Return the rows of three numbers that the block with this title printed."""
    outputs = [match["output"] for match in OUTPUT_OF.finditer(source) if match["title"] == title]
    if len(outputs) != 1:
        many = "more than one" if outputs else "no"
        raise fault(
            name, f"output-of: {many} python block titled {title!r} with an output after it"
        )
    lines = [NUMBER.findall(line) for line in outputs[0].splitlines()]
    rows = [[float(number) for number in line] for line in lines if len(line) == COLUMNS]
    if len(rows) < COLUMNS:
        raise fault(
            name, f"output-of: the output of {title!r} has {len(rows)} lines of three numbers"
        )
    return rows


def picture(name: str, alt: str, words: Mapping[str, str], rows: list[list[float]]) -> str:
    """Return the HTML of a figure without its caption.

    Raises:
        PluginError: If the figure cannot be drawn from what the page printed.
    """
    still = STILLS[name]
    safe = {key: escape(word) for key, word in words.items()}
    read = [rows] if still.reads_output else []
    try:
        drawn = still.draw(safe, *read, **still.start)
    except ValueError as error:
        raise fault(name, str(error)) from None
    outside = {"data_search_exclude": ""}
    panels = {"class_": "xr-panels", "role": "img", "aria_label": escape(alt)}
    if not still.controls:
        return tag("div", drawn, **panels, **outside)
    element, live = f"xentref-{name}", {"class_": "xr-live", "data_figure": name}
    return tag(element, tag("div", drawn, **panels), form(still, safe), **live, **outside)


class Source(Preprocessor):
    """Remembers the page's text before anything has changed it."""

    def __init__(self, md: Markdown, page: Page) -> None:
        """Know where to write it down."""
        super().__init__(md)
        self.page = page

    def run(self, lines: list[str]) -> list[str]:
        """Write the text down, and change nothing."""
        self.page.begin("\n".join(lines) + "\n")
        return lines


class Leftovers(Treeprocessor):
    """Fails on a figure whose first line or last line was not understood."""

    def __init__(self, md: Markdown, page: Page) -> None:
        """Know which figures are open."""
        super().__init__(md)
        self.page = page

    def run(self, root: Element) -> None:
        """Look for such figures."""
        for name in self.page.open:
            raise fault(name, "has no end; put /// on a line of its own after the caption")
        for paragraph in root.iter("p"):
            if found := re.match(r"\s*///+ *figure *\|? *(.*)", paragraph.text or ""):
                raise fault(
                    found[1].strip(),
                    f"its options cannot be read; they are {', '.join(FigureBlock.OPTIONS)}, under "
                    "the first line, indented by four spaces; a value with a colon or braces "
                    "stands in quotes",
                )


class FiguresExtension(BlocksExtension):  # type: ignore[misc]
    """The extension."""

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None:  # noqa: N802
        """Register the block and what watches over it."""
        page = Page()
        md.block_level_elements += [
            f"xentref-{name}" for name, still in STILLS.items() if still.controls
        ]
        block_mgr.register(FigureBlock, {"page": page})
        md.preprocessors.register(Source(md, page), "figures-source", 1000)
        md.treeprocessors.register(Leftovers(md, page), "figures-leftovers", 1000)


def makeExtension(**options: Any) -> FiguresExtension:  # noqa: N802
    """Return the extension, as Markdown asks for it."""
    return FiguresExtension(**options)

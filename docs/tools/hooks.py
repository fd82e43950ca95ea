"""MkDocs hooks: what scripts and style sheets would otherwise do to every page, and a search that
reads only text.

Half of the time of a build went into the search, which takes each page apart element by element;
most of them are spans of code and parts of formulas, of which it keeps the text alone.
"""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from material.plugins.search import plugin as search  # type: ignore[import-untyped]
from mkdocs.plugins import CombinedEvent, event_priority

# Names, spaces, constants, prefixes and output have the colour of code itself.
COLOURLESS = re.compile(r'<span class="(?:n|w|kc|sa|vm|bp|go)">([^<]*)</span>')
CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
SPAN = re.compile(r"</?(?:span|nav|button)[^>]*>")
# A block of code, and what tells those apart that come with an output or a button.
BLOCK = re.compile(
    r'<div class="language-(?P<language>[\w-]+)(?P<signature> doc-signature)? highlight">'
    r'(?P<title><span class="filename">[^<]*</span>)?<pre><span></span><code>(?P<code>.*?)</code></pre>'
    r'</div>(?=\s*(?P<output><div class="language-output)?)',
    re.DOTALL,
)
# Material's script would wrap a table without a class; without scripts it would stick out of a phone.
TABLE = (
    '<div class="md-typeset__scrollwrap"><div class="md-typeset__table"><table class="xr-table">'
)
COPY = {"en": "Copy block", "zh": "复制代码块"}
FORMULA = re.compile(r"<math\b([^>]*)>(.*?)</math>", re.DOTALL)
PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def on_config(config: Any) -> None:
    """Keep the English build from loading the dictionary that cuts Chinese into words."""
    if config.theme["language"] != "zh":
        search.jieba = None


def on_page_content(html: str, config: Any, **_: Any) -> str:
    """Return the HTML of a page without the spans that have no colour, and with whole blocks."""
    words, number = COPY[config.theme["language"]], count(1)
    html = html.replace("<table>", TABLE).replace("</table>", "</table></div></div>")
    return BLOCK.sub(lambda block: _whole(block, words, number), COLOURLESS.sub(r"\1", html))


def _whole(block: re.Match[str], words: str, number: Iterator[int]) -> str:
    """Return a block with its height in lines, its button, and a mark if an output follows."""
    language, signature, title, code, output = block.groups(default="")
    button, name = "", ""
    if language != "output" and not signature:
        name = f"block-{next(number)}"
        label = f"{words} {name.removeprefix('block-')}"
        button = (
            f'<nav class="md-code__nav" role="none"><button class="md-code__button" title="{label}" '
            f'aria-label="{label}" data-clipboard-target="#{name}" data-md-type="copy"></button></nav>'
        )
        name = f' id="{name}"'
    mark = " xr-printing" if output else ""
    return (
        f'<div class="language-{language}{signature} highlight{mark}">{title}<pre><span></span>{button}'
        f'<code{name} style="--lines: {code.count(chr(10))}">{code}</code></pre></div>'
    )


def for_search(html: str) -> str:
    """Return a page as the search needs it: code and formulas as plain text, and no pictures."""

    def formula(found: re.Match[str]) -> str:
        return "" if "data-search-exclude" in found[1] else re.sub(r"<[^>]*>", "", found[2])

    html = FORMULA.sub(formula, PICTURE.sub("", html))
    return CODE.sub(lambda found: SPAN.sub("", found[0]), html)


@event_priority(100)
def _before_search(context: Any, /, *, page: Any, **_: Any) -> None:
    page.whole, page.content = page.content, for_search(page.content)


@event_priority(-100)
def _after_search(context: Any, /, *, page: Any, **_: Any) -> None:
    page.content = re.sub(r' ?data-search-exclude(?:="[^"]*")?', "", page.whole)


on_page_context = CombinedEvent(_before_search, _after_search)


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Return a page whose text has the page's name as a class, for its own rules."""
    article = '<article class="md-content__inner md-typeset'
    return output.replace(article, f"{article} xr-page-{page.file.name}", 1)

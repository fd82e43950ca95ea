"""MkDocs hooks: whole blocks, tables and formulas, and a search that reads only text.

Half of the time of a build went into the search, which takes each page apart element by element;
most of them are spans of code and parts of formulas, of which it keeps the text alone.
"""

import gc
import re
from functools import cache
from types import SimpleNamespace
from typing import Any

from material.plugins.search import plugin as search  # type: ignore[import-untyped]
from mkdocs.plugins import CombinedEvent, event_priority
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pymdownx import highlight  # type: ignore[import-untyped]

from docs.tools import listings, sections, words

CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
SPAN = re.compile(r"</?(?:span|nav|button)[^>]*>")
EMPHASIS = re.compile(r"</?(?:strong|em|b)>")
# As Material's script wraps one without a class. Without scripts it would stick out of a phone.
TABLE = (
    '<div class="md-typeset__scrollwrap"><div class="md-typeset__table"><table class="xr-table">'
)
CELL = re.compile(r"<td\b.*?</td>", re.DOTALL)
NAME = re.compile(r"<code>\w+</code>")
FORMULA = re.compile(r"<math\b([^>]*)>(.*?)</math>", re.DOTALL)
PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def on_startup(command: str, **_: Any) -> None:
    """Save a tenth of the time: what each block of code makes anew, and the search for garbage."""
    highlight.get_lexer_by_name = cache(highlight.get_lexer_by_name)
    HtmlFormatter._create_stylesheet = _stylesheet
    if command == "build":  # it ends before there is much
        gc.disable()


def _stylesheet(formatter: Any) -> None:
    """Give a formatter no colours of its own: site.css has those of the classes."""
    formatter.ttype2class, formatter.class2style = {}, {}


def on_env(env: Any, config: Any, files: Any) -> None:
    """Let the search cut Chinese into words from no larger a dictionary than the pages need."""
    search.jieba = None
    if config.theme["language"] == "zh":
        pages = [file.page for file in files.documentation_pages()]
        text = "".join(f"{page.title}{page.content}" for page in pages)
        search.jieba = SimpleNamespace(cut=words.cutter(text))


def on_page_content(html: str, page: Any, config: Any, **_: Any) -> str:
    """Return the HTML of a page with whole blocks and sections, and tables that scroll alone."""
    html = CELL.sub(lambda cell: NAME.sub(_in_words, cell[0]), html)
    html = html.replace("<table>", TABLE).replace("</table>", "</table></div></div>")
    html = listings.complete(html, config.theme["language"])
    return sections.boxed(html, below_title=page.is_homepage)


def _in_words(name: re.Match[str]) -> str:
    """Return a name that breaks between its words, where a table is too narrow for it."""
    return name[0].replace("_", "_<wbr>")


def for_search(html: str) -> str:
    """Return a page as the search needs it: code and formulas as plain text, and no pictures."""

    def formula(found: re.Match[str]) -> str:
        return "" if "data-search-exclude" in found[1] else re.sub(r"<[^>]*>", "", found[2])

    html = EMPHASIS.sub("", PICTURE.sub("", html.replace("<wbr>", "")))
    html = FORMULA.sub(formula, html)
    return CODE.sub(lambda found: SPAN.sub("", found[0]), html)


@event_priority(100)
def _before_search(context: Any, /, *, page: Any, **_: Any) -> None:
    page.whole, page.content = page.content, for_search(page.content)


@event_priority(-100)
def _after_search(context: Any, /, *, page: Any, **_: Any) -> None:
    page.content = re.sub(r' ?data-search-exclude(?:="[^"]*")?', "", page.whole)


on_page_context = CombinedEvent(_before_search, _after_search)


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Return a page whose text bears the page's name, for rules of its own."""
    return output.replace("<article ", f'<article id="page-{page.file.name}" ', 1)

"""MkDocs hooks: whole blocks, tables and formulas, and a build that does nothing in vain.

Most of the time of a build went into the search, which takes each page apart element by element,
though of spans of code and parts of formulas it keeps the text alone; into the colours of code; and
into templates, which each build compiled anew.
"""

import gc
import re
from types import SimpleNamespace
from typing import Any

from jinja2 import FileSystemBytecodeCache
from material.plugins.search import plugin as search  # type: ignore[import-untyped]
from mkdocs.plugins import CombinedEvent, event_priority

from docs.tools import colours, listings, sections, words

CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
SPAN = re.compile(r"</?(?:span|nav|button)[^>]*>")
EMPHASIS = re.compile(r"</?(?:strong|em|b)>")
# As Material's script wraps one without a class. Without scripts it would stick out of a phone.
TABLE = (
    '<div class="md-typeset__scrollwrap"><div class="md-typeset__table"><table class="xr-table">'
)
CELL = re.compile(r"<td\b.*?</td>", re.DOTALL)
INLINE = re.compile(r"<code>[^<]*</code>")
BETWEEN_WORDS = re.compile(r'(?<=\w)(?:[_=(](?=[\w"])|\.(?=[A-Za-z]))|(?<=[a-z])(?=[A-Z][a-z])')
OPTION = re.compile(r"<code>(?=--[\w -]{1,18}</code>)")
FORMULA = re.compile(r"<math\b([^>]*)>(.*?)</math>", re.DOTALL)
PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
LUNR = "assets/javascripts/lunr/"
COMPILED = FileSystemBytecodeCache()  # templates, among the temporary files


def on_startup(command: str, **_: Any) -> None:
    """Save a tenth of the time: what is made anew for each block, and the search for garbage."""
    colours.hasten()
    if command == "build":  # it ends before there is much garbage
        gc.disable()


def on_config(config: Any) -> None:
    """Let mkdocstrings compile its templates once, and not in each build."""
    config.plugins["mkdocstrings"].get_handler("python").env.bytecode_cache = COMPILED


def on_files(files: Any, config: Any) -> None:
    """Leave out what Material brings for searching in thirty other languages."""
    kept = {"stemmer.support", "multi", *config.plugins["material/search"].config.lang}
    for file in list(files):
        if file.src_uri.startswith(LUNR):
            name = file.src_uri.rpartition("/")[2].removeprefix("lunr.").removesuffix(".min.js")
            if name not in kept:
                files.remove(file)


def on_env(env: Any, config: Any, files: Any) -> None:
    """Compile Material's templates once; let the search load only the words that pages can hold."""
    env.bytecode_cache = COMPILED
    search.jieba = None
    if config.theme["language"] == "zh":
        pages = [file.page for file in files.documentation_pages()]
        text = "".join(f"{page.title}{page.content}" for page in pages)
        search.jieba = SimpleNamespace(cut=words.cutter(text))


def on_page_content(html: str, page: Any, config: Any, **_: Any) -> str:
    """Return the HTML of a page with whole blocks and sections, and tables that scroll alone."""
    html = CELL.sub(lambda cell: INLINE.sub(_in_words, cell[0]), html)
    html = OPTION.sub('<code class="xr-option">', html)
    html = html.replace("<table>", TABLE).replace("</table>", "</table></div></div>")
    html = listings.complete(html, config.theme["language"])
    return sections.boxed(html, below_title=page.is_homepage)


def _in_words(code: re.Match[str]) -> str:
    """Return code that breaks between the words of its names, where a table is too narrow."""
    return BETWEEN_WORDS.sub(r"\g<0><wbr>", code[0])


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

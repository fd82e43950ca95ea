"""Blocks of code in the HTML of a page, made complete while the site is built.

Each gets its copy button, with a name of its own, and its size, so that a browser need not lay out
what nobody sees yet: the spans that colour the code are most of a page's elements.
"""

import re
from collections.abc import Iterator
from html import unescape
from itertools import count
from unicodedata import east_asian_width

# Names, spaces, constants, prefixes and output have the colour of code itself.
COLOURLESS = re.compile(r'<span class="(?:n|w|kc|sa|vm|bp|go)">([^<]*)</span>')
BLOCK = re.compile(
    r'<div class="(?P<kind>language-[\w-]+(?: doc-signature)?) highlight">'
    r'(?P<title><span class="filename">[^<]*</span>)?<pre><span></span>'
    r"<code>(?P<code>.*?)</code></pre></div>"
    r'(?=\s*(?P<output><div class="language-output)?)',
    re.DOTALL,
)
TAG = re.compile(r"<[^>]*>")
COPY = {"en": "Copy block", "zh": "复制代码块"}


def complete(html: str, language: str) -> str:
    """Return a page with whole blocks, and without the spans that have no colour."""
    names = (f"{COPY[language]} {number}" for number in count(1))
    return BLOCK.sub(lambda block: _block(block, names), COLOURLESS.sub(r"\1", html))


def _block(block: re.Match[str], names: Iterator[str]) -> str:
    kind, title, code, output = block.groups(default="")
    button, id_ = "", ""
    if kind != "language-output" and not kind.endswith("signature"):
        name = next(names)
        place = f"block-{name.split()[-1]}"
        button, id_ = _button(name, place), f' id="{place}"'
    return (
        f'<div class="{kind} highlight{" xr-printing" * bool(output)}">{title}<pre>{button}'
        f'<code{id_}><span class="xr-lines" style="{_size(code)}">{code}</span></code></pre></div>'
    )


def _button(name: str, place: str) -> str:
    """Return a button as Material's script makes it."""
    return (
        '<nav class="md-code__nav" role="none"><button class="md-code__button" '
        f'title="{name}" aria-label="{name}" data-clipboard-target="#{place}" data-md-type="copy">'
        "</button></nav>"
    )


def _size(code: str) -> str:
    """Return how large code is; a Han character is about as wide as five thirds of a letter."""
    lines = unescape(TAG.sub("", code)).splitlines()
    wide = (sum(east_asian_width(char) in "WF" for char in line) for line in lines)
    columns = max(len(line) + han * 2 / 3 for line, han in zip(lines, wide, strict=True))
    return f"--lines: {len(lines)}; --columns: {columns:.0f}"

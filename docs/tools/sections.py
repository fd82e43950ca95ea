"""What stands under a heading, in the HTML of a page, made a box while the site is built.

A browser need not lay out a box that nobody sees yet (css/site.css): one that begins below the
first screen. Each says about how many lines high it will be, so that the page is about as long from
the start. A long list of terms is a box for every few of them, and a figure is one by itself, since
its letters take as long as a page of text.
"""

import re
from math import ceil
from unicodedata import east_asian_width

HEADING = re.compile(r"(<h[2-6]\b.*?</h[2-6]>)", re.DOTALL)
CONTAINER = re.compile(r"<(/?)(?:div|details|figure|ul|ol|dl|table|blockquote)\b")
TERMS = re.compile(r"(?<=<dl>).*?(?=</dl>)", re.DOTALL)
WIDE, NARROW = 76, 33  # letters in a line, on a desk and on a phone
SCREEN = 24  # lines
TITLE = 15  # lines that the title of the site takes, where it stands

TAG = re.compile(r"<[^>]*>")
FOLDED = re.compile(r"(<details\b(?![^>]*\bopen\b).*?</summary>).*?</details>", re.DOTALL)
CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
FORMULA = re.compile(r'<math\b[^>]*display="block".*?</math>', re.DOTALL)
FIGURE = re.compile(r'(<figure class="xr-figure)"(.*?</figure>)', re.DOTALL)
PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
ROW = re.compile(r"(?<=<tr>).*?(?=</tr>)", re.DOTALL)
CELL_END = re.compile(r"</t[dh]>")
BLOCK = re.compile(r"<(?:p|tr|li|dt|dd|summary|figure)\b[^>]*>")


def boxed(html: str, *, below_title: bool = False) -> str:
    """Return a page with a box around whatever lies between two of its headings."""
    first, *rest = HEADING.split(html)
    above = TITLE * below_title + _lines(first)[0]
    boxes = [TERMS.sub(lambda terms: _few_each(terms[0]), first)]
    for heading, body in zip(rest[::2], rest[1::2], strict=True):
        above += _lines(heading)[0]
        whole = _whole(body)
        lines, after = _lines(whole), body[len(whole) :]
        boxes += [heading, _box(whole, lines, above) if whole.strip() else whole, after]
        above += lines[0] + _lines(after)[0]
    return "".join(boxes)


def _box(html: str, lines: tuple[int, int], above: int) -> str:
    """Return a part of a page, so many lines high, as a box that begins below so many others."""

    def figure(it: re.Match[str]) -> str:
        return it[1] + _size(_lines(it[0]), above + _lines(html[: it.start()])[0]) + it[2]

    return f'<div class="xr-section{_size(lines, above)}>{FIGURE.sub(figure, html)}</div>'


def _size(lines: tuple[int, int], above: int) -> str:
    """Return what a box says of itself, from its first class on."""
    later = " xr-later" * (above > SCREEN)
    return f'{later}" style="--lines: {lines[0]}; --narrow: {lines[1]}"'


def _few_each(terms: str) -> str:
    """Return a list of terms as boxes, if it is longer than two screens."""
    if _lines(terms)[0] < 2 * SCREEN:
        return terms
    boxes, few, above = [], "", 0
    for term in [*re.split(r"(?=<dt>)", terms), ""]:
        few += term
        lines = _lines(few)
        if lines[0] > SCREEN or not term:
            boxes.append(_box(few, lines, above) if few.strip() else few)
            few, above = "", above + lines[0]
    return "".join(boxes)


def _whole(body: str) -> str:
    """Return as much of what follows a heading as closes all that it opens.

    Under the name of an object there may be the end of what it is a part of, or the beginning of
    its members.
    """
    depth = end = 0
    for tag in CONTAINER.finditer(body):
        if depth == 0:
            end = tag.start()
        depth += -1 if tag[1] else 1
        if depth < 0:
            return body[:end]
    return body[:end] if depth else body


def _lines(body: str) -> tuple[int, int]:
    """Return about how many lines of text are as high as a part of a page, on a desk and a phone.

    Rather too many than too few: boxes that nobody has seen must not lie over one another. The
    factors are those with which the guess is closest on the pages as they are.
    """
    seen = FOLDED.sub(r"\1", body)
    code, formulas = CODE.findall(seen), FORMULA.findall(seen)
    figures = seen.count("</figure>")  # on a desk their pictures stand side by side
    pictures = len(PICTURE.findall(seen))
    for what in (CODE, FORMULA, PICTURE):
        seen = what.sub("", seen)
    seen = ROW.sub(_as_text, seen)
    widths = [_width(" ".join(TAG.sub("", part).split())) for part in BLOCK.split(seen)]
    blocks = sum(1.3 + 0.8 * len(block.splitlines()) for block in code)
    rows = sum(1 + formula.count("<mtr") for formula in formulas)
    height = 0.8 * len(widths) + blocks + 2 * rows
    wide, narrow = (sum(ceil(width / letters) for width in widths) for letters in (WIDE, NARROW))
    return ceil(height + wide + 15 * figures), ceil(height + narrow + 12 * pictures)


def _as_text(row: re.Match[str]) -> str:
    """Return text as high as a row of a table: beside many others, its longest cell is narrow."""
    *cells, _ = (TAG.sub("", cell) for cell in CELL_END.split(row[0]))
    return " ".join(cells + [max(cells, key=_width, default="")] * (len(cells) - 2))


def _width(text: str) -> int:
    """Return how many letters wide a text is; a Han character takes two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(east_asian_width(char) in "WF" for char in text)

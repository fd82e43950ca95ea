"""What stands under a heading, in the HTML of a page, made a box while the site is built.

A browser need not lay out a box that nobody sees yet (css/site.css): one that begins below the
first screen. Each says about how many lines high it will be, so that the page is about as long from
the start. A long list of terms is a box for every few of them.
"""

import re
from math import ceil
from unicodedata import east_asian_width

HEADING = re.compile(r"(<h[2-6]\b.*?</h[2-6]>)", re.DOTALL)
CONTAINER = re.compile(r"<(/?)(?:div|details|figure|ul|ol|dl|table|blockquote)\b")
TERMS = re.compile(r"(?<=<dl>).*?(?=</dl>)", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
BLOCK = re.compile(r"<(?:p|pre|tr|li|dt|summary|figure)\b")
LETTERS = 64  # in a line
SCREEN = 24  # lines
TITLE = 15  # lines that the title of the site takes, where it stands


def boxed(html: str, *, below_title: bool = False) -> str:
    """Return a page with a box around whatever lies between two of its headings."""
    first, *rest = HEADING.split(html)
    above = TITLE * below_title + _lines(first)
    boxes = [TERMS.sub(lambda terms: _few_each(terms[0]), first)]
    for heading, body in zip(rest[::2], rest[1::2], strict=True):
        above += _lines(heading)
        whole = _whole(body)
        boxes += [heading, _box(whole, above) if whole.strip() else whole, body[len(whole) :]]
        above += _lines(body)
    return "".join(boxes)


def _box(html: str, above: int) -> str:
    """Return a part of a page as a box that begins below so many lines."""
    later = " xr-later" * (above > SCREEN)
    return f'<div class="xr-section{later}" style="--lines: {_lines(html)}">{html}</div>'


def _few_each(terms: str) -> str:
    """Return a list of terms as boxes, if it is longer than two screens."""
    if _lines(terms) < 2 * SCREEN:
        return terms
    boxes, few, above = [], "", 0
    for term in re.split(r"(?=<dt>)", terms):
        few += term
        if _lines(few) > SCREEN:
            boxes.append(_box(few, above))
            few, above = "", above + _lines(few)
    return "".join(boxes) + (_box(few, above) if few.strip() else few)


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


def _lines(body: str) -> int:
    """Return about how many lines high a part of a page is."""
    lines = TAG.sub("", body).splitlines()
    widths = (sum(1 + (east_asian_width(char) in "WF") for char in line) for line in lines)
    return sum(ceil(width / LETTERS) for width in widths) + len(BLOCK.findall(body))

"""What stands under a heading, in the HTML of a page, made a box while the site is built.

A browser need not lay out a box that nobody sees yet (css/site.css). Each says about how many lines
high it will be, so that the page is about as long from the start.
"""

import re
from math import ceil
from unicodedata import east_asian_width

HEADING = re.compile(r"(<h[2-6]\b.*?</h[2-6]>)", re.DOTALL)
CONTAINER = re.compile(r"<(/?)(?:div|details|figure|ul|ol|dl|table|blockquote)\b")
TAG = re.compile(r"<[^>]*>")
BLOCK = re.compile(r"<(?:p|pre|tr|li|dt|summary|figure)\b")
LETTERS = 64  # in a line


def boxed(html: str) -> str:
    """Return a page with a box around whatever lies between two of its headings."""
    first, *rest = HEADING.split(html)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return first + "".join(heading + _box(body) for heading, body in pairs)


def _box(body: str) -> str:
    whole = _whole(body)
    if not whole.strip():
        return body
    box = f'<div class="xr-section" style="--lines: {_lines(whole)}">{whole}</div>'
    return box + body[len(whole) :]


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

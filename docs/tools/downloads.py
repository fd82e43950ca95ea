"""A page to take along: as a Jupyter notebook, and as a Python file in cells.

Both are made from the blocks that the tests run, and from the text between them. What Jupyter does
not know is put in plainer Markdown: a folded solution stands open, a note becomes a quotation, a
figure its caption with a link to the page, where it can be dragged.
"""

import ast
import json
import posixpath
import re
import textwrap
from dataclasses import dataclass
from typing import Any

from docs.tools.blocks import FRONT_MATTER, Block, parse
from docs.tools.chinese import LINE_END

FROM = {"en": "From", "zh": "出自"}
FIGURE = re.compile(
    r"^/// figure \| (?P<name>[\w-]+)\n(?: {4}[^\n]*\n)*(?P<caption>.*?)^///$", re.M | re.S
)
CONTAINER = re.compile(r'(?P<kind>!!!|\?\?\?)\+? \w+(?: "(?P<title>[^"]*)")?')
LINK = re.compile(r"(?<=\]\()(?P<page>[\w./-]*\.md)?(?P<place>#[\w.-]+)?(?=\))")


@dataclass
class Cell:
    """A piece of a page: text, or a block of code with what it prints."""

    text: str
    code: Block | None = None


def cells(text: str, page: str, root: str, language: str) -> list[Cell]:
    """Cut a page, such as learn/softmax.md, into cells, after one that names where it comes from.

    Its links lead to the site at `root`.
    """
    found = [Cell(f"{FROM[language]} <{root}{url(page)}>")]
    start = 0
    for block in parse(text, page):
        if block.language in ("python", "output"):
            found.append(Cell(_plain(text[start : block.start], page, root)))
            start = block.end
        if block.language == "python":
            found.append(Cell(block.code.rstrip("\n"), block))
    found.append(Cell(_plain(text[start:], page, root)))
    return [cell for cell in found if cell.text]


def _plain(text: str, page: str, root: str) -> str:
    """The text between two blocks in Markdown that needs no extension."""

    def address(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), found["page"] or ""))
        return f"{root}{url(target if found['page'] else page)}{found['place'] or ''}"

    def caption(found: re.Match[str]) -> str:
        return f"[▸]({root}{url(page)}#figure-{found['name']}) {found['caption'].strip()}"

    text = FIGURE.sub(caption, FRONT_MATTER.sub("", text))
    text = re.sub(r"^(#+ .*?) *\{[^}\n]*\} *$", r"\1", text, flags=re.M)
    text = LINK.sub(lambda found: address(found) if found[0] else "", text)
    plain = re.sub(r"\n(?:>?\n){2,}|(?:\n>)+\n*\Z", "\n\n", "\n".join(_unfolded(text))).strip("\n")
    return "\n\n".join(re.sub(LINE_END, "", part) for part in plain.split("\n\n"))


def _unfolded(text: str) -> list[str]:
    """The lines without the indentation of notes, solutions and lists, and with their titles."""
    lines: list[str] = []
    fence, margin = "", 0
    note: int | None = None  # the indentation of the note that is open
    for line in text.split("\n"):
        indent, bare = len(line) - len(line.lstrip()), line.strip()
        if fence:  # as it stands
            lines.append(line[margin:])
            fence = "" if bare == fence else fence
            continue
        if note is not None and bare and indent <= note:
            note, lines[-1] = None, ""  # the quotation ends before the empty line
        if bare.startswith("```"):
            fence, margin = "```", indent
        if found := CONTAINER.fullmatch(bare):
            note = indent if found["kind"] == "!!!" else None
            bare = f"**{found['title']}**" if found["title"] else ""
        lines.append(f"> {bare}".rstrip() if note is not None else bare)
    return lines


def url(page: str) -> str:
    """Return the address of a page below its language, as MkDocs makes it."""
    path = page.removesuffix(".md")
    return "" if path == "index" else f"{path.removesuffix('/index')}/"


def notebook(page: list[Cell]) -> str:
    """Return a page as a notebook of format 4.5, with the outputs that the tests have verified."""
    made: list[dict[str, Any]] = []
    for number, cell in enumerate(page):
        source = {"id": f"cell-{number}", "source": cell.text.splitlines(keepends=True)}
        if cell.code is None:
            made.append({"cell_type": "markdown", "metadata": {}, **source})
            continue
        output = cell.code.output
        shown = [{"name": "stdout", "output_type": "stream", "text": output.code}] if output else []
        raises = output is not None and output.error is not None
        metadata = {"tags": ["raises-exception"]} if raises else {}
        code = {"cell_type": "code", "execution_count": None, "metadata": metadata}
        made.append({**code, "outputs": shown, **source})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def script(page: list[Cell]) -> str:
    """Return a page as a Python file in cells (`# %%`), which runs from its start to its end."""
    parts = []
    for cell in page:
        if cell.code is None:
            parts.append("# %% [markdown]\n" + textwrap.indent(cell.text, "# ", lambda line: True))
        else:
            parts.append("# %%\n" + going_on(cell.code))
    return (
        "\n\n".join("\n".join(line.rstrip() for line in part.split("\n")) for part in parts) + "\n"
    )


def going_on(block: Block) -> str:
    """The code of a block; where its lesson is an error, that is printed and the file goes on."""
    code = block.code.rstrip("\n")
    expected = block.output.error if block.output else None
    if not expected:
        return code
    last = ast.parse(code).body[-1]
    lines = code.split("\n")
    before, raising = lines[: last.lineno - 1], "\n".join(lines[last.lineno - 1 :])
    caught = [
        "try:",
        textwrap.indent(raising, "    "),
        "except Exception as error:",
        '    print(f"{type(error).__name__}: {error}")',
    ]
    return "\n".join([*before, *caught])

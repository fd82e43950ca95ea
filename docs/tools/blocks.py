"""What a block is: the one place that says which fences of a page are shown, run and compared.

`parse` reads the text of a page or a module; `texts` lists the files whose blocks the tests run,
and `load` reads one of them. Sybil's lexer finds the fences; here they get their meaning, and
whatever a reader would see as code but no test would run is refused, with its page and line.
"""

import ast
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from sybil import Document
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

# The words that may follow a fence, each with its options. Only `python` is run, always.
FENCES = {
    "python": ["title", "linenums", "hl_lines"],
    "output": ["title"],
    "text": ["title"],
    "console": ["title"],
    "bash": ["title"],
    "toml": ["title"],
    "yaml": ["title"],
    "mermaid": [],
}
OPTIONS = {"title": r".+", "linenums": r"\d+", "hl_lines": r"\d+(-\d+)?( \d+(-\d+)?)*"}
LEXER = RawFencedCodeBlockLexer(re.compile(r"[^\n]*\n?"))
HEAD = re.compile(r"(?P<indent>.*?)(?P<fence>`{3,}|~{3,}) *(?P<word>[^\s`]*)(?P<options>.*)")
OPTION = re.compile(r' +(\w+)="([^"]*)"')
HEADING = re.compile(r"^##+ +(?P<text>.*?)(?: *\{[^}\n]*?#(?P<id>[\w-]+)[^}\n]*\})? *$", re.M)
FRONT_MATTER = re.compile(r"\A---\n.*?^---$", re.S | re.M)
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
# What is followed by text indented by four: admonitions, details, tabs, lists, notes, definitions.
CONTAINER = re.compile(r"(?:!!!|\?\?\?\+?|===[+!]*|[-*+]|\d+\.|:) |\[\^[^\]]+\]:")
SECTION = re.compile(r".*:$|\*{0,2}\w+(?: \(.*?\))?: |[-*+] |\d+\. ")  # the same in a docstring
TRACEBACK = "Traceback (most recent call last):\n  ...\n"
ERROR = re.compile(rf"^{re.escape(TRACEBACK)}(?P<type>[\w.]+)(?:[:\n].*)?\Z", re.S | re.M)


class PageError(Exception):
    """A page that cannot be read as blocks; the message holds page:line and what to do."""

    def __init__(self, page: str, line: int, message: str) -> None:
        """Say where and what."""
        super().__init__(f"{page}:{line}: {message}")


@dataclass(kw_only=True, eq=False)
class Block:
    """A fence of a page and what stands in it."""

    page: str  # the file, relative to the repository
    line: int  # of the opening fence, from 1; the code starts one line below
    start: int  # where the block stands in the text of the file, from its indentation ...
    end: int  # ... to its closing fence
    indent: str
    fence: str
    language: str  # the word after the fence, a key of FENCES
    options: dict[str, str]
    code: str  # what a reader sees between the fences: not indented, every line ended
    tolerance: tuple[float, float] | None = None  # of an output: rtol and atol; None is exact
    name: str = ""  # of python: the heading above it (or the documented function) and a number
    output: "Block | None" = field(default=None, repr=False)  # of python: what is shown below it

    @property
    def title(self) -> str:
        """The visible title; empty if there is none."""
        return self.options.get("title", "")

    @property
    def error(self) -> re.Match[str] | None:
        """The error with which an output ends; its `type` is a group."""
        return ERROR.search(self.code)


def _blank(text: str) -> str:
    """The text as spaces, so that what stands around it keeps its place."""
    return re.sub(r"[^\n]", " ", text)


def _tolerance(title: str) -> tuple[float, float] | None:
    """What the title of an output allows, as (rtol, atol); ValueError if it cannot be read."""
    if not re.search(r"[()（）]|tol\b", title):
        return None
    found = re.fullmatch(r"[^()（）]+ \((.+)\)", title)
    values = dict(part.split("=", 1) for part in found[1].split(", ")) if found else {}
    rtol, atol = (float(values.pop(name, 0)) for name in ("rtol", "atol"))
    if values or not (0 <= rtol < 1 and 0 <= atol < math.inf and rtol + atol > 0):
        raise ValueError(title)
    return rtol, atol


def _block(text: str, page: str, start: int, end: int) -> Block:
    """The block of one region that the lexer found."""
    line = text.count("\n", 0, start) + 1
    head, *body = text[start:end].split("\n")
    last = body.pop() if body else ""
    found = HEAD.fullmatch(head)
    assert found, head  # the lexer saw a fence here
    indent, fence, word, rest = found.groups()

    def fail(message: str, number: int = line) -> NoReturn:
        raise PageError(page, number, message)

    if indent.strip(" "):
        fail("a fence must stand on a line of its own, indented with spaces only")
    if "~" in fence:
        fail("a fence of tildes is not run; write it with backticks")
    if "`" in rest:
        fail("code on the line of its fence; put it below, and close it with a fence")
    known = f"Known are {', '.join(FENCES)}"
    if not word:
        close = "if it is to close one, mend the line that opens that"
        fail(f"a fence that opens a block and names no language; {close}. {known}")
    within = [n for n, each in enumerate(body, line + 1) if each.lstrip().startswith(fence)]
    if within or last.rstrip() != indent + fence:
        lines = enumerate([*body, last], line + 1)
        at = within or [n for n, each in lines if re.fullmatch(r" *`{3,} *", each)]
        where = f" {'before' if within else 'by'} line {at[0]}" if at else ""
        fail(f"a fence that is not closed{where}; close it with {fence!r}, equally indented")
    if word not in FENCES:
        near = get_close_matches(word, FENCES, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}? " if near else ""
        fail(f"unknown fence {word!r}; {hint}{known}")
    options = dict(OPTION.findall(rest))
    wrong = OPTION.sub("", rest).split()
    for name, value in options.items():
        if name not in FENCES[word] or not re.fullmatch(OPTIONS[name], value):
            wrong.append(name)
    if wrong:
        allowed = ", ".join(f'{name}="…"' for name in FENCES[word]) or "nothing"
        fail(f"an option that cannot be read: {wrong[0]}; after {word!r} may stand: {allowed}")
    for number, each in enumerate(body, line + 1):
        if each.strip() and not each.startswith(indent):
            fail("a line indented less than its fence; indent it as much", number)
        if "\t" in each:
            fail("a tab inside a fence; write spaces", number)
    title = options.get("title", "")
    try:
        tolerance = _tolerance(title) if word == "output" else None
    except ValueError:
        fail(f'a tolerance that cannot be read: {title}; write "Output (rtol=1e-6, atol=1e-9)"')
    return Block(
        page=page,
        line=line,
        start=start,
        end=end,
        indent=indent,
        fence=fence,
        language=word,
        options=options,
        code="".join(each[len(indent) :] + "\n" for each in body),
        tolerance=tolerance,
    )


def _check_indentation(prose: str, page: str, blocks: list[Block], docstring: bool) -> None:
    """Refuse code that is shown by its indentation alone, and fences that are not where they seem.

    Follows the columns at which the text of each open list item, admonition or tab starts.
    """
    lines = prose.split("\n")
    opening = {block.line for block in blocks}
    margin = 0
    if docstring:  # its first line stands right after the quotes, all others have its margin
        first = next((n for n, line in enumerate(lines) if line.strip()), 0)
        lines[first] = ""
        margin = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
    columns, after_blank = [margin], True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            after_blank = True
            continue
        indent = len(line) - len(line.lstrip())
        while len(columns) > 1 and indent < columns[-1]:
            columns.pop()
        if number in opening:
            if indent != columns[-1]:
                message = f"a fence indented by {indent}; the text around it, by {columns[-1]}"
                raise PageError(page, number, message + ". Indent both equally")
        elif after_blank and indent >= columns[-1] + 4:
            message = "indented text is shown as code but not run; write it as a fence"
            raise PageError(page, number, message)
        elif (SECTION if docstring else CONTAINER).match(line.lstrip()):
            columns.append(columns[-1] + 4)
        after_blank = False


def _parse(text: str, page: str, scope: str = "") -> list[Block]:
    """The blocks of a page or, given the name of its `scope`, of a docstring with blanks around."""
    ends = [0]
    blocks = []
    for region in sorted(LEXER(Document(text, page)), key=lambda region: region.start):
        if region.start >= ends[-1]:  # else it is part of the text of the last one
            blocks.append(_block(text, page, region.start, region.end))
            ends.append(region.end)

    # What is left is prose. Of a block, its opening fence stays, to be seen among the text.
    prose = FRONT_MATTER.sub(lambda found: _blank(found[0]), text)
    for block in blocks:
        body = text.index("\n", block.start)
        prose = prose[:body] + _blank(prose[body : block.end]) + prose[block.end :]
    prose = INLINE_CODE.sub(lambda found: "x" * len(found[0]), prose)
    for comment in COMMENT.finditer(prose):
        for block in blocks:
            if comment.start() < block.start < comment.end():
                message = "a fence hidden in an HTML comment; show it or delete it"
                raise PageError(page, block.line, message)
    prose = COMMENT.sub(lambda found: _blank(found[0]), prose)
    for found in re.finditer(r"<pre\b|^ *>>> ", prose, re.M):
        message = "code outside a fence is not run; write ```python, and its ```output below"
        raise PageError(page, prose.count("\n", 0, found.start()) + 1, message)
    _check_indentation(prose, page, blocks, docstring=bool(scope))

    # Names and outputs depend on what stands above a block.
    headings = {}
    for found in HEADING.finditer(prose):
        title = text[found.start("text") : found.end("text")]
        headings[found.start()] = found["id"] or re.sub(r"\W+", "-", title.lower())
    numbers: Counter[str] = Counter()
    above: Block | None = None
    for block in blocks:
        if block.language == "python":
            sections = [headings[start] for start in headings if start < block.start]
            section = scope or (sections or ["top"])[-1]
            numbers[section] += 1
            block.name = f"{section}-{numbers[section]}"
        elif block.language == "output":
            code = above if above and not text[above.end : block.start].strip() else None
            if not code or code.language != "python" or code.indent != block.indent:
                message = "an output without its code; put it directly below a python block"
                raise PageError(page, block.line, message + ", equally indented")
            code.output = block
        above = block
    return blocks


def _documented(node: ast.AST, scope: str = "") -> Iterator[tuple[str, ast.Constant]]:
    """All strings that stand alone in a module, each with the name of its class or function."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Expr(value=ast.Constant(value=str()) as docstring):
                yield scope or "top", docstring
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _documented(child, f"{scope}.{child.name}".lstrip("."))
            case _:
                yield from _documented(child, scope)


def _parse_docstrings(source: str, page: str) -> list[Block]:
    """The blocks of all docstrings of a module."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise PageError(page, error.lineno or 1, f"not Python: {error.msg}") from None
    lines = source.split("\n")
    starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]

    def place(line: int, column: int) -> int:  # ast counts bytes
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    blocks = []
    for scope, node in _documented(tree):
        start = place(node.lineno, node.col_offset)
        stop = place(node.end_lineno or 0, node.end_col_offset or 0)
        quoted = re.fullmatch(r"""r?(\"\"\"|'''|"|')(.*)\1""", source[start:stop], re.S)
        if not quoted or quoted[2] != node.value:
            message = (
                'a docstring with escapes; write it as r"""…""", so that it reads as it stands'
            )
            raise PageError(page, node.lineno, message)
        inside, end = start + quoted.start(2), start + quoted.end(2)
        masked = _blank(source[:inside]) + quoted[2] + _blank(source[end:])
        blocks += _parse(masked, page, scope)
    return blocks


def parse(text: str, page: str = "page.md") -> list[Block]:
    """All blocks of a page, or of the docstrings of a module, in order.

    Args:
        text: The whole text of the file.
        page: Its name, for messages; one that ends in `.py` is a module.

    Returns:
        Every fence, outputs included; a `python` block also knows its `output`.

    Raises:
        PageError: If something is no block we know, or would be shown but not run.
    """
    return _parse_docstrings(text, page) if page.endswith(".py") else _parse(text, page)


def texts(root: Path) -> list[Path]:
    """The files whose blocks are executed: the read-mes, the pages, the modules."""
    patterns = ("README*.md", "docs/en/**/*.md", "docs/zh/**/*.md", "xentref/**/*.py")
    return [path for pattern in patterns for path in sorted(root.glob(pattern))]


def load(path: Path, root: Path) -> tuple[str, list[Block]]:
    """The text of one of `texts`, and its blocks.

    Raises:
        PageError: As `parse`, and if the file is not UTF-8 with plain line ends.
    """
    page = path.relative_to(root).as_posix()
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise PageError(page, 1, f"not UTF-8 ({error.reason}); save it as UTF-8") from None
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        raise PageError(page, line, "a carriage return; save the file with plain line ends")
    return text, parse(text, page)

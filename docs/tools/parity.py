"""Chinese and English are one text: compare the two languages of every page.

    python -m docs.tools.parity                              compare all pages and the READMEs
    python -m docs.tools.parity --stamp docs/zh/learn/x.md   "I have read it against the English"

Compared are the files; the blocks of a page in their order (headings with their ASCII ids, code,
outputs, formulas, figures, tables, lists, admonitions, tabs, paragraphs); and in each section the
links, inline code, inline formulas and numbers. Words, titles and comments in code are translated;
nothing else differs.

Equal structure cannot show a changed sentence. So the Chinese page records, as `english:` in its
front matter (a README in a comment at its end), the digest of the English text it was last read
against; `--stamp` writes it, for every page if none is named. Outputs do not enter the digest: they
are compared directly, and refreshing them must not make a translation look old.
"""

import argparse
import ast
import contextlib
import hashlib
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from docs.tools import blocks as code

ROOT = Path(__file__).resolve().parents[2]

FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
STAMP = re.compile(r"^(?:english: *(\S*)|<!-- english: (\S*) -->) *\n?", re.MULTILINE)
OUTPUT = re.compile(r"^( *)```output[^\n]*\n.*?^\1``` *$", re.DOTALL | re.MULTILINE)

# What a line begins, its indentation removed.
FENCE = re.compile(r"`{3}")
FORMULA = re.compile(r"\$\$")
HEADING = re.compile(r"(?P<level>#{1,6}) +(?P<title>.*?)(?: *\{ *#(?P<id>\S+) *\})?$")
API = re.compile(r"::: *(?P<name>\S+)")
FIGURE = re.compile(r"///(?P<name>.*)")
CALLOUT = re.compile(r"(?P<mark>!!!|\?\?\?\+?) *(?P<kind>[\w -]*\w) *(?:\"(?P<title>.*)\")?")
TAB = re.compile(r"===[!+]? *\"(?P<title>.*)\"")
DEFINITION = re.compile(r": +(?P<text>.*)")
ITEM = re.compile(r"(?P<mark>[-*+]|\d+\.) +(?P<text>.*)")
TABLE = re.compile(r"\|")
COMMENT = re.compile(r"<!--")
HTML = re.compile(r"</?[a-z]")
# The blocks that need no blank line above them.
INTERRUPTS = (FENCE, FORMULA, HEADING, API, FIGURE, CALLOUT, TAB, DEFINITION)

# What a sentence mentions; each is looked for in what the ones before have left.
MENTIONS = {
    "inline code": re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)"),
    "inline formula": re.compile(r"(?<![\\$])\$(?![\s$])([^$\n]+?)(?<![\s\\])\$(?![\d$])"),
    "link": re.compile(r"(?<=\])(?:\(([^()\s]+)[^()]*\)|\[([^\]]+)\])"),
    "attribute": re.compile(r"\{:? *([#.][^{}]*?) *\}"),
    # Not single digits, which either language may write as words.
    "number": re.compile(r"(?<![\w.])(?:\d+\.\d+|\d{2,})(?![\w.]*\.\d)", re.ASCII),
}
WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass
class Block:
    """One block of a page.

    In the two languages blocks of one `shape` stand side by side, their `content` is equal and
    their `prose` is translated.
    """

    line: int
    shape: str
    content: str = ""
    prose: str = ""


class Page:
    """A page of one language, taken apart."""

    def __init__(self, name: str, text: str) -> None:
        """Take the text apart; `name` is how messages call the page."""
        self.name = name
        self.text = text
        front = FRONT_MATTER.match(text)
        self.front = front[0] if front else ""
        self.blocks = list(Reader(name, text, first=self.front.count("\n")).blocks())

    def at(self, block: Block) -> str:
        """Name a place on this page."""
        return f"{self.name}:{block.line}"

    def keys(self) -> set[str]:
        """Return the keys of the front matter that both languages have."""
        return set(yaml.safe_load(self.front.strip("-\n")) or ()) - {"english"}

    def sections(self) -> list[list[Block]]:
        """Return the blocks from each heading to the next."""
        sections: list[list[Block]] = [[]]
        for block in self.blocks:
            if block.shape.startswith("heading"):
                sections.append([])
            sections[-1].append(block)
        return sections

    def digest(self) -> str:
        """Return the digest of the text, outputs left out."""
        return hashlib.sha256(OUTPUT.sub("", self.text).encode()).hexdigest()[:12]

    def stamp(self) -> str | None:
        """Return the digest of the English text that this page was last read against."""
        found = STAMP.search(self.front or self.text)
        return (found[1] or found[2]) if found else None


class Reader:
    """Reads a page line by line and yields its blocks."""

    def __init__(self, name: str, text: str, first: int) -> None:
        """Start at the line `first`, counted from 0."""
        self.lines = text.split("\n")
        self.next = first
        self.fences = {
            fence.line - 1: (fence, text[: fence.end].rstrip().count("\n") + 1)
            for fence in code.parse(text, name)
        }

    def blocks(self) -> Iterator[Block]:
        """Yield every block in its order."""
        while self.next < len(self.lines):
            number, line = self.next, self.lines[self.next]
            self.next += 1
            if line.strip():
                depth = (len(line) - len(line.lstrip())) // 4
                for block in self.block(line.strip()):
                    block.line = number + 1
                    block.shape += f" (indented {4 * depth})" if depth else ""
                    yield block

    def block(self, line: str) -> Iterator[Block]:
        """Yield the block that this line begins; nothing for a comment."""
        if self.next - 1 in self.fences:
            fence, self.next = self.fences[self.next - 1]
            yield code_block(fence)
        elif FORMULA.match(line):
            closed = len(line) > 2 and line.endswith("$$")
            formula = line if closed else line + self.take_to(r"\$\$$")
            yield Block(0, "formula", content=" ".join(formula.strip("$ \n").split()))
        elif found := HEADING.match(line):
            mark = f" #{found['id']}" if found["id"] else ""
            yield Block(0, f"heading {len(found['level'])}{mark}", prose=found["title"])
        elif found := API.match(line):
            yield Block(0, f"::: {found['name']}", content=self.take_options())
        elif found := FIGURE.match(line):
            yield figure_block(found["name"].strip(), self.take_options())
        elif found := CALLOUT.match(line):
            yield Block(0, f"{found['mark']} {found['kind']}", prose=found["title"] or "")
        elif found := TAB.match(line):
            yield Block(0, "tab", prose=found["title"])
        elif found := DEFINITION.match(line):
            yield Block(0, "definition", prose=self.take_paragraph(found["text"]))
        elif found := ITEM.match(line):
            kind = "numbered item" if found["mark"][0].isdigit() else "list item"
            yield Block(0, kind, prose=self.take_paragraph(found["text"], stop=ITEM))
        elif TABLE.match(line):
            table = self.take_paragraph(line)
            columns = MENTIONS["inline code"].sub("", line).replace(r"\|", "").count("|") - 1
            yield Block(0, f"table of {table.count(chr(10)) + 1} x {columns}", prose=table)
        elif COMMENT.match(line):
            if "-->" not in line:
                self.take_to(r".*-->")
        elif HTML.match(line):
            html = self.take_paragraph(line)
            tags = " ".join(re.findall(r"</?[a-z][\w-]*", html))
            yield Block(0, "HTML", content=tags, prose=re.sub(r"<[^>]*>", " ", html))
        else:
            yield Block(0, "paragraph", prose=self.take_paragraph(line))

    def take_to(self, end: str) -> str:
        """Take the lines up to one that matches `end`, which is taken too but not returned."""
        first = self.next
        while self.next < len(self.lines) and not re.match(end, self.lines[self.next].strip()):
            self.next += 1
        self.next += 1
        return textwrap.dedent("\n".join(self.lines[first : self.next - 1]))

    def take_options(self) -> str:
        """Take the lines that are indented deeper than the one before."""
        first = self.next
        before = len(self.lines[first - 1]) - len(self.lines[first - 1].lstrip())
        deeper = " " * (before + 1)
        while self.next < len(self.lines) and self.lines[self.next].startswith(deeper):
            self.next += 1
        return textwrap.dedent("\n".join(self.lines[first : self.next]))

    def take_paragraph(self, line: str, stop: re.Pattern[str] | None = None) -> str:
        """Take the lines of the paragraph that began with this one."""
        stops = (*INTERRUPTS, stop) if stop else INTERRUPTS
        taken = [line]
        while self.next < len(self.lines) and (line := self.lines[self.next].strip()):
            if any(pattern.match(line) for pattern in stops):
                break
            taken.append(line)
            self.next += 1
        return "\n".join(taken)


def code_block(fence: code.Block) -> Block:
    """Return a fenced block; its content leaves out what may be translated."""
    options = [f"{key}={value}" for key, value in fence.options.items() if key != "title"]
    options += re.findall(r"[ar]tol=[^\s,，)）]+", fence.title)
    text = fence.code
    if fence.language == "python":
        with contextlib.suppress(SyntaxError):  # a block that shows one: compared as it stands
            text = ast.unparse(ast.parse(text))  # without comments and layout
    elif fence.language in ("bash", "console", "toml", "yaml"):
        text = re.sub(r"(^|\s+)#.*", "", text, flags=re.MULTILINE)
    elif fence.language in ("text", "mermaid"):
        text = " ".join(MENTIONS["number"].findall(text))  # words in a drawing are translated
    return Block(0, f"{fence.language} block", content="\n".join([*options, text.rstrip()]))


def figure_block(name: str, options: str) -> Block:
    """Return a figure (or the end of one); its content leaves out the words."""
    words: list[str] = []

    def skeleton(value: Any, inside: str) -> Any:
        if isinstance(value, dict):
            return {
                key: skeleton(part, inside if inside == "words" else key)
                for key, part in value.items()
            }
        if isinstance(value, str) and inside in ("alt", "words", "output-of"):
            words.append(value)
            return "…"
        return value

    fixed = (
        yaml.safe_dump(skeleton(yaml.safe_load(options), ""), allow_unicode=True) if options else ""
    )
    return Block(0, f"/// {name}".rstrip(), content=fixed, prose="\n".join(words))


def mentions(blocks: list[Block]) -> dict[str, Counter[str]]:
    """Count what the prose of these blocks mentions, by kind."""
    found: dict[str, Counter[str]] = {kind: Counter() for kind in MENTIONS}
    for block in blocks:
        prose = block.prose
        for kind, pattern in MENTIONS.items():
            for match in pattern.finditer(prose):
                what = " ".join(match[match.lastindex or 0].split())
                found[kind][language_free(what)] += 1
            prose = pattern.sub(" ", prose)
    return found


def language_free(target: str) -> str:
    """Name a link's target without the language that it is in."""
    return target.replace("README.zh.md", "README.md").replace("/zh/", "/en/")


def compare(english: Page, chinese: Page) -> list[str]:
    """Say where the two differ and what to do, one message each, with the Chinese page's line."""
    problems = []
    if keys := english.keys() ^ chinese.keys():
        problems.append(
            f"{chinese.name}:1: only one language has {listed(keys)} in its front matter"
        )
    if not english.name.startswith("README"):  # a code host would show the ids
        problems += unnamed(english) + unnamed(chinese)

    pairs, structure = align(english, chinese)
    for en, zh in pairs:
        if en.content != zh.content:
            problems.append(
                f"{chinese.at(zh)}: this {zh.shape} differs from {english.at(en)}: "
                f"{first_difference(en.content, zh.content)}"
            )
        if untranslated(en, zh):
            problems.append(f"{chinese.at(zh)}: this {zh.shape} is still English: translate it")
    problems += structure
    if not structure:
        for en_blocks, zh_blocks in zip(english.sections(), chinese.sections(), strict=True):
            if en_blocks:
                problems += compare_mentions(english, en_blocks, chinese, zh_blocks)

    stamp = chinese.stamp()
    if stamp != english.digest():
        first = f"the English text has changed since: read `git diff {english.name}` and translate"
        if not re.fullmatch(r"[0-9a-f]{12}", stamp or ""):
            first = f"not yet marked as read against the English: compare it with {english.name}"
        problems.append(
            f"{chinese.name}:1: {first}, then run "
            f"`python -m docs.tools.parity --stamp {chinese.name}`"
        )
    return problems


def align(english: Page, chinese: Page) -> tuple[list[tuple[Block, Block]], list[str]]:
    """Pair the blocks of equal shape; say which are missing, added or changed."""
    pairs: list[tuple[Block, Block]] = []
    problems = []
    en, zh = english.blocks, chinese.blocks
    matcher = SequenceMatcher(
        None, [block.shape for block in en], [block.shape for block in zh], autojunk=False
    )
    for kind, en_start, en_end, zh_start, zh_end in matcher.get_opcodes():
        if kind == "equal":
            pairs += zip(en[en_start:en_end], zh[zh_start:zh_end], strict=True)
            continue
        line = zh[zh_start].line if zh_start < len(zh) else chinese.text.count("\n")
        here = f"{chinese.name}:{line}"
        missing = [f"{block.shape} of {english.at(block)}" for block in en[en_start:en_end]]
        added = [f"{block.shape} of line {block.line}" for block in zh[zh_start:zh_end]]
        if not added:
            problems.append(f"{here}: the {listed(missing)} is missing here: add it")
        elif not missing:
            problems.append(
                f"{here}: the English has no {listed(added)}: add it there or remove it"
            )
        else:
            problems.append(f"{here}: has {listed(added)} in the place of {listed(missing)}")
    return pairs, problems


def compare_mentions(
    english: Page, en_blocks: list[Block], chinese: Page, zh_blocks: list[Block]
) -> list[str]:
    """Compare what the sentences of one section mention.

    Links are counted; how often a symbol or a name is repeated is a matter of grammar.
    """
    problems = []
    en_found, zh_found = mentions(en_blocks), mentions(zh_blocks)
    for kind, en in en_found.items():
        zh = zh_found[kind]
        if kind != "link":
            en, zh = Counter(set(en)), Counter(set(zh))
        for what, verb in (en - zh, "lacks"), (zh - en, "adds"):
            if what:
                problems.append(
                    f"{chinese.at(zh_blocks[0])}: the section that begins here {verb} the {kind} "
                    f"{listed(what)}; compare with {english.at(en_blocks[0])}"
                )
    return problems


def unnamed(page: Page) -> list[str]:
    """Find the headings and the defined terms that cannot be linked to from both languages."""
    return [
        f"{page.at(block)}: heading without an ASCII id: write `{block.prose} {{ #an-id }}`"
        for block in page.blocks
        if re.match(r"heading [2-6]", block.shape)
        and not re.match(r"heading [2-6] #[a-z0-9-]+( \(|$)", block.shape)
    ] + [
        f"{page.at(term)}: term without an ASCII id: write `**term**{{ #an-id }}`"
        for term, text in pairwise(page.blocks)
        if (term.shape, text.shape) == ("paragraph", "definition")
        and not re.search(r"\*\*\{ #[a-z0-9-]+ \}", term.prose)
    ]


def untranslated(en: Block, zh: Block) -> bool:
    """Tell whether a block of several words is the same in both languages (a reference may be)."""
    words = zh.prose
    for kind in "inline code", "inline formula":
        words = MENTIONS[kind].sub(" ", words)
    return en.prose == zh.prose and len(WORD.findall(words)) >= 3 and "](" not in words


def first_difference(english: str, chinese: str) -> str:
    """Show the first line in which two texts differ."""
    for en, zh in zip(f"{english}\n".split("\n"), f"{chinese}\n".split("\n"), strict=False):
        if en != zh:
            return f"there `{en.strip()}`, here `{zh.strip()}`"
    return "one is longer than the other"


def listed(things: Iterable[str]) -> str:
    """Join names for a message."""
    return ", ".join(things if isinstance(things, list) else sorted(things))


def pairs(root: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the path of every English file with that of its Chinese one; either may be missing."""
    english, chinese = root / "docs" / "en", root / "docs" / "zh"
    names = {
        path.relative_to(folder)
        for folder in (english, chinese)
        for path in folder.rglob("*")
        if path.is_file()
    }
    yield root / "README.md", root / "README.zh.md"
    for name in sorted(names):
        yield english / name, chinese / name


def check(root: Path = ROOT) -> list[str]:
    """Compare the two languages of everything."""
    problems = []
    for en, zh in pairs(root):
        names = en.relative_to(root).as_posix(), zh.relative_to(root).as_posix()
        if not zh.exists():
            problems.append(f"{names[1]}: missing: translate {names[0]}")
        elif not en.exists():
            problems.append(f"{names[1]}: there is no {names[0]}: write it, or remove this one")
        elif en.suffix == ".md":
            try:
                english, chinese = (
                    Page(name, path.read_text(encoding="utf-8"))
                    for name, path in zip(names, (en, zh), strict=True)
                )
            except code.PageError as error:
                problems.append(str(error))
            else:
                problems += compare(english, chinese)
    return problems


def stamp(english: Page, chinese: Page) -> str:
    """Return the Chinese page's text with the digest of the English one."""
    if chinese.name.startswith("README"):  # a code host would show front matter
        body = STAMP.sub("", chinese.text).rstrip()
        return f"{body}\n\n<!-- english: {english.digest()} -->\n"
    fields = STAMP.sub("", chinese.front).strip("-\n")
    body = chinese.text[len(chinese.front) :]
    return f"---\n{fields}\nenglish: {english.digest()}\n---\n{body}".replace("---\n\n", "---\n", 1)


def stamp_pages(wanted: list[str], root: Path = ROOT) -> list[str]:
    """Stamp the Chinese pages of these names (all if none is named); return those that changed."""
    chosen = {Path(name).resolve() for name in wanted}
    known = {zh.resolve(): (en, zh) for en, zh in pairs(root) if zh.suffix == ".md"}
    if unknown := sorted(str(path) for path in chosen - known.keys()):
        raise SystemExit(f"no Chinese page: {listed(unknown)}; name pages such as docs/zh/index.md")
    changed = []
    for path, (en, zh) in known.items():
        if (path in chosen or not chosen) and en.exists() and zh.exists():
            name = zh.relative_to(root).as_posix()
            chinese = Page(name, zh.read_text(encoding="utf-8"))
            text = stamp(Page(en.name, en.read_text(encoding="utf-8")), chinese)
            if text != chinese.text:
                zh.write_text(text, encoding="utf-8")
                changed.append(name)
    return changed


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m docs.tools.parity", description="Compare the two languages of every page."
    )
    parser.add_argument(
        "--stamp",
        nargs="*",
        metavar="PAGE",
        help="record that the Chinese of these pages (all, if none is named) was read against the "
        "English as it is now",
    )
    wanted = parser.parse_args().stamp
    if wanted is not None:
        print("\n".join(f"stamped {name}" for name in stamp_pages(wanted)) or "nothing to stamp")
    problems = check()
    print("\n".join(problems) or "the two languages agree")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

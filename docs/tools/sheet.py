"""The one style sheet of the site, written into every page.

MkDocs links six sheets, and a browser shows nothing before it has them all. Material's script then
gives their links other addresses, so that all are read again and the whole page is styled anew. So
the rules stand in the page itself, without those that no page and no script can need.
"""

import re
from collections.abc import Iterator
from pathlib import Path

# All but that of the font, which stands by itself: while a page waits for those few bytes, the font
# comes too, and the formulas are set in it from the start.
LINK = re.compile(r'<link rel="stylesheet" href="((?![^"]*fonts\.css)[^"]+)">\s*')
TAG = re.compile(r"<\w[^>]*>")
NAME = re.compile(r"[\w-]+")
# Parts of Material that our settings leave out, though its script knows them; and the mark that it
# sets while colours change, on each visit too, which has every element of the page styled twice.
LEFT_OUT = re.compile(
    r"md-(?:annotation|banner|consent|progress|rating|source|status|tag|tooltip|version)"
    r"|data-md-color-switching"
)

# What the sheets are made of; braces stand three deep at most, brackets two deep.
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACE = re.compile(r"\s*([{};,])\s*|\s+")
RULE = re.compile(r"(?:@charset[^;]*;)?([^{}]+)\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
COMMA = re.compile(r",(?![^()]*(?:\([^()]*\)[^()]*)*\))")
BRACKETS = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
NEEDED = re.compile(r'[.#]([\w-]+)|\[([\w-]+)(?:="?([\w-]+)"?\])?')
VARIABLE = re.compile(r"""(?<![\w-])(--[\w-]+):(?:"[^"]*"|'[^']*'|[^;}"'])*;?""")
USED = re.compile(r"var\((--[\w-]+)")


def inline(pages: dict[Path, str], site: Path, languages: list[str]) -> dict[Path, str]:
    """Remove the sheets of the built languages, and return the pages with the rules in them."""
    first = site / languages[0]
    tags = set().union(*(TAG.findall(html) for html in pages.values()))
    names = {name for tag in tags for name in NAME.findall(tag)}
    for script in [*(first / "js").rglob("*.js"), *(first / "assets/javascripts").glob("*.js")]:
        names.update(NAME.findall(script.read_text("utf-8")))

    sheets = LINK.findall(pages[Path(languages[0], "index.html")])
    source = "".join((first / sheet).read_text("utf-8") for sheet in sheets)
    source = source.replace("table:not([class])", "table.xr-table")  # docs/tools/hooks.py
    css = needed(source, {name for name in names if not LEFT_OUT.match(name)})
    for sheet in [site / language / sheet for language in languages for sheet in sheets]:
        sheet.unlink()
        sheet.with_name(f"{sheet.name}.map").unlink(missing_ok=True)
    style = f"<style>{css}</style>\n"
    return {
        path: LINK.sub("", LINK.sub(lambda _: style, html, count=1)) for path, html in pages.items()
    }


def needed(source: str, names: set[str]) -> str:
    """Return the rules for elements with these names, and the variables that the rules use."""
    source = SPACE.sub(lambda space: space[1] or " ", COMMENT.sub("", source))
    css = "".join(_rules(source, names))
    used = names.union(USED.findall(css))
    return VARIABLE.sub(lambda found: found[0] if found[1] in used else "", css)


def _rules(source: str, names: set[str]) -> Iterator[str]:
    for head, body in RULE.findall(source):
        if head.startswith(("@media", "@supports")):
            if inner := "".join(_rules(body, names)):
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        elif selectors := [each for each in COMMA.split(head) if _matches(each, names)]:
            yield f"{','.join(selectors)}{{{body}}}"


def _matches(selector: str, names: set[str]) -> bool:
    """Say whether an element may have the classes, ids and attributes that a selector names."""
    asked = NEEDED.findall(BRACKETS.sub("", selector))
    return names.issuperset(name for found in asked for name in found if name)

"""Chinese on the API pages: docstrings, paragraph by paragraph, from a gettext catalogue.

A docstring is written once, in English. Its prose (summary, paragraphs, descriptions of arguments,
results and errors, notes and their titles) is looked up in `docs/locale/zh/xentref.po`; code and
display formulas are left as they are. `mkdocs.zh.yml` loads this file as a Griffe extension; a
paragraph without a translation is a warning, and so fails the strict build.

    python -m docs.tools.translate            list what is missing or no longer used
    python -m docs.tools.translate --update   bring the catalogue up to the docstrings

An update keeps every translation whose English is unchanged. Where the English changed a little, it
keeps the old Chinese and marks it `fuzzy`, which counts as missing until somebody has read it and
removed the mark.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import griffe
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from mkdocs.utils.yaml import yaml_load

PACKAGE = "xentref"
ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "docs" / "locale" / "zh" / "xentref.po"

CURE = (
    "run `python -m docs.tools.translate --update` and translate what is then empty or fuzzy in "
    + CATALOGUE.relative_to(ROOT).as_posix()
)

HEADER = """\
# Chinese for the docstrings of xentref.
# Kept in step with them by: python -m docs.tools.translate --update
msgid ""
msgstr ""
"Language: zh_CN\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

Translate = Callable[[str], str]

# A fenced block or a display formula, with the lines that hold it: never translated.
_VERBATIM = re.compile(r"^ *```.*?^ *```$|^ *\$\$.*?\$\$ *$", re.MULTILINE | re.DOTALL)
_PARAGRAPH = re.compile(r"^.*\S.*(?:\n.*\S.*)*", re.MULTILINE)
# A line break that only wraps the text, not one that begins a list item or a row of a table.
_WRAP = re.compile(r"\s*\n\s*(?![-*|]\s|\d+\.\s)")


def translate_text(text: str, translate: Translate) -> str:
    """Replace each paragraph of Markdown; code and display formulas stay."""

    def paragraph(match: re.Match[str]) -> str:
        return translate(_WRAP.sub(" ", match[0].strip()))

    parts, end = [], 0
    for verbatim in _VERBATIM.finditer(text):
        parts += [_PARAGRAPH.sub(paragraph, text[end : verbatim.start()]), verbatim[0]]
        end = verbatim.end()
    return "".join([*parts, _PARAGRAPH.sub(paragraph, text[end:])])


def translate_docstring(docstring: griffe.Docstring, translate: Translate) -> None:
    """Replace the prose of a parsed docstring, in the order in which it is read."""
    for section in docstring.parsed:
        if section.title:
            section.title = translate(section.title)
        match section:
            case griffe.DocstringSectionText():
                section.value = translate_text(section.value, translate)
            case griffe.DocstringSectionAdmonition():
                section.value.contents = translate_text(section.value.contents, translate)
            case griffe.DocstringSectionExamples():
                section.value = [
                    (kind, translate_text(text, translate) if kind.value == "text" else text)
                    for kind, text in section.value
                ]
            case _:  # arguments, results, errors: elements, each with a description
                for element in section.value:
                    element.description = translate_text(element.description, translate)


def public_docstrings(obj: griffe.Object) -> Iterator[tuple[str, griffe.Docstring]]:
    """Yield path and docstring of what is public: modules by name, the rest in source order."""
    if obj.docstring:
        yield obj.path, obj.docstring
    members = [member for member in obj.members.values() if not member.is_alias]
    for member in sorted(members, key=lambda m: (m.is_module, m.lineno or 0, m.name)):
        if member.is_public and isinstance(member, griffe.Object):
            yield from public_docstrings(member)


def load_package() -> griffe.Module:
    """Load the package as the site does, with the options of `mkdocs.yml`."""
    with (ROOT / "mkdocs.yml").open("rb") as file:
        plugins = yaml_load(file)["plugins"]
    options = plugins["mkdocstrings"]["handlers"]["python"]["options"]
    package = griffe.load(
        PACKAGE,
        search_paths=[ROOT],
        docstring_parser=options["docstring_style"],
        docstring_options=options["docstring_options"],
    )
    assert isinstance(package, griffe.Module)
    return package


def messages() -> dict[str, list[str]]:
    """Every paragraph to translate, in source order, with the paths of the objects that say it."""
    found: dict[str, list[str]] = {}
    for path, docstring in public_docstrings(load_package()):

        def collect(text: str, path: str = path) -> str:
            paths = found.setdefault(text, [])
            if path not in paths:
                paths.append(path)
            return text

        translate_docstring(docstring, collect)
    return found


def read_catalogue() -> Catalog:
    """Read the catalogue, empty where there is none."""
    if not CATALOGUE.exists():
        return Catalog(locale="zh_CN")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def translations(catalogue: Catalog) -> dict[str, str]:
    """English to Chinese, for the entries that are finished."""
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


def updated() -> str:
    """Return the catalogue anew: the docstrings' paragraphs in source order, Chinese kept."""
    template = Catalog()
    for text, paths in messages().items():
        template.add(text, auto_comments=paths)
    catalogue = read_catalogue()
    catalogue.update(template)
    catalogue.obsolete.clear()
    # Babel's header would name today and its own version; lines are not wrapped, so that a change
    # of one word is a change of one line.
    content = BytesIO()
    write_po(content, catalogue, width=0, omit_header=True)
    return HEADER + content.getvalue().decode().strip() + "\n"


def report() -> list[str]:
    """Say what the catalogue lacks and what it holds in vain, one line each."""
    catalogue = read_catalogue()
    wanted, done = messages(), translations(catalogue)
    missing = [
        f"{paths[0]}: no translation: {text}" for text, paths in wanted.items() if text not in done
    ]
    unused = [
        f"{CATALOGUE.name}: no longer used: {message.id}"
        for message in catalogue
        if message.id and message.id not in wanted
    ]
    return missing + unused


class ChineseDocstrings(griffe.Extension):
    """The Griffe extension that mkdocstrings loads for the Chinese site."""

    def __init__(self) -> None:
        """Read the catalogue."""
        self.chinese = translations(read_catalogue())
        self.logger = griffe.get_logger("translate")

    def on_package(self, *, pkg: griffe.Module, **kwargs: object) -> None:
        """Put the Chinese in the place of the English, once the package has been loaded."""
        if pkg.name != PACKAGE:
            return
        missing: dict[str, str] = {}
        for path, docstring in public_docstrings(pkg):

            def translate(text: str, path: str = path) -> str:
                if text not in self.chinese:
                    missing.setdefault(text, path)
                return self.chinese.get(text, text)

            translate_docstring(docstring, translate)
        for text, path in missing.items():
            self.logger.warning(f"{path}: no Chinese for {text!r}; {CURE}")


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m docs.tools.translate", description="Keep the Chinese of the docstrings."
    )
    parser.add_argument("--update", action="store_true", help="rewrite the catalogue")
    if parser.parse_args().update:
        text = updated()
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_text(text, encoding="utf-8")
    problems = report()
    print("\n".join([*problems, f"{len(problems)} to do in {CATALOGUE.relative_to(ROOT)}"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

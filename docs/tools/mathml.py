"""Markdown extension: formulas become MathML while the site is built, by math-core.

`pymdownx.arithmatex` (with `generic: true`) finds the formulas; this turns each into MathML, which
browsers set without any script. A formula that math-core cannot read raises: the build stops.
"""

import re
from html import unescape
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from math_core import LatexError, LatexToMathML

# What must not begin a line; browsers break lines around formulas.
CLOSING = re.compile(r"[,.;:?!)\]，。、；：？！）”’》]+")

# Brackets with an exponent: Chromium does not stretch one that carries it, but those of a group.
RAISED = re.compile(r"(\\([bB]ig)l\b(?:(?!\\[bB]igl\b).)*?\\\2r[)\]])(?=\^)", re.DOTALL)

_converter = LatexToMathML(fancy_error=False)


def to_mathml(tex: str, *, display: bool) -> str:
    """Return the MathML of a formula; the search leaves out what stands on lines of its own."""
    tex = RAISED.sub(r"{\1}", tex)
    try:
        mathml = _converter.convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        position, _, reason = str(error).partition(": ")
        raise ValueError(
            f"bad formula: {reason} (at {tex[int(position) :]!r} in {tex!r}); mend it, or use a "
            "command that math-core knows"
        ) from None
    return mathml.replace("<math", '<math data-search-exclude="true"', 1) if display else mathml


class _Formulas(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.get("class") == "arithmatex" and element.text:
                tex = unescape(element.text)[2:-2].strip()  # without \( \) or \[ \]
                mathml = to_mathml(tex, display=element.tag == "div")
                element.text = self.md.htmlStash.store(mathml)


class _Marks(Treeprocessor):
    """Keeps a formula and the marks behind it on one line."""

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for place, formula in enumerate(parent):
                marks = CLOSING.match(formula.tail or "")
                if formula.get("class") == "arithmatex" and formula.tag == "span" and marks:
                    parent[place] = together = Element("span", {"class": "xr-together"})
                    together.append(formula)
                    together.tail = (formula.tail or "")[marks.end() :]
                    formula.tail = marks[0]


class MathMLExtension(Extension):
    """Sets the formulas that arithmatex found."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Register behind the inline patterns (20), before the table of contents (5)."""
        md.treeprocessors.register(_Formulas(md), "mathml", 15)
        md.treeprocessors.register(_Marks(md), "mathml-marks", 12)


def makeExtension(**options: object) -> MathMLExtension:  # noqa: N802 (Markdown's own name)
    """Return the extension; Markdown looks for this name."""
    return MathMLExtension(**options)

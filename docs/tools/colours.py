"""The colours of code: as Pygments gives them, in half of its time.

A build colours more than a thousand blocks for each language. Pygments asks some forty rules before
it comes to a blank, and pymdownx makes a lexer and a style sheet for each block.
"""

from functools import cache
from typing import Any, ClassVar

from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexer import Lexer, inherit  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer, get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Operator, Punctuation, Text  # type: ignore[import-untyped]
from pymdownx import highlight  # type: ignore[import-untyped]


class Python(PythonLexer):  # type: ignore[misc]
    """Pygments' lexer, but it tries first what most of code is: blanks, operators and brackets."""

    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (r"(?<=[^\n])[^\S\n]+", Text),
            (r"(?!\.\d)(?:!=|==|<<|>>|:=|[-~+/*%=<>&^|.])", Operator),
            (r"[]{}:(),;[]", Punctuation),
            inherit,
        ]
    }


def hasten() -> None:
    """Have each lexer made once, and no colours: site.css has those of the classes."""
    highlight.get_lexer_by_name = _lexer
    HtmlFormatter._create_stylesheet = _stylesheet


@cache
def _lexer(name: str, **options: Any) -> Lexer:
    return Python(**options) if name == "python" else get_lexer_by_name(name, **options)


def _stylesheet(formatter: Any) -> None:
    formatter.ttype2class, formatter.class2style = {}, {}

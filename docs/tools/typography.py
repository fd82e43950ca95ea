"""Chinese typography: one space between Han characters and Latin ones, full-width marks in prose.

A check only: it says how a line should read and never writes. The rules are autocorrect's, which
knows nothing of code and formulas, so these are hidden from it behind a Latin word; so are titles
《》, which are quoted as they were published.
"""

import re

import autocorrect_py

HIDDEN = re.compile(
    r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)"  # code
    r"|(?<![\\$])\$(?![\s$])[^$\n]+?(?<![\s\\])\$(?![\d$])"  # formula
    r"|(?<=《)[^》]*"
)
# Half-width brackets and quotation marks around Chinese, which autocorrect leaves alone.
HALF_WIDTH = re.compile(r"\((?P<inside>[^()]*[\u4e00-\u9fff][^()]*)\)")
QUOTES = re.compile(r"\"(?P<inside>[^\"]*[\u4e00-\u9fff][^\"]*)\"")
# What stands between the words of a line and is not seen: targets of links, attributes, tags.
MARKUP = re.compile(
    r"!?\[(?=[^\]]*\][(\[])|\](?:\([^)]*\)|\[[^\]]*\])|\{ *[#.:][^}]*\}|</?[a-z][^>]*>"
)


def plain(line: str) -> str:
    """Return one line of prose without what a reader does not see."""
    return MARKUP.sub("", line)


def corrected(line: str) -> str:
    """Return one plain line of prose as it should read."""
    hidden: list[str] = []

    def hide(found: re.Match[str]) -> str:
        hidden.append(found[0])
        return f"x{len(hidden) - 1}x"

    line = HIDDEN.sub(hide, line)
    line = QUOTES.sub(r"“\g<inside>”", HALF_WIDTH.sub(r"（\g<inside>）", line))
    line = autocorrect_py.format(line)
    return re.sub(r"x(\d+)x", lambda found: hidden[int(found[1])], line)

"""The font that formulas are set in: the part of STIX Two Math that the built pages use.

STIX Two Math comes with the package ziamath. Its licence, the SIL Open Font License, is
`docs/theme/fonts/OFL.txt` and is published beside the font.
"""

import re
import unicodedata
from collections.abc import Iterable
from html import unescape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

_ZIAMATH = find_spec("ziamath")  # found, but not imported: only its font is needed

FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
NAMED = re.compile(r"&(?!lt;|gt;|amp;)\w+;")  # a character by a name that XML does not know

# Always there: figures write letters and digits; roots, braces and accents stretch from these.
BASIC = "".join(map(chr, range(0x20, 0x7F))) + "−·×≈≤≥∑∏√∞ℓˆ⏞⏟θσμλ"

# What a browser makes of a letter that stands alone in <mi>: its mathematical italic.
ITALIC = {"h": "\N{PLANCK CONSTANT}"} | {
    chr(int(unicodedata.decomposition(char).removeprefix("<font> "), 16)): char
    for char in map(chr, range(0x1D400, 0x1D800))
    if unicodedata.name(char, "").startswith("MATHEMATICAL ITALIC ")
}


def formulas(pages: Iterable[str]) -> set[str]:
    """Return the formulas of these HTML pages, each once."""
    return {formula for page in pages for formula in FORMULA.findall(page)}


def characters(formulas: Iterable[str]) -> set[str]:
    """Return the characters of these formulas, with their italics."""
    return _letters(set(BASIC).union(*(unescape(TAG.sub("", formula)) for formula in formulas)))


def _small(formulas: Iterable[str]) -> set[str]:
    """Return the characters that stand in indices, exponents and fractions, with their italics."""
    found: set[str] = set()
    for formula in formulas:
        named = NAMED.sub(lambda name: unescape(name[0]), formula)
        for element in ElementTree.fromstring(named).iter():
            if element.tag.startswith(("msu", "mund", "mov")):
                _, *small = element
            else:
                small = list(element) if element.tag == "mfrac" else []
            for part in small:
                found.update("".join(part.itertext()))
    return _letters(found)


def _letters(found: set[str]) -> set[str]:
    """Return the characters that show, with the italics that a browser makes of some."""
    found = found | {ITALIC[char] for char in found if char in ITALIC}
    signs = {chr(code) for code in range(0xFE00, 0xFE10)}  # variation selectors
    return {c for c in found - signs if unicodedata.category(c) not in ("Cc", "Cf")}


def made(formulas: Iterable[str]) -> bytes:
    """Return the font for these formulas as WOFF2; a character that STIX Two Math lacks raises."""
    if _ZIAMATH is None or _ZIAMATH.origin is None:
        raise ValueError("the font of the formulas is missing: install ziamath")
    source = Path(_ZIAMATH.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    font = TTFont(source, recalcTimestamp=False)
    wanted = {ord(char) for char in characters(formulas)}
    if missing := wanted - font.getBestCmap().keys():
        names = ", ".join(unicodedata.name(chr(code)) for code in sorted(missing))
        raise ValueError(f"STIX Two Math cannot set {names}: write the formula without it")

    # Small letters have shapes of their own. They make up half of the font, so only those stay that
    # some index, exponent or fraction needs, and of the two sizes the larger.
    names = font.getBestCmap()
    small = {names[ord(char)] for char in _small(formulas) if ord(char) in names}
    for feature in font["GSUB"].table.FeatureList.FeatureRecord:
        for number in feature.Feature.LookupListIndex if feature.FeatureTag == "ssty" else ():
            for table in font["GSUB"].table.LookupList.Lookup[number].SubTable:
                kept = table.alternates.items()
                table.alternates = {glyph: shapes[:1] for glyph, shapes in kept if glyph in small}

    options = Options(flavor="woff2", hinting=False, layout_features=["ssty", "dtls", "flac"])
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]  # copyright, names, licence
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff2"
    woff2 = BytesIO()
    font.save(woff2)
    return woff2.getvalue()

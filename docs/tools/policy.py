"""The Content-Security-Policy of the site, written into every page.

GitHub Pages sends no headers of ours, so the policy stands in a <meta>. It lets a page load what
lies on its own host and nothing else, and no inline script or style but those that were there when
the site was built, each named by its hash. All pages have one policy, since instant navigation
shows the next page under the policy of the first. Attributes may hold styles: MathML's do.

Behind such a <meta> Chromium no longer looks ahead for what it will need. So the font of the
formulas is named before it, and comes as early as without a policy.
"""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

CHARSET = '<meta charset="utf-8">'
INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
RULES = {
    "default-src": "'self'",  # not 'none': Firefox asks this one about what is fetched ahead
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data:",  # data: Material's icons in its style sheet
    "object-src": "'none'",
    "frame-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}


FONT_SHEET = re.compile(r'href="([^"]*)css/fonts\.css"')


def _font(html: str) -> str:
    """Return the link to the font of the formulas, for the head of a page that has some."""
    if "<math" not in html or not (sheet := FONT_SHEET.search(html)):
        return ""
    font = f"{sheet[1]}fonts/math.woff2"
    return f'\n<link rel="preload" as="font" type="font/woff2" href="{font}" crossorigin>'


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def stated(pages: dict[Path, str]) -> dict[Path, str]:
    """Return all pages of a site with the policy in them."""
    inline = {found for html in pages.values() for found in INLINE.findall(html)}
    rules = dict(RULES)
    for kind in ("script", "style"):
        hashes = sorted(_hash(text) for tag, text in inline if tag == kind)
        rules[f"{kind}-src"] = " ".join(["'self'", *hashes])
    policy = "; ".join(f"{name} {sources}" for name, sources in rules.items())
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    for path, html in pages.items():
        if CHARSET not in html:
            raise ValueError(f"{path}: has no {CHARSET} in its head")
    return {
        path: html.replace(CHARSET, f"{CHARSET}{_font(html)}\n{tag}", 1)
        for path, html in pages.items()
    }

"""The Content-Security-Policy of the site, written into every page.

GitHub Pages sends no headers of ours, so the policy stands in a <meta>. It lets a page load what
lies on its own host and nothing else, and run no inline script but those that were there when the
site was built, each named by its hash. All pages have one policy, since instant navigation shows
the next page under the policy of the first. Attributes may hold styles: MathML's do.
"""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
RULES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data:",  # data: Material's icons in its style sheet
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}


def _hash(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def write(site: Path) -> None:
    """Write the policy into all pages of a built site."""
    pages = {path: path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}
    hashes = sorted({_hash(script) for html in pages.values() for script in INLINE.findall(html)})
    rules = RULES | {"script-src": " ".join(["'self'", *hashes])}
    policy = "; ".join(f"{name} {sources}" for name, sources in rules.items())
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    for path, html in pages.items():
        changed, times = re.subn(r'<meta charset="utf-8">', rf"\g<0>\n{tag}", html, count=1)
        if not times:
            raise ValueError(f'{path.relative_to(site)}: has no <meta charset="utf-8"> in its head')
        path.write_text(changed, "utf-8")

"""Draw the picture that is shown where somebody shares a link to the site, one for each language.

    python -m docs.tools.social

Run it when the name or the look has changed, look at docs/theme/images/social-*.png, and commit
them: they need a browser, so the build does not draw them.
"""

import shutil
from pathlib import Path
from string import Template

from playwright.sync_api import sync_playwright

IMAGES = Path("docs/theme/images")
WORDS = {
    "en": ("The cross-entropy reference", "Every statement runs."),
    "zh": ("交叉熵参考", "每一句话都能运行。"),
}
PAGE = Template("""<!doctype html><html lang="$lang"><meta charset="utf-8"><style>
  body { margin: 0; width: 1200px; height: 630px; display: grid; grid-template-columns: 1fr 430px;
    align-items: center; background: #fbfaf5; color: #1d2230; font-family: "Iowan Old Style",
    Palatino, "Noto Serif", "Noto Serif CJK SC", "Liberation Serif", serif }
  main { padding-left: 90px }
  h1 { margin: 0; font-size: 78px; font-weight: 600; line-height: 1.15 }
  p { margin: 24px 0 0; font-size: 44px; color: #b0341b }
  small { display: block; margin-top: 90px; font: 34px "DejaVu Sans Mono"; color: #555a68 }
  svg { width: 340px } path { fill: none; stroke-width: 1.3; stroke-linecap: round }
</style><main><h1>$name</h1><p>$claim</p><small>xentref</small></main>
<svg viewBox="0 0 32 32">
  <path stroke="#d9d4c5" style="stroke-width:.4" d="M3 3V29H29"/>
  <path stroke="#1d2230" d="$two"/><path stroke="#b0341b" d="$one"/>
</svg></html>""")


def main() -> None:
    """Draw both pictures."""
    logo = Path("docs/theme/partials/logo.html").read_text("utf-8")
    one, two = (part.split('"')[0] for part in logo.split(' d="')[1:])
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for lang, (name, claim) in WORDS.items():
            page = browser.new_page(viewport={"width": 1200, "height": 630})
            page.set_content(PAGE.substitute(lang=lang, name=name, claim=claim, one=one, two=two))
            page.screenshot(path=IMAGES / f"social-{lang}.png")
        browser.close()


if __name__ == "__main__":
    main()

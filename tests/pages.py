"""The pages of the site, and the screens on which the browser tests open them."""

from pathlib import Path

import pytest

LANGUAGES = ("en", "zh")
PHONE, DESK = 360, 1280


def address(source: Path) -> str:
    """Return where a page of docs/ is on the site: en/learn/softmax.md → en/learn/softmax/."""
    path = source.relative_to("docs").with_suffix("")
    return f"{path.parent if path.name == 'index' else path}/"


SOURCES = {
    address(path): path for language in LANGUAGES for path in Path("docs", language).rglob("*.md")
}
PAGES = sorted(SOURCES)


def home(figure: str, language: str = "en") -> str:
    """Return the address of the page on which a figure stands."""
    found = [
        path
        for path, source in SOURCES.items()
        if path.startswith(f"{language}/")
        and f"/// figure | {figure}\n" in source.read_text("utf-8")
    ]
    assert found, f"the figure {figure!r} stands on no page"
    return found[0]


on_every_page = pytest.mark.parametrize("path", PAGES)
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)

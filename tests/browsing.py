"""What the browser tests do on more than one page."""

import re

from playwright.sync_api import Page, expect


def leave(page: Page, name: str) -> None:
    """Go to a page by a link in the text, and make sure that nothing was loaded anew."""
    page.wait_for_load_state("networkidle")  # Material has read the sitemap by then
    page.evaluate("window.notReloaded = true")
    page.locator(f'article a[href*="/{name}/"], article a[href^="{name}/"]').first.click()
    page.wait_for_url(re.compile(rf"/{name}/(#.*)?$"))  # the link may name a section
    expect(page.locator("article h1")).to_be_visible()
    assert page.evaluate("window.notReloaded")

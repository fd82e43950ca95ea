"""The browser, and what its tests do on more than one page."""

import re
import shutil

from playwright.sync_api import FloatRect, Locator, Page, expect

# The first is the one without windows, which opens a page twice as fast.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def installed() -> str | None:
    """Return the program of the browser, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


ALL_THERE = """() => performance.getEntriesByType("resource").some(
        ({ name, responseEnd }) => responseEnd && name.endsWith("/sitemap.xml"))
    && [...document.querySelectorAll("[data-figure]")].every((it) => it.matches(":defined"))"""


def begin(page: Page) -> None:
    """Begin to read: the scripts start now, and what nobody sees yet is laid out."""
    page.mouse.move(1, 1)
    page.mouse.move(2, 2)


def settle(page: Page) -> None:
    """Begin to read, and wait for what comes then: scripts, figures, Material's sitemap, fonts."""
    begin(page)
    page.wait_for_function(ALL_THERE)
    page.wait_for_timeout(100)
    page.evaluate("() => document.fonts.ready.then(() => {})")  # that of the formulas


STAYS = """(element) => new Promise((resolve) => {
    let [place, frames] = ["", 0];
    const look = () => {
        const { x, y } = element.getBoundingClientRect();
        frames = `${x} ${y}` === place ? frames + 1 : 0;
        place = `${x} ${y}`;
        if (frames < 5) requestAnimationFrame(look);
        else resolve();
    };
    look();
})"""


def bring(element: Locator) -> FloatRect:
    """Scroll to an element, and return its box when what comes into view has found its size.

    To the middle: at the edge of the window it may be in view and yet under the header. For pages
    that one has begun to read: on others, what is on the way has a height that is only guessed.
    """
    element.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    element.evaluate(STAYS)
    box = element.bounding_box()
    assert box
    return box


def leave(page: Page, name: str) -> None:
    """Go to a page by a link in the text, and make sure that nothing was loaded anew."""
    settle(page)
    page.evaluate("window.notReloaded = true")
    title = page.locator("article h1")
    left = title.text_content() or ""
    page.locator(f'article a[href*="/{name}/"], article a[href^="{name}/"]').first.click()
    page.wait_for_url(re.compile(rf"/{name}/(#.*)?$"))  # the link may name a section
    expect(title).not_to_have_text(left)  # the address changes before the page
    assert page.evaluate("window.notReloaded")

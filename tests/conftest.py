"""The site, built once for all tests that look at it, a server that shows it, and a browser.

It stands under a path, http://127.0.0.1:PORT/xentref/, as it does on GitHub Pages. The server is a
process of its own: its threads would otherwise be traced by what measures coverage.

Every visit also proves that the page logs no error and asks no other host. Without a browser these
tests are skipped, and say so; where CI is set they fail instead.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from docs.tools.build import BuildError, build
from tests.pages import DESK

BASE = "/xentref/"
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


@pytest.fixture(scope="session")
def base_url() -> str:
    """The address for which the site is built, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}{BASE}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, base_url: str) -> Path:
    """The root of the built site."""
    out = tmp_path_factory.mktemp("site") / "site"
    try:
        build(base_url, out)
    except BuildError as error:  # each test that needs the site will say so
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    return out


@pytest.fixture(scope="session")
def served_site(site: Path, base_url: str) -> Iterator[str]:
    """The address at which the built site is served."""
    port = base_url.removesuffix(BASE).rpartition(":")[2]
    command = [sys.executable, "-m", "docs.tools.serve", "--site", site, "--base", BASE]
    with subprocess.Popen([*command, "--port", port], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert base_url in server.stdout.readline()
        yield base_url
        server.terminate()


@pytest.fixture(scope="session")
def browser():
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is installed"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, served_site):
    """Open pages of the site, each as a new visitor; fail if one complains or leaves the host."""
    host = urlsplit(served_site).netloc
    contexts, complaints = [], []

    def stay(route):
        if urlsplit(route.request.url).netloc == host:
            route.continue_()
        else:
            complaints.append(f"request to {route.request.url}")
            route.abort()

    def note(message):
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text}")

    def open_page(
        path, *, width=DESK, scheme="light", scripts=True, listen=lambda page: None, **options
    ):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            base_url=served_site,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.route("**", stay)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        listen(page)
        response = page.goto(path)
        assert response.ok, f"{response.url}: {response.status}"
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []

"""The site, built once for all tests that look at it, a server that shows it, and a browser.

For the browser it stands at http://xentref.localhost/xentref/, under a path as on GitHub Pages,
whatever the port; no other host exists. The server is a process of its own: its threads would
otherwise be traced by what measures coverage.

Every visit also proves that the page logs no error and asks no other host. Without a browser these
tests are skipped, and say so; where CI is set they fail instead.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright

from docs.tools.build import BuildError, build
from tests.browsing import BROWSERS, FLAGS, installed
from tests.pages import DESK

BASE = "/xentref/"
HOST = "xentref.localhost"


@pytest.fixture(scope="session")
def base_url() -> str:
    """The address for which the site is built."""
    return f"http://{HOST}{BASE}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, base_url: str) -> Path:
    """The root of the built site, which the processes of pytest-xdist share."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    out, failure = folder / "site", folder / "site-failure"
    with FileLock(folder / "site.lock"):
        if not out.exists() and not failure.exists():
            try:
                build(base_url, out)
            except BuildError as error:
                failure.write_text(str(error), "utf-8")
    if failure.exists():  # each test that needs the site says so
        raise pytest.fail.Exception(failure.read_text("utf-8"), pytrace=False)
    return out


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """The address at which the built site is served on this machine."""
    command = [sys.executable, "-m", "docs.tools.serve", "--site", site, "--base", BASE]
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            if not said:
                pytest.fail(f"did not start: {' '.join(map(str, command))}", pytrace=False)
            yield said.split()[1]
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def browser(server):
    program = installed()
    if program is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is installed"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    hosts = f"--host-resolver-rules=MAP {HOST}:80 {urlsplit(server).netloc},MAP * ~NOTFOUND"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, hosts])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, base_url):
    """Open pages of the site, each as a new visitor; fail if one complains or leaves the host."""
    contexts, complaints = [], []

    def stay(request):
        if urlsplit(request.url).netloc not in (HOST, ""):  # "": what a page holds itself
            complaints.append(f"request to {request.url}")

    def note(message):
        late = "math.woff2 was preloaded using link preload but not used" in message.text
        if message.type in ("error", "warning") and not late:  # css/fonts.css: for the next page
            complaints.append(f"{message.type}: {message.text}")

    def open_page(
        path, *, width=DESK, scheme="light", scripts=True, listen=lambda page: None, **options
    ):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            base_url=base_url,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("request", stay)
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

"""The site, built once for all tests that look at it, and a server that shows it.

It stands under a path, http://127.0.0.1:PORT/xentref/, as it does on GitHub Pages.
"""

from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from docs.tools.build import build
from docs.tools.serve import server

BASE = "/xentref/"


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ThreadingHTTPServer, Path]]:
    """A server on a free port, whose address the site must know before it is built."""
    out = tmp_path_factory.mktemp("site") / "site"
    with server(out, 0, BASE) as httpd:
        yield httpd, out


@pytest.fixture(scope="session")
def base_url(_server: tuple[ThreadingHTTPServer, Path]) -> str:
    """The address for which the site is built."""
    return f"http://127.0.0.1:{_server[0].server_port}{BASE}"


@pytest.fixture(scope="session")
def site(_server: tuple[ThreadingHTTPServer, Path], base_url: str) -> Path:
    """The root of the built site."""
    build(base_url, _server[1])
    return _server[1]


@pytest.fixture(scope="session")
def served_site(
    _server: tuple[ThreadingHTTPServer, Path], site: Path, base_url: str
) -> Iterator[str]:
    """The address at which the built site is served."""
    httpd = _server[0]
    thread = Thread(target=httpd.serve_forever)
    thread.start()
    yield base_url
    httpd.shutdown()
    thread.join()

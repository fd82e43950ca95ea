"""The site, built once for all tests that look at it, and a server that shows it.

It stands under a path, http://127.0.0.1:PORT/xentref/, as it does on GitHub Pages. The server is a
process of its own: its threads would otherwise be traced by what measures coverage.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.tools.build import build

BASE = "/xentref/"


@pytest.fixture(scope="session")
def base_url() -> str:
    """The address for which the site is built, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}{BASE}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, base_url: str) -> Path:
    """The root of the built site."""
    out = tmp_path_factory.mktemp("site") / "site"
    build(base_url, out)
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

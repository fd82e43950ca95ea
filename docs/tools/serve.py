"""Show the built site on this machine.

python -m docs.tools.serve --port 8000
"""

import argparse
import gzip
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HOST = "127.0.0.1"
PACKED = (".html", ".css", ".js", ".json", ".xml", ".svg", ".txt", ".md")


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for many files
    base = "/"  # where the site stands on the host; GitHub Pages: /name-of-repository/
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".woff2": "font/woff2",
    }

    def translate_path(self, path: str) -> str:
        """Return the file of an address; outside the base there is none."""
        if not path.startswith(self.base):
            return str(Path(self.directory) / "nothing-here")
        return super().translate_path(path.removeprefix(self.base))

    def send_head(self) -> Any:
        """Answer packed where that helps, as GitHub Pages does."""
        path = Path(self.translate_path(self.path))
        if urlsplit(self.path).path.endswith("/"):
            path /= "index.html"
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (accepted and path.suffix in PACKED and path.is_file()):
            return super().send_head()
        body = gzip.compress(path.read_bytes(), compresslevel=6)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer 404 with the site's own page, as GitHub Pages does."""
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            return super().send_error(code, message, explain)
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return None

    def end_headers(self) -> None:
        """Let the browser ask each time, so that a rebuilt page is seen at once."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing about single requests."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a browser turns away before it has everything."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def server(site: Path, port: int, base: str = "/") -> ThreadingHTTPServer:
    """Return a server of this directory, bound but not yet serving; port 0 takes any free one."""
    handler = type("Handler", (_Handler,), {"base": base})
    return _Server((HOST, port), partial(handler, directory=str(site)))


def main() -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m docs.tools.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--site", type=Path, default=Path("site"))
    parser.add_argument("--base", default="/", help="where the site stands on the host")
    options = parser.parse_args()

    if not (options.site / "index.html").is_file():
        print(f"serve: {options.site} holds no site; build it with `make site`", file=sys.stderr)
        return 1
    try:
        httpd = server(options.site, options.port, options.base)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        message = (
            f"port {options.port} cannot be used ({reason}); name another: make serve PORT=8001"
        )
        print(f"serve: {message}", file=sys.stderr)
        return 1

    address = f"http://{HOST}:{httpd.server_port}{options.base}"
    print(
        f"serve: {address} (English: {address}en/ · 中文: {address}zh/); Ctrl-C stops", flush=True
    )
    with httpd:
        try:
            httpd.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())

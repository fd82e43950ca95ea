"""Build the whole site: both languages, and the pages, the font and the files that they share.

Beside the pages stands what a reader may take along: notebooks, Python files, the site as a zip.

    python -m docs.tools.build --base-url http://127.0.0.1:8000/ [--out site]

The site is built beside `--out` and takes its place at the end, so that a failed build leaves the
old site as it was. The same sources give the same bytes.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from docs.tools import downloads, fonts, policy, sheet

CONFIGS = {"en": "mkdocs.yml", "zh": "mkdocs.zh.yml"}
ROOT_PAGES = Path("docs/theme/root")


class BuildError(Exception):
    """What went wrong, to be shown as it is."""


def build_language(config: str, site_url: str, out: Path, builder: str = "mkdocs") -> float:
    """Build one language strictly, in a process of its own; return the seconds it took."""
    started = time.perf_counter()
    fixed = {"SITE_URL": site_url, "SOURCE_DATE_EPOCH": "0", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", builder, "build", "--strict", "-f", config, "-d", str(out)]
    mkdocs = subprocess.run(
        command, env=os.environ | fixed, capture_output=True, text=True, encoding="utf-8"
    )
    if mkdocs.returncode:
        raise BuildError(f"{config} does not build\n{_complaints(mkdocs.stdout + mkdocs.stderr)}")
    return time.perf_counter() - started


def _complaints(log: str) -> str:
    """Return the warnings and errors of MkDocs; without any, the whole log."""
    starts = r"^(?:WARNING|ERROR|Error|Config value)\b.*"
    continues = r"(?:\n(?:[ \t]|\w+Error\b).*)*"
    lines = re.findall(starts + continues, log, re.MULTILINE)
    return "\n".join(lines) or log


def _build_into(out: Path, base_url: str, builder: str) -> dict[str, float]:
    """Build everything into `out`, an empty directory; return the seconds per language."""
    seconds = _build_languages(out, base_url, builder)
    pages = {page.relative_to(out): page.read_text("utf-8") for page in out.rglob("*.html")}
    with ProcessPoolExecutor(1) as another:
        font = another.submit(fonts.made, fonts.formulas(pages.values()))
        pages = sheet.inline(pages, out, list(CONFIGS))
        address = {"base_url": base_url, "base_path": urlsplit(base_url).path}
        for page in ROOT_PAGES.glob("*.html"):
            pages[Path(page.name)] = Template(page.read_text("utf-8")).substitute(address)
        for path, html in policy.stated(pages).items():
            (out / path).write_text(html, "utf-8")
        (out / ".nojekyll").touch()  # GitHub Pages: publish every file as it is
        made = sorted(path for path in out.rglob("*") if path.is_file())
        with zipfile.ZipFile(out / "xentref-site.zip", "w") as packed:
            _pack(made, out, packed)  # while the font is made
            _pack(_place(font, out), out, packed)
    return seconds


def _build_languages(out: Path, base_url: str, builder: str) -> dict[str, float]:
    """Build the pages of both languages, and what a reader may take along; return the seconds.

    Two things at a time: a language takes most of a processor, and what else can be made meanwhile
    is made by whoever is ready first.
    """
    urls = {language: f"{base_url}{language}/" for language in CONFIGS}

    def pages(language: str) -> float:
        return build_language(CONFIGS[language], urls[language], out / language, builder)

    def along(language: str) -> dict[Path, str]:
        return _along(language, urls[language])

    with ThreadPoolExecutor(2) as two:
        built, taken = two.map(pages, CONFIGS), two.map(along, CONFIGS)
        seconds = dict(zip(CONFIGS, built, strict=True))
    for files in taken:
        for path, text in files.items():
            (out / path).write_text(text, "utf-8")
    return seconds


def _along(language: str, root: str) -> dict[Path, str]:
    """Each page that has code as a notebook and as a Python file, and all as Markdown."""
    sources, files = Path("docs") / language, {}
    for source in sorted(sources.rglob("*.md")):
        text, page = source.read_text("utf-8"), source.relative_to(sources).as_posix()
        folder = Path(language) / downloads.url(page)
        stem = folder / (folder.name if len(folder.parts) > 1 else "xentref")
        files[stem.with_suffix(".md")] = text
        if "```python" in text:
            cells = downloads.cells(text, page, root, language)
            files[stem.with_suffix(".ipynb")] = downloads.notebook(cells)
            files[stem.with_suffix(".py")] = downloads.script(cells)
    return files


def _place(font: Future[bytes], out: Path) -> list[Path]:
    """Write the font, once it is made, beside the pages of each language; return where."""
    paths = [out / language / "fonts" / "math.woff2" for language in CONFIGS]
    try:
        for path in paths:
            path.write_bytes(font.result())
    except ValueError as error:
        raise BuildError(str(error)) from None
    return paths


def _pack(files: list[Path], site: Path, packed: zipfile.ZipFile) -> None:
    """Add files of the site to its zip; the same files give the same bytes."""
    for path in files:
        if path.suffix != ".map":  # of Material's scripts, for its developers
            name = f"xentref-site/{path.relative_to(site).as_posix()}"
            entry, data = zipfile.ZipInfo(name), path.read_bytes()
            packed.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=4)  # 7 % more, faster


def build(base_url: str, out: Path, builder: str = "mkdocs") -> dict[str, float]:
    """Build the site that will stand at `base_url`, and put it in the place of `out`.

    Returns:
        The seconds per language.

    Raises:
        BuildError: If a page is wrong; `out` is then as it was.
    """
    if urlsplit(base_url).scheme not in ("http", "https") or not base_url.endswith("/"):
        raise BuildError(f"the base URL must look like http://host/path/; got {base_url!r}")
    built = all((out / language / "index.html").is_file() for language in CONFIGS)
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not built):
        raise BuildError(f"{out} is neither empty nor a built site; it would be replaced")

    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        (fresh / "site").mkdir()
        seconds = _build_into(fresh / "site", base_url, builder)
        if out.exists():
            out.rename(fresh / "old")
        (fresh / "site").rename(out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return seconds


def main() -> int:
    """Build as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m docs.tools.build", description=__doc__)
    parser.add_argument("--base-url", default="http://127.0.0.1:8000/")
    parser.add_argument("--out", type=Path, default=Path("site"))
    parser.add_argument("--builder", choices=["mkdocs", "properdocs"], default="mkdocs")
    options = parser.parse_args()
    out = options.out.resolve()
    try:
        seconds = build(options.base_url, out, options.builder)
    except BuildError as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    for language, taken in seconds.items():
        pages = len(list((out / language).rglob("index.html")))
        print(f"build: {language}: {pages} pages in {taken:.1f} s → {options.out / language}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a reader takes along: notebooks, Python files, Markdown, llms.txt, the site as a zip."""

import json
import re
import subprocess
import sys
import zipfile
from itertools import groupby
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
import torch  # noqa: F401 (once, before notebooks run in forks of this process)

from docs.tools import downloads, serve
from docs.tools.blocks import Block, load
from docs.tools.runner import Result, run_isolated, same
from tests.pages import LANGUAGES

ROOT = Path(__file__).parents[1]
SITE = "https://example.org/xentref/"
CODE = [
    (language, path.relative_to(ROOT / "docs" / language).as_posix())
    for language in LANGUAGES
    for path in sorted((ROOT / "docs" / language).rglob("*.md"))
    if "```python" in path.read_text("utf-8")
]
each_page = pytest.mark.parametrize(("language", "page"), CODE, ids="/".join)


def text_of(language: str, page: str) -> str:
    return (ROOT / "docs" / language / page).read_text("utf-8")


def blocks_of(language: str, page: str) -> list[Block]:
    blocks = load(ROOT / "docs" / language / page, ROOT)[1]
    return [block for block in blocks if block.language == "python"]


def made(make, language: str, page: str) -> str:
    return make(downloads.cells(text_of(language, page), page, f"{SITE}{language}/", language))


@each_page
def test_notebook_is_valid_and_holds_the_blocks_and_their_outputs(language: str, page: str) -> None:
    notebook = nbformat.reads(made(downloads.notebook, language, page), as_version=4)
    nbformat.validate(notebook)
    found = [cell for cell in notebook.cells if cell.cell_type == "code"]
    blocks = blocks_of(language, page)
    assert [cell.source for cell in found] == [block.code.rstrip("\n") for block in blocks]
    assert ["".join(output.text for output in cell.outputs) for cell in found] == [
        block.output.code if block.output else "" for block in blocks
    ]


@each_page
def test_text_is_plain_markdown(language: str, page: str) -> None:
    """Nothing stays of what only the site understands, and every link leads to the site."""
    notebook = json.loads(made(downloads.notebook, language, page))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    text = re.sub(r"^```.*?^```$|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", "", text, flags=re.M | re.S)
    assert not re.search(r"^(?:///|!!!|\?\?\?|---|    )|\{ *#|\]\((?!https?://)", text, re.M)


@pytest.mark.parametrize("page", [page for language, page in CODE if language == "en"])
def test_notebook_runs_from_its_first_cell_to_its_last(page: str) -> None:
    """In one namespace, as a reader runs it; each cell prints what the page shows.

    The Chinese page has the same code, which tests/test_parity.py proves.
    """
    blocks = blocks_of("en", page)
    mark = "-- the next cell --"
    code = "".join(f"{downloads.going_on(block)}\nprint({mark!r})\n" for block in blocks)
    whole = Block(
        page=page,
        line=0,
        start=0,
        end=0,
        indent="",
        fence="```",
        language="python",
        options={},
        code=code,
    )
    result = run_isolated(whole)
    assert (result.error, result.faults) == ("", [])
    printed = result.printed.split(f"{mark}\n")[:-1]
    for block, text in zip(blocks, printed, strict=True):
        shown = block.output
        wanted, tolerance = (shown.code, shown.tolerance) if shown else ("", None)
        if shown and shown.error:
            wanted = re.sub(r"Traceback \(most recent call last\):\n  \.\.\.\n", "", wanted)
        assert same(Result(wanted).output, Result(text).output, tolerance), block.line


def test_python_file_runs(tmp_path: Path) -> None:
    """The file of the page with the most kinds of blocks, in an interpreter of its own."""
    page = "learn/one-hot.md"
    file = tmp_path / "one_hot.py"
    file.write_text(made(downloads.script, "zh", page), "utf-8")
    command = [sys.executable, "-X", "utf8", str(file)]
    ran = subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8")
    assert "RuntimeError: Expected floating point type" in ran.stdout
    last = blocks_of("zh", page)[-1].output
    assert last is not None
    assert ran.stdout.endswith(last.code)


PAGE = """\
---
description: A page.
---

# One page { #one }

See [softmax](softmax.md#shift), [here](#one), [start](../index.md) and [a paper](https://arxiv.org/abs/1).

/// figure | coin
    alt: A coin.
    words:
      theta: chance

The coin.
///

!!! note "Take care"
    It is so.

1. **Compute.** A sum.

    ??? success "Solution"

        Add.

        ```python
        print(1 + 1)
        ```

        ```output
        2
        ```

```python
x = 1
raise ValueError(
    "no"
)
```

```output
Traceback (most recent call last):
  ...
ValueError: no
```
"""


def test_cells_of_a_page() -> None:
    first, *cells = downloads.cells(PAGE, "learn/page.md", f"{SITE}en/", "en")
    assert first.text == f"From <{SITE}en/learn/page/>"
    assert [cell.text for cell in cells if cell.code] == [
        "print(1 + 1)",
        'x = 1\nraise ValueError(\n    "no"\n)',
    ]
    assert cells[0].text == (
        "# One page\n\n"
        f"See [softmax]({SITE}en/learn/softmax/#shift), [here]({SITE}en/learn/page/#one), "
        f"[start]({SITE}en/) and [a paper](https://arxiv.org/abs/1).\n\n"
        f"[▸]({SITE}en/learn/page/#figure-coin) The coin.\n\n"
        "> **Take care**\n> It is so.\n\n"
        "1. **Compute.** A sum.\n\n**Solution**\n\nAdd."
    )


def test_python_file_goes_on_behind_an_intended_error() -> None:
    file = downloads.script(downloads.cells(PAGE, "learn/page.md", f"{SITE}en/", "en"))
    assert 'try:\n    raise ValueError(\n        "no"\n    )\nexcept' in file
    compile(file, "page.py", "exec")


# On the site


@pytest.mark.parametrize("language", LANGUAGES)
def test_site_offers_each_page(site: Path, language: str) -> None:
    for each, page in CODE:
        if each == language:
            folder = site / language / downloads.url(page)
            stem = "xentref" if page == "index.md" else folder.name
            assert (folder / f"{stem}.md").read_text("utf-8") == text_of(language, page)
            for suffix in (".ipynb", ".py"):
                assert (folder / f"{stem}{suffix}").is_file()
                assert f'href="{stem}{suffix}"' in (folder / "index.html").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_llms_txt_names_every_page_once(site: Path, base_url: str, language: str) -> None:
    text = (site / language / "llms.txt").read_text("utf-8")
    assert text.startswith("# xentref\n\n> ")
    links = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): \S", text, re.M)
    files = sorted((site / language).rglob("*.md"))
    assert sorted(links) == sorted(
        f"{base_url}{file.relative_to(site).as_posix()}" for file in files
    )


def test_zip_holds_the_site_and_is_served_anywhere(site: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(site / "xentref-site.zip") as packed:
        packed.extractall(tmp_path)
    assert not list(tmp_path.rglob("*.map"))
    home = tmp_path / "xentref-site"
    port = "0"
    command = [
        sys.executable,
        "-u",
        "-m",
        "http.server",
        port,
        "--bind",
        serve.HOST,
        "-d",
        str(home),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        address = re.search(r"\((http://[^)]*)\)", server.stdout.readline())
        assert address
        for page in ("", "en/", "zh/learn/softmax/", "en/css/fonts.css"):
            with urlopen(f"{address[1]}{page}") as answer:
                assert answer.status == 200
        server.terminate()


def test_pages_have_names_of_their_own() -> None:
    urls = [(language, downloads.url(page)) for language, page in CODE]
    assert all(len(list(same)) == 1 for _, same in groupby(sorted(urls)))

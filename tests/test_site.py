"""The built site: it shows what is run, its links lead somewhere, it fetches nothing elsewhere."""

import filecmp
import gzip
import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag
from fontTools.ttLib import TTFont
from markdown import Markdown
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from docs.tools import build, colours, fonts, sections, serve, sheet
from docs.tools.blocks import load
from docs.tools.chinese import HAN
from docs.tools.mathml import to_mathml

ROOT = Path(__file__).parents[1]
OTHER = {"en": "zh", "zh": "en"}
PAGES = [
    (language, path.relative_to(ROOT / "docs" / language).with_suffix("").as_posix())
    for language in OTHER
    for path in sorted((ROOT / "docs" / language).rglob("*.md"))
]
each_page = pytest.mark.parametrize(
    ("language", "name"), [pytest.param(*page, id="/".join(page)) for page in PAGES]
)


def url(name: str) -> str:
    """Return the address of a page below its language, as MkDocs makes it."""
    return "" if name == "index" else f"{name.removesuffix('/index')}/"


@cache
def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def built(site: Path, language: str, name: str) -> BeautifulSoup:
    return read(site / language / url(name) / "index.html")


# What is shown is what is run


def sources(language: str, name: str) -> list[tuple[str, str]]:
    """Return the blocks that pytest runs: of a page, and of the modules that it documents."""
    text, blocks = load(ROOT / "docs" / language / f"{name}.md", ROOT)
    parts = [(block.start, [block]) for block in blocks]
    for found in re.finditer(r"^::: ([\w.]+)$", text, re.M):
        module = ROOT / f"{found[1].replace('.', '/')}.py"
        parts.append((found.start(), load(module, ROOT)[1]))
    parts.sort(key=lambda part: part[0])
    return [(block.language, block.code) for _, part in parts for block in part]


def shown(page: BeautifulSoup) -> list[tuple[str, str]]:
    """Return the language and the text of each code block in the HTML, but for signatures."""
    blocks = page.select("article div.highlight:not(.doc-signature)")
    return [(language_of(block), block.select_one("pre > code").get_text()) for block in blocks]


def language_of(block: Tag) -> str:
    return next(c for c in block["class"] if c.startswith("language-")).removeprefix("language-")


@each_page
def test_page_shows_the_blocks_that_are_run(site: Path, language: str, name: str) -> None:
    assert shown(built(site, language, name)) == sources(language, name)


@each_page
def test_output_stands_right_under_its_code_and_says_so(
    site: Path, language: str, name: str
) -> None:
    label = {"en": "Output", "zh": "输出"}[language]
    for output in built(site, language, name).select(".language-output"):
        above = output.find_previous_sibling()
        assert above is not None
        assert language_of(above) == "python"
        assert output.select_one(".filename").get_text().split(" (")[0] == label


def test_code_has_the_colours_that_pygments_gives_it() -> None:
    """Only sooner: some things are tried first, and others left out."""
    pages = (load(path, ROOT)[1] for path in sorted((ROOT / "docs" / "en").rglob("*.md")))
    code = [block.code for page in pages for block in page if block.language == "python"]
    assert len(code) > 500
    odd = ["\tif (n := .5) != a . b:\n", "x = ...\n  \n '''a'''\n  match x:\n", " x"]
    for text in [*code, *odd]:
        ours, theirs = colours.Python().get_tokens(text), PythonLexer().get_tokens(text)
        assert list(ours) == list(theirs)
    assert callable(HtmlFormatter._create_stylesheet)


# Every page


@each_page
def test_page_has_language_title_description_and_one_heading(
    site: Path, language: str, name: str
) -> None:
    page = built(site, language, name)
    assert page.html["lang"] == language
    assert page.title.get_text(strip=True)
    description = page.select_one("meta[name=description]")["content"]
    assert (
        description
        != built(site, language, "index").select_one("meta[name=description]")["content"]
        or name == "index"
    )
    assert len(page.select("h1")) == 1


@each_page
def test_page_links_to_itself_in_the_other_language(
    site: Path, base_url: str, language: str, name: str
) -> None:
    link = built(site, language, name).select_one("a.xr-language")
    here = f"{base_url}{language}/{url(name)}"
    assert urljoin(here, link["href"]) == f"{base_url}{OTHER[language]}/{url(name)}"
    assert link["hreflang"] == link["lang"] == OTHER[language]


@each_page
def test_formulas_are_mathml(site: Path, language: str, name: str) -> None:
    page = (site / language / url(name) / "index.html").read_text("utf-8")
    article = page[page.index("<article") : page.index("</article>")]
    assert article.count('class="arithmatex"') == len(
        re.findall('class="arithmatex"[^>]*>\\s*<math', article)
    )
    assert "<merror" not in article
    for kind in ("pre", "math", "svg", "code"):
        article = re.sub(rf"<{kind}\b.*?</{kind}>", "", article, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", "", article)
    unset = re.findall(r".{,40}(?:\$|\\[a-zA-Z]+|\\\().{,40}", text)
    assert not unset, "TeX that nobody set: close its dollar signs, without a space inside"


@each_page
def test_a_section_is_what_stands_under_a_heading(site: Path, language: str, name: str) -> None:
    article = built(site, language, name).article
    found = article.select(":not(dl) > .xr-section")
    assert bool(found) == bool(article.select("& > h2"))
    for section in found:
        assert re.fullmatch("h[2-6]", section.find_previous_sibling().name)
        assert not section.select("h1, h2, h3, h4, h5, h6")


@each_page
def test_nothing_is_drawn_before_the_first_part_has_come(
    site: Path, language: str, name: str
) -> None:
    page = built(site, language, name)
    begins = [heading["id"] for heading in page.select("article h2[id]")][:2]
    awaited = [link["href"] for link in page.select('link[rel="expect"][blocking="render"]')]
    assert awaited == [f"#{heading}" for heading in begins[-1:]]


@pytest.mark.parametrize("language", OTHER)
def test_terms_that_nobody_sees_yet_stand_in_boxes(site: Path, language: str) -> None:
    terms = built(site, language, "reference/glossary").article.dl
    boxes = terms.find_all(recursive=False)
    assert {box["class"][0] for box in boxes} == {"xr-section"}
    assert [box.get("class")[1:] for box in boxes] == [[], *[["xr-later"]] * (len(boxes) - 1)]
    for box in boxes:
        kinds = [child.name for child in box.find_all(recursive=False)]
        assert kinds == ["dt", "dd"] * (len(kinds) // 2)
    assert len(boxes) > 5


def test_pages_are_titled_differently(site: Path) -> None:
    for language in OTHER:
        titles = [
            built(site, language, name).title.get_text() for each, name in PAGES if each == language
        ]
        assert len(set(titles)) == len(titles)


def test_font_holds_every_character_of_the_formulas(site: Path) -> None:
    pages = (page.read_text("utf-8") for page in site.rglob("*.html"))
    wanted = fonts.characters(fonts.formulas(pages))
    for language in OTHER:
        font = TTFont(site / language / "fonts" / "math.woff2")
        assert {ord(char) for char in wanted} <= font.getBestCmap().keys()
        assert "MATH" in font
        assert (site / language / "fonts" / "OFL.txt").is_file()


# Links


def html_files(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


@cache
def targets(path: Path) -> set[str]:
    """Return the anchors of a built page."""
    return {str(tag["id"]) for tag in read(path).select("[id]")} | {
        str(tag["name"]) for tag in read(path).select("a[name]")
    }


def test_every_link_of_the_site_leads_somewhere(site: Path, base_url: str) -> None:
    broken = []
    for path in html_files(site):
        here = urljoin(base_url, path.relative_to(site).as_posix().removesuffix("index.html"))
        for tag in read(path).select("[href], [src]"):
            address = str(tag.get("href") or tag.get("src"))
            full, anchor = urldefrag(urljoin(here, address))
            if not full.startswith(base_url):
                continue
            target = site / unquote(full.removeprefix(base_url))
            target = target / "index.html" if full.endswith("/") else target
            if not target.is_file():
                broken.append(f"{path.relative_to(site)}: {address}")
            elif anchor and target.suffix == ".html" and unquote(anchor) not in targets(target):
                broken.append(f"{path.relative_to(site)}: {address} (no such place)")
    assert not broken, "\n".join(broken)


def fetched_elsewhere(site: Path) -> list[str]:
    """What pages, style sheets and our scripts load from another host."""
    elsewhere = re.compile(r"(?:https?:)?//")
    found = []
    for path in html_files(site):
        fetching = "link:not([rel=canonical]), script, img, iframe, video, audio, source, object"
        for tag in read(path).select(fetching):
            addresses = [str(tag.get(name, "")) for name in ("href", "src", "srcset", "data")]
            found += [(path, address) for address in addresses if elsewhere.match(address)]
    style = re.compile(r"(?:url\(\s*|@import\s*)[\"']?(?:https?:)?//[^\"')\s]*")
    script = re.compile(r"(?<=[\"'`])(?:(?:https?|wss?):)?//[^\"'`\s]+")
    for files, address in ("*.css", style), ("js/**/*.js", script):
        for path in site.rglob(files):
            found += [(path, it[0]) for it in address.finditer(path.read_text("utf-8"))]
    return [f"{path.relative_to(site)}: {address}" for path, address in found]


def test_nothing_is_fetched_from_another_host(site: Path) -> None:
    if found := fetched_elsewhere(site):
        pytest.fail("\n".join([*found, "Keep a copy below docs/ and name that."]), pytrace=False)


@pytest.mark.parametrize(
    ("name", "text", "address"),
    [
        ("a.html", '<img src="https://example.com/a.png">', "https://example.com/a.png"),
        ("a.html", '<script src="//example.com/a.js"></script>', "//example.com/a.js"),
        ("a.css", "p { background: url(//example.com/a.png) }", "url(//example.com/a.png"),
        ("a.css", '@import "https://example.com/a.css";', '@import "https://example.com/a.css'),
        ("js/figures/a.js", 'fetch("https://example.com/");', "https://example.com/"),
        ("js/a.js", "const a = `wss://example.com/`; // and no more", "wss://example.com/"),
    ],
)
def test_what_is_fetched_from_another_host_is_noticed(
    tmp_path: Path, name: str, text: str, address: str
) -> None:
    path = tmp_path / "en" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    assert fetched_elsewhere(tmp_path) == [f"en/{name}: {address}"]


def test_every_page_has_the_one_policy_and_no_inline_text_but_what_it_names(site: Path) -> None:
    policies = set()
    for path in html_files(site):
        page = read(path)
        (meta,) = page.select('head > meta[http-equiv="Content-Security-Policy"]')
        policies.add(meta["content"])
        assert not [
            tag.name for tag in page.find_all() if any(a.startswith("on") for a in tag.attrs)
        ]
        for inline in page.select("script:not([src]):not([type]), style"):
            digest = b64encode(sha256(inline.string.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in str(meta["content"])
    (policy,) = policies
    rules = dict(part.split(" ", 1) for part in policy.split("; "))
    assert rules["default-src"] == "'self'"
    other = {
        (rule, source)
        for rule, sources in rules.items()
        for source in sources.split()
        if not re.fullmatch(r"'(?:self|none|sha256-.*)'", source)
    }
    assert other == {("style-src-attr", "'unsafe-inline'"), ("img-src", "data:")}


def test_a_page_has_one_sheet_with_the_rules_that_it_can_need() -> None:
    source = """@charset "utf-8"; /* a { } */
        :root { --used: 1px; --idle: url("a;b"); --end: 'x' }
        .here, .gone > p, :is(.gone, .here) { margin: var(--used) }
        @media print { .gone { color: red } [lang=zh] p, [lang="en"] p { color: var(--end) } }
        @media screen { .gone { color: red } }"""
    assert sheet.needed(source, {"here", "lang", "zh"}) == (
        ":root{--used: 1px;--end: 'x'}.here,:is(.gone,.here){margin: var(--used)}"
        "@media print{[lang=zh] p{color: var(--end)}}"
    )


@pytest.mark.filterwarnings("ignore:pkg_resources is deprecated")  # jieba imports it
def test_the_search_has_the_words_that_jieba_finds_in_all_of_its_dictionary(site: Path) -> None:
    jieba = import_module("jieba")
    index = json.loads((site / "zh" / "search" / "search_index.json").read_text("utf-8"))
    texts = [entry[part] for entry in index["docs"] for part in ("title", "text")]
    han = re.compile(f"[{HAN}]+")
    words = [word for text in texts for word in han.findall(text)]
    runs = [run for text in texts for run in han.findall(text.replace("\u200b", ""))]
    assert words == [word for run in runs for word in jieba.cut(run)]
    assert "交叉" in words


def test_a_question_in_chinese_is_freed_of_the_words_that_the_index_leaves_out(site: Path) -> None:
    lunr = next((site / "zh").rglob("lunr.zh.min.js")).read_text("utf-8")
    left_out = re.findall(r'generateStopWordFilter\("([^"]+)"', lunr)[0].split()
    script = (ROOT / "docs" / "theme" / "js" / "chinese.js").read_text("utf-8")
    stop = re.findall(r"const STOP =([^;]*);", script)[0]
    assert left_out == re.findall(f"[{HAN}]", stop)


@pytest.mark.parametrize(("language", "speaks"), [("en", set()), ("zh", {"zh"})])
def test_the_search_has_the_scripts_of_its_languages(
    site: Path, language: str, speaks: set[str]
) -> None:
    scripts = (site / language / "assets" / "javascripts" / "lunr").rglob("*.js")
    shared = {"stemmer.support", "multi"}
    assert {script.name for script in scripts} == {f"lunr.{k}.min.js" for k in shared | speaks}


@pytest.mark.parametrize("language", OTHER)
def test_a_name_breaks_between_its_words_in_a_table_and_an_option_nowhere(
    site: Path, language: str
) -> None:
    table = str(built(site, language, "practice/errors").find("table"))
    assert "nn.<wbr/>Cross<wbr/>Entropy<wbr/>Loss(<wbr/>scores, target)" in table
    assert "kl_<wbr/>div" in table
    assert "1.0. Got: 1.1" in table
    assert "Input contains NaN." in (site / language / "reference/scoreboard/index.html").read_text(
        "utf-8"
    )
    options = built(site, language, "reference/command-line").select(":not(pre) > code")
    found = [code for code in options if code.get_text().startswith("--")]
    assert len(found) > 3
    assert all(code["class"] == ["xr-option"] for code in found)


@pytest.mark.parametrize("language", OTHER)
def test_sitemap_names_every_page_in_both_languages(
    site: Path, base_url: str, language: str
) -> None:
    data = (site / language / "sitemap.xml").read_bytes()
    space = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "x": "http://www.w3.org/1999/xhtml",
    }
    entries = ElementTree.fromstring(data).findall("s:url", space)
    found = {
        entry.findtext("s:loc", "", space): {
            link.get("hreflang"): link.get("href") for link in entry.findall("x:link", space)
        }
        for entry in entries
    }
    assert found == {
        f"{base_url}{language}/{url(name)}": {
            "en": f"{base_url}en/{url(name)}",
            "zh": f"{base_url}zh/{url(name)}",
            "x-default": base_url,
        }
        for each, name in PAGES
        if each == language
    }
    assert gzip.decompress((site / language / "sitemap.xml.gz").read_bytes()) == data


def test_start_offers_both_languages_without_a_script(site: Path) -> None:
    links = read(site / "index.html").select("main a")
    assert [(link["href"], link["hreflang"]) for link in links] == [("en/", "en"), ("zh/", "zh")]


def test_pages_are_served_below_the_base(server: str) -> None:
    with urlopen(f"{server}zh") as answer:
        assert answer.url == f"{server}zh/"
        assert "text/html" in answer.headers["Content-Type"]
    with urlopen(f"{server}en/fonts/math.woff2") as answer:
        assert answer.headers["Content-Type"] == "font/woff2"


def test_a_missing_page_is_answered_with_help(server: str) -> None:
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{server}zh/no/such/page/")
    with caught.value as answer:
        assert answer.code == 404
        page = BeautifulSoup(answer.read(), "html.parser")
    assert "找不到此页" in page.h1.get_text()
    base = urlsplit(server).path
    assert {f"{base}en/", f"{base}zh/"} <= {link["href"] for link in page.select("a")}


# The build


def test_the_same_sources_give_the_same_bytes_whatever_builds_them(
    site: Path, base_url: str, tmp_path: Path
) -> None:
    """ProperDocs is the way out, should MkDocs end."""
    again = tmp_path / "again"
    build.build(base_url, again, "properdocs")
    files = [path.relative_to(site) for path in sorted(site.rglob("*")) if path.is_file()]
    assert files == [p.relative_to(again) for p in sorted(again.rglob("*")) if p.is_file()]
    assert filecmp.cmpfiles(site, again, files, shallow=False)[1:] == ([], [])


BROKEN = {
    "formula": (
        r"A sum: $\frac{1}{2$.",
        r"broken\.md.*bad formula: Expected closing.*\\frac\{1\}\{2.*; mend it",
    ),
    "link": ("[gone](gone.md)", r"broken\.md.*gone\.md"),
    "anchor": ("[gone](index.md#gone)", r"broken\.md.*#gone"),
    "object": ("::: xentref.no_such_thing", r"no_such_thing"),
}


@pytest.fixture
def broken_config(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A site of two pages, one of which is wrong, with the settings of ours."""
    pages = tmp_path / "docs"
    pages.mkdir()
    (pages / "index.md").write_text("# Right\n")
    (pages / "broken.md").write_text(f"# Wrong\n\n{request.param}\n")
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: {pages}\nnav: [index.md, broken.md]\n"
        f"theme: {{custom_dir: {ROOT / 'docs' / 'theme'}}}\n"
        f"hooks: [{ROOT / 'docs' / 'tools' / 'hooks.py'}]\n"
    )
    return str(config)


@pytest.mark.parametrize(
    ("broken_config", "message"), BROKEN.values(), ids=BROKEN, indirect=["broken_config"]
)
def test_a_broken_page_stops_the_build_and_is_named(
    broken_config: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(build.BuildError) as caught:
        build.build_language(broken_config, "http://127.0.0.1/en/", tmp_path / "out")
    assert re.search(message, str(caught.value), re.S)


def test_a_failed_build_leaves_the_old_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "site"
    (old / "en").mkdir(parents=True)
    (old / "en" / "index.html").write_text("old")
    monkeypatch.setattr(build, "CONFIGS", {"en": "no-such-file.yml"})
    with pytest.raises(build.BuildError, match=r"no-such-file\.yml"):
        build.build("http://127.0.0.1/", old)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (old / "en" / "index.html").read_text() == "old"


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://host/", "http://host"])
def test_build_refuses_an_address_that_is_none(address: str, tmp_path: Path) -> None:
    with pytest.raises(build.BuildError, match="the base URL must look like"):
        build.build(address, tmp_path / "site")


@pytest.mark.parametrize("name", ["thesis.tex", "index.html"])
def test_build_replaces_nothing_but_a_site(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    for out in (tmp_path, tmp_path / name):
        with pytest.raises(build.BuildError, match="neither empty nor a built site"):
            build.build("http://127.0.0.1/", out)


def test_serve_says_in_one_line_that_a_port_is_busy(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve.server(site, 0) as busy:
        port = str(busy.server_port)
        monkeypatch.setattr("sys.argv", ["serve", "--site", str(site), "--port", port])
        assert serve.main() == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"port {port} cannot be used" in said


def test_a_section_says_how_many_lines_it_has_and_closes_what_it_opens() -> None:
    """On a desk and on a phone; what is folded has no height."""
    long = "<p>" + "四" * 33 + "</p><pre>one\ntwo</pre>"
    fold = "<details><summary>f</summary><p>hidden</p><p>too</p></details>"
    parts = ["<h1>A</h1><p>b</p>", "<h2>C</h2>", long, "<h3>D</h3>", "\n", "<h3>E</h3>", fold]
    boxed = sections.boxed("".join(parts))
    parts[2] = f'<div class="xr-section" style="--lines: 6; --narrow: 7">{parts[2]}</div>'
    parts[6] = f'<div class="xr-section" style="--lines: 3; --narrow: 3">{parts[6]}</div>'
    assert boxed == "".join(parts)

    section = '<div class="xr-section" style="--lines: 3; --narrow: 3">'
    documented = "<div><h2>f</h2>{0}<p>g</p>{1}<div><h3>m</h3>{0}<div><p>n</p></div>{1}</div></div>"
    assert sections.boxed(documented.format("", "")) == documented.format(section, "</div>")


def test_a_section_that_begins_below_the_first_screen_is_for_later() -> None:
    paragraph, section = "<p>a</p>", "<h2>B</h2><p>c</p>"

    def later(paragraphs: int, *, below_title: bool = False) -> bool:
        html = sections.boxed(paragraph * paragraphs + section, below_title=below_title)
        return html.count('<div class="xr-section xr-later"') == 1

    assert [later(5), later(100)] == [False, True]
    assert [later(9), later(9, below_title=True)] == [False, True]


def test_a_formula_is_as_high_as_its_rows_and_a_row_of_a_table_as_its_longest_cell() -> None:
    def lines(inside: str) -> list[int]:
        box = sections.boxed(f"<h2>A</h2><p>b</p>{inside}")
        return [int(number) for number in re.findall(r"--(?:lines|narrow): (\d+)", box)]

    formula = '<math data-search-exclude="true" display="block">' + 40 * "<mi>x</mi>" + "{}</math>"
    assert lines(formula.format("")) == [5, 5]
    assert lines(formula.format("<mtr></mtr><mtr></mtr>")) == [9, 9]
    for cell in f"<td>{30 * 'c'}</td>", f"<th>{30 * 'c'}</th>":
        tables = [lines(f"<table><tr>{n * cell}</tr></table>") for n in (1, 2, 3)]
        assert tables == [[5, 5], [5, 6], [6, 8]]


@pytest.mark.parametrize(("paragraphs", "later"), [(2, ""), (100, " xr-later")])
def test_a_figure_is_a_box_that_may_be_for_later(paragraphs: int, later: str) -> None:
    """On a desk its pictures stand side by side."""
    inside = 2 * "<svg></svg>" + "<figcaption><p>a</p></figcaption></figure>"
    page = "<h2>A</h2>" + paragraphs * "<p>b</p>" + '<figure class="xr-figure" id="f">' + inside
    html = sections.boxed(page)
    assert '<div class="xr-section" ' in html
    box = f'<figure class="xr-figure{later}" style="--lines: 19; --narrow: 28" id="f">'
    assert box + inside in html


def test_formula_becomes_mathml() -> None:
    half = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"
    assert to_mathml(r"\frac12", display=False) == f"<math>{half}</math>"
    assert "display" in to_mathml(r"\frac12", display=True)


def test_an_exponent_stands_on_both_brackets() -> None:
    power = to_mathml(r"\bigl( a \bigr) \bigl( b \bigr)^2", display=False)
    (base,) = re.findall(r"<msup><mrow>(.*?)</mrow><mn>2</mn></msup>", power)
    assert re.sub(r"<[^>]*>", "", base) == "(b)"


def test_chinese_lines_are_joined_without_a_space() -> None:
    source = "甲。\n乙，\n`丙`\n丁\n戊 abc\n己"
    html = Markdown(extensions=["docs.tools.chinese"]).convert(source)
    assert html == "<p>甲。乙，<code>丙</code>\n丁戊 abc\n己</p>"


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("设 $x > 0$，则 $y$ 也是。", ["x>0，"]),
        ("Let $x > 0$, then $y$ too (and $z$).", ["x>0,", "z)."]),
    ],
)
def test_no_line_begins_with_the_mark_behind_a_formula(text: str, together: list[str]) -> None:
    markdown = Markdown(
        extensions=["pymdownx.arithmatex", "docs.tools.mathml", "docs.tools.chinese"],
        extension_configs={"pymdownx.arithmatex": {"generic": True}},
    )
    paragraph = BeautifulSoup(markdown.convert(text), "html.parser")
    found = paragraph.find_all(class_="xr-together")
    assert [re.sub(r"\s", "", part.text) for part in found] == together
    assert re.sub(r"\s", "", paragraph.text) == re.sub(r"[\s$]", "", text)

"""The built site in a real browser.

Every visit also proves that the page logs no error and asks no other host.

Without a browser these tests are skipped, and say so; where CI is set they fail instead.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

import xentref
from docs.tools.blocks import parse
from docs.tools.stills import shown

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LANGUAGES = ("en", "zh")
PHONE, DESK = 360, 1280


def address(source):
    """Return where a page of docs/ is on the site: en/learn/softmax.md → en/learn/softmax/."""
    path = source.relative_to("docs").with_suffix("")
    return f"{path.parent if path.name == 'index' else path}/"


SOURCES = {
    address(path): path for language in LANGUAGES for path in Path("docs", language).rglob("*.md")
}
PAGES = sorted(SOURCES)
on_every_page = pytest.mark.parametrize("path", PAGES)
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)


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

    def listen(message):
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text}")

    def open_page(path, *, width=DESK, scheme="light", scripts=True, **options):
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
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        response = page.goto(path)
        assert response.ok, f"{response.url}: {response.status}"
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


# Every page


def test_every_page_of_the_site_is_visited(site):
    built = {
        f"{page.parent.relative_to(site).as_posix()}/"
        for language in LANGUAGES
        for page in (site / language).rglob("index.html")
    }
    assert built == set(PAGES)


@on_every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible(visit, path, scheme):
    page = visit(path, scheme=scheme)
    assert violations(page) == []


@in_both_languages
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_page_is_accessible_on_a_phone(visit, language, scheme):
    assert violations(visit(f"{language}/", width=PHONE, scheme=scheme)) == []


def test_start_page_is_accessible(visit):
    assert violations(visit("")) == []


def violations(page):
    """Return what axe finds, as readable lines."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@on_every_page
def test_page_fits_a_phone(visit, path):
    page = visit(path, width=PHONE)
    too_wide = page.evaluate(
        """() => {
            const scrolls = (at) => at && (getComputedStyle(at).overflowX !== "visible"
                || at.localName !== "article" && scrolls(at.parentElement));
            return [...document.querySelectorAll("article *")]
                .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
                .filter((element) => !scrolls(element))
                .map((element) => element.outerHTML.slice(0, 120));
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    assert too_wide == []


@pytest.mark.parametrize(
    "path", [p for p in PAGES if "/// figure" in SOURCES[p].read_text("utf-8")]
)
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_figures_can_be_read(visit, path, width):
    """Letters are 10 pixels high or more, exponents 8, and all stay in their picture."""
    page = visit(path, width=width)
    for text in page.locator(".xr-figure svg text").all():
        look = text.evaluate(
            """(text) => {
                const svg = text.ownerSVGElement, box = text.getBoundingClientRect();
                const outside = svg.getBoundingClientRect();
                const scale = outside.width / svg.viewBox.baseVal.width;
                const size = (part) => parseFloat(getComputedStyle(part).fontSize);
                const sizes = [text, ...text.children].map(size);
                return {
                    size: sizes[0] * scale,
                    smallest: Math.min(...sizes) * scale,
                    room: Math.min(box.left - outside.left, outside.right - box.right),
                };
            }"""
        )
        assert look["size"] >= 10, text.text_content()
        assert look["smallest"] >= 8, text.text_content()
        assert look["room"] >= -16, text.text_content()


# Search


@pytest.mark.parametrize(
    ("language", "query", "found"),
    [
        ("en", "cross-entropy", "en/"),
        ("en", "maximum likelihood", "en/learn/maximum-likelihood/"),
        ("zh", "交叉熵", "zh/"),
        ("zh", "最大似然", "zh/learn/maximum-likelihood/"),
        ("zh", "数值稳定性", "zh/learn/numerics/"),
    ],
)
def test_search_finds(visit, served_site, language, query, found):
    page = visit(f"{language}/practice/training/")
    page.locator(".md-search__input").click()
    page.keyboard.insert_text(query)
    page.keyboard.press("End")  # the search listens to keys
    results = page.locator(".md-search-result__link")
    expect(results.first).to_be_visible()
    page.wait_for_timeout(200)  # results arrive in more than one go
    links = [link.evaluate("link => link.href").split("?")[0] for link in results.all()]
    assert f"{served_site}{found}" in {link.split("#")[0] for link in links}
    assert all(link.startswith(f"{served_site}{language}/") for link in links)


# The switch of language


@pytest.mark.parametrize(("language", "other"), [LANGUAGES, LANGUAGES[::-1]])
def test_switch_keeps_the_page_without_scripts(visit, language, other):
    page = visit(f"{language}/learn/softmax/", scripts=False)
    page.locator(".xr-language").click()
    expect(page).to_have_url(re.compile(rf"/{other}/learn/softmax/$"))
    assert page.locator("html").get_attribute("lang") == other


@pytest.mark.parametrize(("language", "other"), [LANGUAGES, LANGUAGES[::-1]])
def test_switch_keeps_the_place(visit, language, other):
    page = visit(f"{language}/learn/softmax/")
    heading = page.locator("article h2[id]").nth(2).get_attribute("id")
    page.goto(f"{page.url}#{heading}")
    page.wait_for_function("scrollY > 0")
    page.locator(".xr-language").click()
    expect(page).to_have_url(re.compile(rf"/{other}/learn/softmax/#{heading}$"))
    expect(page.locator(f"h2#{heading}")).to_be_in_viewport()


@in_both_languages
def test_switch_follows_instant_navigation(visit, language):
    page = visit(f"{language}/")
    leave(page)
    other = page.locator(".xr-language").get_attribute("hreflang")
    page.locator(".xr-language").click()
    expect(page).to_have_url(re.compile(rf"/{other}/learn/maximum-likelihood/(#.*)?$"))


def leave(page):
    """Go to another page by a link, and make sure that the page was not loaded anew."""
    page.wait_for_load_state("networkidle")  # Material has read the sitemap by then
    page.evaluate("window.notReloaded = true")
    page.locator('article a[href*="maximum-likelihood/"]').first.click()
    page.wait_for_url("**/learn/maximum-likelihood/")
    expect(page.locator("#figure-coin")).to_be_visible()
    assert page.evaluate("window.notReloaded")


# The live figure


def numbers(page):
    """Return the numbers that the live figure shows, by name; one name has one number."""
    found = page.eval_on_selector_all(
        "xentref-pipeline [data-value]",
        "(marks) => marks.map((mark) => [mark.dataset.value, mark.textContent])",
    )
    values = dict(found)
    assert all(values[name] == text for name, text in found)
    return values


def computed(z, label):
    """Return the numbers that it must show for these scores and this label."""
    p = xentref.softmax(z)
    return {
        "z0": shown(z[0], 1),
        "z1": shown(z[1], 1),
        "p0": f"{p[0]:.4f}",
        "p1": f"{p[1]:.4f}",
        "loss": f"{xentref.cross_entropy(z, label):.5f}",
        "subscript": "₀₁"[label],
    }


def state(page):
    """Return the scores and the label that the controls hold."""
    form = page.locator("xentref-pipeline form")
    z = [float(form.locator(f"[name=z{k}]").input_value()) for k in (0, 1)]
    return z, int(form.locator("[name=label]:checked").input_value())


def assert_shows(page, z, label):
    values = numbers(page)
    wanted = computed(z, label)
    assert {name: values[name] for name in wanted} == wanted


@in_both_languages
def test_figure_shows_the_worked_example(visit, language):
    page = visit(f"{language}/")
    assert_shows(page, [0.0, 1.0], 0)
    assert numbers(page)["loss"] == "1.31326"


def test_figure_equals_xentref_everywhere(visit):
    page = visit("en/")
    scores = [-4.0, -3.7, -1.2, 0.0, 0.1, 0.9, 2.5, 4.0]
    for label in (0, 1):
        page.locator(f"xentref-pipeline [name=label][value='{label}']").check()
        for z in ([a, b] for a in scores for b in scores):
            page.eval_on_selector(
                "xentref-pipeline form",
                """(form, z) => {
                    form.elements.z0.value = z[0];
                    form.elements.z1.value = z[1];
                    form.dispatchEvent(new Event("input"));
                }""",
                z,
            )
            assert_shows(page, z, label)


def test_figure_marks_stand_where_their_numbers_say(visit):
    page = visit("en/")
    page.locator("xentref-pipeline [name=label][value='1']").check()
    page.locator("xentref-pipeline [name=z0]").fill("2.5")
    x, y = (
        [float(n) for n in page.locator("[data-y]").get_attribute(f"data-{axis}").split()]
        for axis in "xy"
    )
    p, loss = xentref.softmax([2.5, 1.0]), xentref.cross_entropy([2.5, 1.0], 1)

    def place(scale, value):
        first, last, start, stop = scale
        return start + (value - first) / (last - first) * (stop - start)

    def mark(name, attribute):
        return float(page.locator(f"[data-mark={name}]").get_attribute(attribute))

    assert mark("point", "cx") == pytest.approx(place(x, p[1]))
    assert mark("point", "cy") == pytest.approx(place(y, loss))
    assert mark("drop", "x1") == mark("drop", "x2") == mark("point", "cx")
    for k in (0, 1):
        assert mark(f"p{k}-bar", "width") == pytest.approx(place(x, p[k]) - x[2])
    assert page.locator("[data-mark=p1-bar]").get_attribute("class") == "xr-bar"
    assert page.locator("[data-mark=p0-bar]").get_attribute("class") == "xr-bar-other"


def test_live_figure_draws_the_still_anew(visit):
    """What the script draws for the worked example is what the build drew, to a tenth of a unit."""
    marks = """(marks) => marks.map((mark) => [...mark.attributes].map(({ name, value }) =>
        [name, Number.isNaN(Number(value)) ? value : Number(value).toFixed(1)].join("=")).sort())"""
    still = visit("en/", scripts=False).eval_on_selector_all("[data-mark]", marks)
    live = visit("en/").eval_on_selector_all("[data-mark]", marks)
    assert live == still


def test_figure_works_by_keyboard(visit):
    page = visit("en/")
    slider = page.locator("xentref-pipeline [name=z0]")
    slider.focus()
    for key, z0 in (
        ("ArrowRight", 0.1),
        ("ArrowUp", 0.2),
        ("ArrowLeft", 0.1),
        ("End", 4.0),
        ("Home", -4.0),
    ):
        page.keyboard.press(key)
        assert_shows(page, [z0, 1.0], 0)
        assert slider.get_attribute("aria-valuetext") == shown(z0, 1)
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert_shows(page, [-4.0, -4.0], 0)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert_shows(page, [-4.0, -4.0], 1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[data-value=loss]').textContent === '1.31326'")
    assert_shows(page, [0.0, 1.0], 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figure_reads_its_numbers_out(visit, language):
    page = visit(f"{language}/")
    summary = page.locator("xentref-pipeline .xr-summary")
    expect(summary).to_have_attribute("aria-live", "polite")
    expect(summary).to_be_empty()
    page.locator("xentref-pipeline [name=z0]").press("End")
    expect(summary).not_to_be_empty()
    said = summary.text_content()
    assert "{" not in said
    for name, number in computed([4.0, 1.0], 0).items():
        assert number in said or name == "subscript"


def spot(page, panel, value, row):
    """Return the place in the window of a number on a panel's axis, at a height of the drawing."""
    svg = page.locator(f"[data-panel={panel}]")
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    first, last, start, stop = map(float, svg.get_attribute("data-x").split())
    scale = box["width"] / float(svg.get_attribute("viewBox").split()[2])
    x = start + (value - first) / (last - first) * (stop - start)
    return box["x"] + x * scale, box["y"] + row * scale


def drag(page, panel, row, start, *stops):
    page.mouse.move(*spot(page, panel, start, row))
    page.mouse.down()
    for stop in stops:
        page.mouse.move(*spot(page, panel, stop, row), steps=4)
    page.mouse.up()
    z, label = state(page)
    assert_shows(page, z, label)
    return z, label


def test_figure_works_by_pointer(visit):
    page = visit("en/")
    assert drag(page, "scores", 58, 0, 3, 2) == ([2.0, 1.0], 0)
    assert drag(page, "scores", 102, 1, -3) == ([2.0, -3.0], 0)
    assert drag(page, "scores", 102, -3, 9) == ([2.0, 4.0], 0)

    # A probability moves its own score: p0 = 0.9 needs one that is ln 9 = 2.2 above the other.
    drag(page, "scores", 102, 4, 0)
    assert drag(page, "probabilities", 58, 0.5, 0.9) == ([2.2, 0.0], 0)
    assert drag(page, "probabilities", 200, 0.9, 0.25) == ([-1.1, 0.0], 0)
    # At the end of the rail the other score gives way.
    assert drag(page, "probabilities", 58, 0.25, 1.5) == ([4.0, -4.0], 0)
    page.mouse.move(*spot(page, "scores", -2, 58))
    assert state(page) == ([4.0, -4.0], 0)  # let go, it stays


def test_figure_works_by_touch(visit):
    page = visit("zh/", width=PHONE, has_touch=True, is_mobile=True)
    page.touchscreen.tap(*spot(page, "scores", -2, 102))
    assert state(page) == ([0.0, -2.0], 0)
    assert_shows(page, [0.0, -2.0], 0)


@in_both_languages
def test_figure_lives_on_after_instant_navigation(visit, language):
    page = visit(f"{language}/")
    page.locator("xentref-pipeline [name=z0]").press("End")
    leave(page)
    page.go_back()
    page.wait_for_selector("xentref-pipeline")
    assert page.evaluate("window.notReloaded")
    page.locator("xentref-pipeline [name=z1]").press("Home")
    z, label = state(page)
    assert z[1] == -4.0
    assert_shows(page, z, label)


def test_figure_without_scripts_is_a_still(visit):
    page = visit("en/", scripts=False)
    expect(page.locator("xentref-pipeline svg").first).to_be_visible()
    expect(page.locator("xentref-pipeline form")).to_be_hidden()
    assert_shows(page, [0.0, 1.0], 0)


def test_page_does_not_move_when_the_figure_comes_to_life(visit):
    page = visit("en/")
    height = page.locator("#figure-pipeline").bounding_box()["height"]
    page.route(
        "**/figures*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.reload()
    assert page.evaluate("customElements.get('xentref-pipeline')") is None
    assert page.locator("#figure-pipeline").bounding_box()["height"] == height


# Code


@in_both_languages
def test_copied_blocks_are_the_code_and_run(visit, language):
    """Each copy button gives its block as it stands in the source; the first one is run."""
    path = f"{language}/learn/softmax/"
    page = visit(path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    source = parse(SOURCES[path].read_text("utf-8"), path)
    blocks = [block for block in source if block.language == "python"]
    copied = []
    for button in page.locator(".language-python .md-code__button[title]").all():
        button.click()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert [text.rstrip("\n") for text in copied] == [block.code.rstrip("\n") for block in blocks]
    ran = subprocess.run(
        [sys.executable, "-c", copied[0]],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert ran.stdout.rstrip("\n") == blocks[0].output.code.rstrip("\n")


# Paper


@in_both_languages
def test_print_shows_folded_solutions_and_stills(visit, language):
    page = visit(f"{language}/")
    page.emulate_media(media="print")
    expect(page.locator("xentref-pipeline form")).to_be_hidden()
    expect(page.locator("xentref-pipeline svg").first).to_be_visible()
    for solution in page.locator("details").all():
        assert solution.locator("> :not(summary)").first.bounding_box()["height"] > 0

"""The built site in a real browser; tests/conftest.py says what each visit proves besides."""

import gzip
import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from docs.tools.blocks import parse
from tests.browsing import begin, bring, leave, settle
from tests.pages import DESK, LANGUAGES, PAGES, PHONE, SOURCES, in_both_languages, on_every_page

# Every page


def test_every_page_of_the_site_is_visited(site):
    built = {
        f"{page.parent.relative_to(site).as_posix()}/"
        for language in LANGUAGES
        for page in (site / language).rglob("index.html")
    }
    assert built == set(PAGES)


@on_every_page
def test_page_on_a_desk(visit, passed, path):
    """No fault by any rule of axe, in light and in dark; figures to be read; nothing moves."""
    page = visit(path)
    settle(page)
    assert layout_shift(page) < 0.01
    assert_figures_can_be_read(page)
    page.evaluate(THIN)
    assert violations(page, but=COLOURS) == []
    for scheme, theme in (("light", "default"), ("dark", "slate")):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector(f"body[data-md-color-scheme={theme}]")
        page.evaluate(ONLY_NEW_LOOKS, list(passed))
        assert violations(page, only=COLOURS) == []
        passed.update(page.evaluate("[...looks.values()]"))


@pytest.fixture(scope="session")
def passed():
    """How the text looks whose colours had no fault, on the pages visited so far."""
    return set()


@on_every_page
def test_page_on_a_phone(visit, site, base_url, path):
    """A first visit is light, and all fits the screen: nothing moves, and no line is too long."""
    asked = []

    def listen(page):  # Playwright marks a listener, and a list's own method takes no mark
        page.on("request", lambda request: asked.append(request.url))

    page = visit(path, width=PHONE, listen=listen)
    assert page.evaluate(OVERLAPPING) == []
    settle(page)
    assert_light([site / url.removeprefix(base_url) for url in asked])
    assert layout_shift(page) < 0.01
    assert_figures_can_be_read(page)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    if not page.evaluate(OWN_FONT):
        page.reload()  # on a busy machine the font of the formulas comes too late for a first visit
        settle(page)
        unfold(page)
        assert page.evaluate(OWN_FONT)
    assert too_wide(page) == []
    page.set_viewport_size({"width": 320, "height": 800})  # or a desk's, four times enlarged
    assert page.evaluate("document.documentElement.scrollWidth") == 320


# Whether the formulas, if there are any, are set in their own font.
OWN_FONT = """() => {
    if (!document.querySelector("math")) return true;
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.position = "absolute";
    const widths = ["monospace", '"xentref math", monospace'].map((family) => {
        probe.style.fontFamily = family;
        probe.textContent = "iiimmm";
        return probe.getBoundingClientRect().width;
    });
    probe.remove();
    return widths[0] !== widths[1];
}"""


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")


@in_both_languages
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_page_is_accessible_on_a_phone(visit, language, scheme):
    page = visit(f"{language}/", width=PHONE, scheme=scheme)
    settle(page)
    assert violations(page) == []


def test_start_page_is_accessible(visit):
    assert violations(visit("")) == []


AXE = Axe().axe_script

# The spans of code have no meaning but their colours: of each kind one is enough, and the rest, for
# which axe would take ten times as long, become plain text. So do formulas, which have one colour.
THIN = """() => {
    const seen = new Set();
    for (const span of document.querySelectorAll("pre span")) {
        const kind = `${span.closest(".highlight")?.className} ${span.className}`;
        if (seen.has(kind)) span.replaceWith(...span.childNodes);
        seen.add(kind);
    }
    for (const element of document.querySelectorAll("pre")) element.normalize();
    for (const math of document.querySelectorAll("math")) math.replaceChildren(math.textContent);
}"""

# The rules that see colours, which take most of the time. Of the elements that look alike, stand
# among such as look alike, and hold the same kinds, one keeps its text, and none if such a one has
# passed before; what then has neither text nor a ground that others could stand on is taken out.
# axe looks at nothing of the kind. Called again, as when the colours have changed, it first gives
# back what it took. `looks` then holds the elements that are left, each with a fingerprint of its
# look; those on which axe cannot decide are struck off, for another page to try again.
COLOURS = ["color-contrast", "link-in-text-block"]
ONLY_NEW_LOOKS = """(passed) => {
    for (const [text, data] of window.taken ?? []) text.data = data;
    for (const [place, element] of window.out ?? []) place.replaceWith(element);
    window.taken = new Map();
    window.looks = new Map();
    const colours = ["color", "backgroundColor", "backgroundImage", "opacity", "fontSize",
        "fontWeight", "textDecorationLine", "borderBottomStyle", "display", "visibility"];
    const kinds = new Map(), places = new Map(), seen = new Set(passed);
    const kept = (made, it, make) => made.get(it) ?? made.set(it, make()).get(it);
    const fingerprint = (text) => {
        let [a, b] = [0, 0];
        for (let i = 0; i < text.length; i++) {
            a = Math.imul(a ^ text.charCodeAt(i), 0x9e3779b1);
            b = Math.imul(b, 31) + text.charCodeAt(i) | 0;
        }
        return `${a} ${b}`;
    };
    const kind = (it) => kept(kinds, it, () => {
        const style = getComputedStyle(it);
        return [it.localName, ...it.classList, ...colours.map((name) => style[name])].join();
    });
    const place = (it) => kept(places, it, () =>
        fingerprint((it.parentElement ? place(it.parentElement) : "") + kind(it)));
    for (const element of document.body.querySelectorAll("*")) {
        const texts = [...element.childNodes].filter((it) => it.nodeType === Node.TEXT_NODE);
        if (!texts.some((it) => it.data.trim())) continue;
        const held = [...new Set([...element.children].map(kind))];
        const whole = fingerprint([place(element), ...held].join(" "));
        if (seen.has(whole)) for (const text of texts) {
            window.taken.set(text, text.data);
            text.data = "";
        } else window.looks.set(element, whole);
        seen.add(whole);
    }
    const shows = (it) => {
        const { backgroundColor: colour, backgroundImage: image } = getComputedStyle(it);
        return colour !== "rgba(0, 0, 0, 0)" || image !== "none"
            || [...it.childNodes].some((each) => each.data?.trim() || needed.has(each));
    };
    const needed = new Set();
    const all = [...document.body.querySelectorAll("*")].reverse(); // from the inside out
    for (const element of all) if (shows(element)) needed.add(element);
    window.out = all
        .filter((it) => it.closest("article") && !needed.has(it) && needed.has(it.parentElement))
        .map((it) => [document.createComment(""), it]);
    for (const [place, element] of window.out) element.replaceWith(place);
}"""


def violations(page, only=(), but=()):
    """Return what axe finds by some rules, or by all but some, as readable lines."""
    options = {"elementRef": True, "rules": {rule: {"enabled": False} for rule in but}}
    if only:
        options["runOnly"] = list(only)
    options["preload"] = False  # no rule that is asked needs the style sheets
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(RUN_AXE, options)
    return [f"{rule}: {html[:200]}: {summary}" for rule, html, summary in found]


RUN_AXE = """async (options) => {
    const found = await axe.run({ ...options, resultTypes: ["violations", "incomplete"] });
    for (const { nodes } of found.incomplete) for (const { element } of nodes)
        window.looks?.delete(element);
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => [id, html, failureSummary]));
}"""


def layout_shift(page):
    """Return how much of the page has moved since it was first seen."""
    return page.evaluate(
        """() => new Promise((resolve) => {
            let moved = 0;
            new PerformanceObserver((list) => list.getEntries().forEach((it) => moved += it.value))
                .observe({ type: "layout-shift", buffered: true });
            setTimeout(() => resolve(moved), 50);
        })"""
    )


# Buttons that lie over one another, as where the height of what is not laid out is guessed too low.
OVERLAPPING = """() => {
    const buttons = [...document.querySelectorAll("article button[title]")].filter(
        (button) => !button.closest("details:not([open])"));
    return buttons.slice(1).flatMap((button, k) => {
        const [above, below] = [buttons[k], button].map((it) => it.getBoundingClientRect());
        return below.top < above.bottom ? [button.title] : [];
    });
}"""


def assert_light(asked):
    """At most 150 KB over the wire, packed by gzip where that helps, in at most 15 requests."""
    files = {path / "index.html" if path.is_dir() else path for path in asked}
    packed = (".woff2", ".png")
    sizes = {
        path: len(path.read_bytes() if path.suffix in packed else gzip.compress(path.read_bytes()))
        for path in files
    }
    assert len(sizes) <= 15, sorted(sizes)
    assert sum(sizes.values()) <= 150_000, sizes


def too_wide(page):
    """Return what is wider than the screen, and formulas that are wider than their place.

    Code and tables may scroll by themselves.
    """
    return page.evaluate(
        """() => {
            const scrolls = (at) => at && (getComputedStyle(at).overflowX !== "visible"
                || at.localName !== "article" && scrolls(at.parentElement));
            return [...document.querySelectorAll("article *")]
                .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
                .filter((element) => !scrolls(element))
                .concat([...document.querySelectorAll("div.arithmatex")].filter(
                    ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth))
                .map((element) => element.outerHTML.slice(0, 120));
        }"""
    )


def assert_figures_can_be_read(page):
    """Letters are 10 pixels high or more, exponents 8, and all stay in their picture."""
    texts = page.eval_on_selector_all(
        ".xr-figure svg text",
        """(texts) => texts.map((text) => {
            const svg = text.ownerSVGElement, box = text.getBoundingClientRect();
            const outside = svg.getBoundingClientRect();
            const scale = outside.width / svg.viewBox.baseVal.width;
            const size = (part) => parseFloat(getComputedStyle(part).fontSize);
            const sizes = [text, ...text.children].map(size);
            return {
                text: text.textContent,
                size: sizes[0] * scale,
                smallest: Math.min(...sizes) * scale,
                room: Math.min(box.left - outside.left, outside.right - box.right),
            };
        })""",
    )
    assert bool(texts) == bool(page.locator(".xr-figure").count())
    for text in texts:
        assert text["size"] >= 10, text
        assert text["smallest"] >= 8, text
        assert text["room"] >= -16, text


# Sections

LONG = "practice/errors/"
DRAWN = "(section) => section.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"
PLACE = "(heading) => heading.getBoundingClientRect().top"


@in_both_languages
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_what_nobody_sees_is_laid_out_when_the_reader_begins(visit, language, width):
    """Until then it is about as high as it will be."""
    page = visit(language + "/" + LONG, width=width)
    sections = page.locator(".xr-section")
    guessed = page.evaluate("document.body.scrollHeight")
    assert [sections.first.evaluate(DRAWN), sections.last.evaluate(DRAWN)] == [True, False]
    begin(page)
    expect(page.locator(".xr-from-top")).to_have_count(0)
    assert sections.last.evaluate(DRAWN)
    assert guessed == pytest.approx(page.evaluate("document.body.scrollHeight"), rel=0.2)


def test_a_visit_that_does_not_start_at_the_top_leaves_nothing_for_later(visit):
    page = visit("en/")
    page.add_init_script("""addEventListener("DOMContentLoaded",
        () => { window.later = document.documentElement.classList.contains("xr-from-top") })""")

    def begins(come):
        come()
        return page.evaluate("later")

    assert begins(lambda: page.goto("en/" + LONG))
    assert not begins(page.reload)
    assert begins(lambda: page.goto("en/learn/softmax/"))
    assert not begins(page.go_back)
    assert not begins(lambda: page.goto("en/learn/softmax/#by-hand"))


@in_both_languages
@pytest.mark.parametrize("at_once", [True, False])
def test_a_link_on_the_page_leads_to_its_heading(visit, language, at_once):
    """As its address does, and also where it is the first thing that a reader does."""
    page = visit(f"{language}/{LONG}#summary")
    settle(page)
    place = page.locator("#summary").evaluate(PLACE)
    page = visit(language + "/" + LONG)
    if not at_once:
        settle(page)
    page.locator('.md-sidebar--secondary a[href$="#summary"]').click()
    page.wait_for_url("**#summary")
    there = f"(place) => Math.abs(({PLACE})(document.getElementById('summary')) - place) <= 2"
    page.wait_for_function(there, arg=place)
    settle(page)
    page.wait_for_timeout(400)
    assert page.locator("#summary").evaluate(PLACE) == pytest.approx(place, abs=2)


@in_both_languages
def test_whoever_comes_back_finds_the_place(visit, language):
    page = visit(f"{language}/learn/softmax/")
    settle(page)
    passage = page.locator("#two-classes")
    bring(passage)
    place = passage.evaluate(PLACE)
    page.evaluate("document.querySelector('.md-footer__link--next').click()")
    expect(passage).to_have_count(0)
    for leave_again in (lambda: page.goto("about:blank"), lambda: None):
        page.go_back()
        expect(passage).to_have_count(1)
        page.wait_for_function("() => scrollY > 0")
        page.wait_for_timeout(400)
        assert passage.evaluate(PLACE) == pytest.approx(place, abs=30)
        leave_again()


# Scripts


@in_both_languages
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_reading_runs_no_script_of_a_file_until_the_reader_begins(visit, language, width):
    """A pointer that rests on the page begins nothing, though browsers say that it moves by 0."""
    page = visit(f"{language}/learn/softmax/", width=width)
    page.wait_for_timeout(1000)
    assert page.evaluate("typeof document$") == "undefined"
    assert page.locator("xentref-simplex:not(:defined)").count() == 1
    begin(page)
    page.wait_for_selector("xentref-simplex:defined")
    assert page.evaluate("typeof document$") == "object"


def press_before_the_scripts_are_there(visit, path, press, **screen):
    """Open a page, press something, and only then let Material's script come."""
    held = []

    def hold(route):  # as in the listener above
        held.append(route)

    page = visit(path, listen=lambda page: page.route("**/bundle.*.js", hold), **screen)
    press(page)
    page.wait_for_timeout(200)
    assert page.evaluate("typeof document$") == "undefined"
    for route in held:
        route.continue_()
    return page


@in_both_languages
def test_a_key_pressed_before_the_scripts_are_there_is_answered(visit, language):
    page = press_before_the_scripts_are_there(
        visit, f"{language}/learn/softmax/", lambda page: page.keyboard.press("/")
    )
    expect(page.locator(".md-search__input")).to_be_focused()


@in_both_languages
@pytest.mark.parametrize("at_once", [True, False])
def test_a_search_opened_on_a_phone_can_be_typed_into(visit, language, at_once):
    """Also where it is opened before the scripts are there."""

    def search(page):
        page.locator("label.md-header__button[for=__search]").tap()

    path, phone = f"{language}/learn/softmax/", {"width": PHONE, "has_touch": True}
    if at_once:
        page = press_before_the_scripts_are_there(visit, path, search, **phone)
    else:
        page = visit(path, **phone)
        settle(page)
        search(page)
    expect(page.locator(".md-search__input")).to_be_focused()


@in_both_languages
def test_a_button_pressed_before_the_scripts_are_there_copies(visit, language):
    def copy(page):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.evaluate("navigator.clipboard.writeText('')")
        page.locator(".md-code__button").first.tap()

    page = press_before_the_scripts_are_there(
        visit, f"{language}/learn/softmax/", copy, width=PHONE, has_touch=True
    )
    page.wait_for_selector(".md-dialog--active")  # says that it is copied
    assert "import" in page.evaluate("navigator.clipboard.readText()")


# Search

WORDS = {
    "en": {
        "cross-entropy": "",
        "maximum likelihood": "learn/maximum-likelihood/",
        "--json": "reference/command-line/",
    },
    "zh": {
        "交叉熵": "",
        "最大似然": "learn/maximum-likelihood/",
        "数值稳定性": "learn/numerics/",
        "--json": "reference/command-line/",
    },
}
# The section that a pasted message leads to.
MESSAGES = {
    "RuntimeError: 0D or 1D target tensor expected, multi-target not supported": "multi-target",
    "ValueError: Expected input batch_size (64) to match target batch_size (32).": "batch-size",
    "IndexError: Target 10 is out of bounds.": "out-of-bounds",
    "RuntimeError: CUDA error: device-side assert triggered": "device-side-assert",
    "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, "
    "cuda:0 and cpu! (when checking argument for argument target in method "
    "wrapper_CUDA_nll_loss_forward)": "same-device",
    "NotImplementedError: \"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'": (
        "integer-scores"
    ),
    "RuntimeError: kl_div: Integral inputs not supported.": "kl-integers",
}


@in_both_languages
def test_search_finds_words_and_pasted_messages(visit, base_url, language):
    page = visit(f"{language}/practice/training/")
    box, results = page.locator(".md-search__input"), page.locator(".md-search-result__link")
    box.click()

    def search(query):
        box.fill("")
        page.keyboard.insert_text(query)
        page.keyboard.press("End")  # the search listens to keys

    for query, found in WORDS[language].items():
        search(query)
        link = f'.md-search-result__link[href^="{base_url}{language}/{found}?"]'  # ?h=the words
        expect(page.locator(link).first).to_be_visible(timeout=30_000)  # the index is read first
        links = results.evaluate_all("links => links.map((link) => link.href)")
        assert all(link.startswith(f"{base_url}{language}/") for link in links)
    for message, section in MESSAGES.items():
        search(message)
        page_found = rf"{re.escape(base_url)}{language}/practice/errors/(\?.*)?"
        # After the page itself.
        expect(results.nth(1)).to_have_attribute("href", re.compile(rf"^{page_found}#{section}$"))


# What Chinese readers ask, without blanks and with words of all pages; where they want to go.
QUESTIONS = {
    "交叉熵的梯度": "learn/gradients/",
    "对数似然": "learn/maximum-likelihood/",
    "为什么用对数": "learn/self-information/",
    "损失是nan": "reference/pitfalls/",
    "softmax温度": "learn/softmax/",
    "KL散度": "learn/one-hot/",
    "梯度累积": "practice/scale/",
    '"标签平滑"': "practice/imbalance/",
}
AMONG_THE_FIRST = """(page) => {
    const pages = [...document.querySelectorAll(".md-search-result__item > a:first-child")];
    return pages.slice(0, 4).some(({ href }) => href.startsWith(page));
}"""


def test_search_understands_questions_in_chinese(visit, base_url):
    page = visit("zh/practice/training/")
    page.locator(".md-search__input").click()
    for question, wanted in QUESTIONS.items():
        page.locator(".md-search__input").fill("")
        expect(page.locator(".md-search-result__item")).to_have_count(0)
        page.keyboard.insert_text(question)
        page.keyboard.press("End")
        page.wait_for_function(AMONG_THE_FIRST, arg=f"{base_url}zh/{wanted}?", timeout=30_000)
        assert "々" not in page.locator(".md-search-result").inner_text()


# What is wider than a phone


@in_both_languages
def test_what_goes_on_beyond_the_edge_fades_there(visit, language):
    """Until it is scrolled to its end, and not while it has a ring around it."""
    page = visit(f"{language}/learn/softmax/", width=PHONE)
    settle(page)
    code = page.locator("pre > code[tabindex]").first

    def is_seen(fade, where=code):
        page.wait_for_function(
            """([code, fade]) => getComputedStyle(code).maskImage.includes("gradient") === fade""",
            arg=[where.element_handle(), fade],
        )

    is_seen(False, page.locator("pre > code:not([tabindex])").first)
    is_seen(True)
    code.evaluate("(code) => code.scrollTo(code.scrollWidth, 0)")
    is_seen(False)
    code.evaluate("(code) => code.scrollTo(0, 0)")
    is_seen(True)
    page.keyboard.press("Tab")
    code.focus()
    is_seen(False)


# The switch of language


@pytest.mark.parametrize(("language", "other"), [LANGUAGES, LANGUAGES[::-1]])
def test_switch_keeps_the_page_without_scripts(visit, language, other):
    page = visit(f"{language}/learn/softmax/", scripts=False)
    page.locator(".xr-language").click()
    expect(page).to_have_url(re.compile(rf"/{other}/learn/softmax/$"))
    assert page.locator("html").get_attribute("lang") == other


@pytest.mark.parametrize(("language", "other"), [LANGUAGES, LANGUAGES[::-1]])
@pytest.mark.parametrize("at_once", [True, False])
def test_switch_keeps_the_place(visit, language, other, at_once):
    """With its scripts, and also where it is pressed before they are there."""
    held = []

    def hold(route):  # a script, which then never comes
        held.append(route)

    page = visit(
        f"{language}/learn/softmax/",
        listen=lambda page: page.route("**/*.js", hold) if at_once else None,
    )
    heading = page.locator("article h2[id]").nth(2).get_attribute("id")
    page.goto(f"{page.url}#{heading}")
    page.wait_for_function("() => scrollY > 0")
    if not at_once:
        settle(page)
    page.locator(".xr-language").click()
    expect(page).to_have_url(re.compile(rf"/{other}/learn/softmax/#{heading}$"))
    expect(page.locator(f"h2#{heading}")).to_be_in_viewport()
    assert bool(held) == at_once


@in_both_languages
def test_switch_follows_instant_navigation(visit, language):
    page = visit(f"{language}/")
    leave(page, "maximum-likelihood")
    switch = page.locator(".xr-language")
    there = re.compile(rf"/{switch.get_attribute('hreflang')}/learn/maximum-likelihood/(#.*)?$")
    expect(switch).to_have_attribute("href", there)
    switch.click()
    expect(page).to_have_url(there)


# Code


@in_both_languages
def test_copied_blocks_are_the_code_and_run(visit, language):
    """Each copy button gives its block as it stands in the source; the first one is run."""
    path = f"{language}/learn/softmax/"
    page = visit(path)
    settle(page)  # a button pressed before the scripts are there copies only when they are
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    unfold(page)
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


@in_both_languages
def test_cheat_sheet_prints_on_one_page_with_its_own_fonts(visit, language):
    pdf = visit(f"{language}/reference/cheat-sheet/").pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type */Page\b", pdf)) == 1
    assert b"+STIXTwoMath" in pdf

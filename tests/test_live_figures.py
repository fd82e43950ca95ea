"""The live figures: at every position the script draws what Python draws from xentref.

A figure's controls are the arguments of the function that draws its still picture, so the picture
for any position can be drawn by Python too: same numbers, and same marks to a tenth of a unit.
"""

import random
import re
from functools import cache

import numpy as np
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from docs.tools.figures import read_output
from docs.tools.stills import STILLS, Choice, Slider
from tests.browsing import begin, bring, leave
from tests.pages import PHONE, SOURCES, home, in_both_languages
from xentref import softmax

LIVE = {name: still for name, still in STILLS.items() if still.controls}
each_figure = pytest.mark.parametrize("name", LIVE)
TENTH = 0.11  # of a unit of the drawing, and a rounding


def values_of(control):
    """Return the numbers that a control can have."""
    if isinstance(control, Slider):
        steps = round((control.last - control.first) / control.step)
        return [round(control.first + n * control.step, 10) for n in range(steps + 1)]
    return list(range(len(control.options))) if isinstance(control, Choice) else [0, 1]


def positions(name):
    """Return where to look: the start, all ends, and twenty places between, always the same."""
    controls, dice = LIVE[name].controls, random.Random(name)
    ends = [{c.name: values_of(c)[end] for c in controls} for end in (0, -1)]
    some = [{c.name: dice.choice(values_of(c)) for c in controls} for _ in range(20)]
    return [LIVE[name].start, *ends, *some]


LOOK = """(figure) => ({
    values: [...figure.querySelectorAll("[data-value]")].map(
        (mark) => [mark.dataset.value, mark.textContent]),
    marks: [...figure.querySelectorAll("[data-mark]")].map((mark) => [mark.dataset.mark,
        Object.fromEntries([...mark.attributes].map(({ name, value }) => [name, value]))]),
})"""

SET_AND_LOOK = f"""(figure, states) => states.map((state) => {{
    for (const [name, value] of Object.entries(state)) {{
        const field = figure.querySelector("form").elements[name];
        if (field.type === "checkbox") field.checked = value; else field.value = value;
    }}
    figure.querySelector("form").dispatchEvent(new Event("input"));
    return ({LOOK})(figure);
}})"""


def drawn(name, state):
    """Return what Python draws at a position, as LOOK returns what the script drew."""
    braces = LIVE[name].placeholders
    words = {
        key: "word".join(["", *(f"{{{field}}}" for field in braces.get(key, ())), ""])
        for key in LIVE[name].words
    }
    return marked(BeautifulSoup(LIVE[name].draw(words, *printed(name), **state), "html.parser"))


@cache
def printed(name):
    """Return the rows that a figure reads from the output of its page, if it reads any."""
    if not LIVE[name].reads_output:
        return []
    source = SOURCES[home(name)].read_text("utf-8")
    title = re.search(rf"/// figure \| {name}\n.*?output-of: ([^\n]*)", source, re.DOTALL)[1]
    return [read_output(name, source, title)]


def marked(page):
    """Return the marks of a picture that nobody has touched."""
    for mark in page.select("[class]"):
        mark["class"] = " ".join(mark["class"])
    return {
        "values": [[m["data-value"], m.get_text()] for m in page.select("[data-value]")],
        "marks": [[m["data-mark"], dict(m.attrs)] for m in page.select("[data-mark]")],
    }


def parts(attribute, value):
    """Return an attribute as numbers where it holds numbers."""
    pieces = value.replace(",", " ").split() if attribute == "points" else [value]
    try:
        return [float(piece) for piece in pieces]
    except ValueError:
        return pieces


def assert_drawn(name, state, seen):
    """Compare what the script drew with what Python draws."""
    wanted = drawn(name, state)
    where = f"docs/theme/js/figures/{name}.js and docs/tools/stills draw two pictures at {state}"
    assert seen["values"] == wanted["values"], where
    assert [mark for mark, _ in seen["marks"]] == [mark for mark, _ in wanted["marks"]], where
    for (mark, got), (_, want) in zip(seen["marks"], wanted["marks"], strict=True):
        assert got.keys() == want.keys(), (mark, where)
        for key in want:
            a, b = parts(key, got[key]), parts(key, want[key])
            equal = a == b if isinstance((b or [""])[0], str) else a == pytest.approx(b, abs=TENTH)
            assert equal, (mark, key, got[key], want[key], where)


STATE = """(form) => Object.fromEntries([...form.elements]
    .filter(({ name, type, checked }) => name && (type !== "radio" || checked))
    .map(({ name, type, value, checked }) => [name, Number(type === "checkbox" ? checked : value)]))
"""


def state(page, name):
    """Return where the controls stand."""
    return page.eval_on_selector(f"xentref-{name} form", STATE)


def look(page, name):
    return page.eval_on_selector(f"xentref-{name}", LOOK)


def assert_right(page, name):
    """Compare the picture with the position of the controls, and return that."""
    now = state(page, name)
    assert_drawn(name, now, look(page, name))
    return now


def open_alive(visit, name, language="en", **screen):
    """Open the page of a figure, wait for its script, and see that the page does not move then."""
    held = []

    def hold(route):
        held.append(route) if waiting else route.fallback()

    def listen(page):
        page.route("**/js/figures/*.js", hold)

    waiting = True
    page = visit(home(name, language), listen=listen, **screen)
    figure = page.locator(f"#figure-{name}")
    begin(page)
    expect(page.locator(".xr-from-top")).to_have_count(0)  # until then its height is only guessed
    height = figure.bounding_box()["height"]
    assert page.locator(f"xentref-{name}:defined").count() == 0
    waiting = False
    for route in held:
        route.fallback()
    page.wait_for_selector(f"xentref-{name}:defined")
    assert figure.bounding_box()["height"] == height
    return page


@each_figure
@in_both_languages
def test_still_is_the_figure_at_its_start(site, name, language):
    page = (site / home(name, language) / "index.html").read_text("utf-8")
    still = re.search(rf"<xentref-{name} .*?</xentref-{name}>", page, re.DOTALL)
    assert_drawn(name, LIVE[name].start, marked(BeautifulSoup(still[0], "html.parser")))


@each_figure
def test_still_stands_alone_without_scripts(visit, name):
    """The picture is there, as Python drew it, and no controls that do nothing."""
    page = visit(home(name), scripts=False)
    expect(page.locator(f"xentref-{name} svg").first).to_be_visible()
    expect(page.locator(f"xentref-{name} form")).to_be_hidden()


@each_figure
def test_figure_equals_xentref_however_it_is_moved(visit, name):
    """On a desk; its page is left by a link first, and found again."""
    page = open_alive(visit, name, has_touch=True)
    leave(page, page.evaluate(FIRST_PAGE_LINKED))
    expect(page.locator(f"xentref-{name}")).to_have_count(0)
    page.go_back()
    page.wait_for_selector(f"xentref-{name}:defined")
    assert_keys_move(page, name)
    assert_grips_move(page, name)
    where = positions(name)
    pictures = page.eval_on_selector(f"xentref-{name}", SET_AND_LOOK, where)
    for position, picture in zip(where, pictures, strict=True):
        assert_drawn(name, position, picture)
    assert page.evaluate("window.notReloaded")


FIRST_PAGE_LINKED = """() => [...document.querySelectorAll("article a[href]")]
    .map((link) => new URL(link.href))
    .find(({ host, pathname }) => host === location.host && pathname !== location.pathname)
    .pathname.split("/").at(-2)"""


def assert_keys_move(page, name):
    """Each control moves by keys, and a button takes all of them back."""
    for control in LIVE[name].controls:
        field = page.locator(f"xentref-{name} [name={control.name}]")
        if isinstance(control, Slider):
            for key, number in (
                ("End", control.last),
                ("ArrowLeft", control.last - control.step),
                ("Home", control.first),
                ("ArrowUp", control.first + control.step),
            ):
                field.press(key)
                assert assert_right(page, name)[control.name] == pytest.approx(number)
                assert field.get_attribute("aria-valuetext") == control.said(number)
        elif isinstance(control, Choice):
            for _ in control.options:
                before = state(page, name)[control.name]
                page.locator(f"xentref-{name} [name={control.name}]:checked").press("ArrowRight")
                assert assert_right(page, name)[control.name] == (before + 1) % len(control.options)
        else:
            field.press("Space")
            assert assert_right(page, name)[control.name] == 1 - control.start
    moved = look(page, name)
    page.locator(f"xentref-{name} button[type=reset]").press("Enter")
    page.wait_for_function(
        "([name, before]) => JSON.stringify(("
        + LOOK
        + ")(document.querySelector(name))) !== before",
        arg=[f"xentref-{name}", page.evaluate("JSON.stringify", moved)],
    )
    assert assert_right(page, name) == LIVE[name].start


def assert_grips_move(page, name):
    """Each grip moves something, with the mouse and with a finger, and the numbers follow."""
    for grip in page.locator(f"xentref-{name} [data-grip]").all():
        box, seen = bring(grip), [state(page, name)]
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        for step in ((40, -30), (-40, 30), (60, 60)):
            page.mouse.move(x + step[0], y + step[1], steps=3)
            seen.append(assert_right(page, name))
        page.mouse.up()
        assert any(each != seen[0] for each in seen), grip.get_attribute("data-grip")
        page.mouse.move(x, y)
        assert state(page, name) == seen[-1]  # let go, it stays
        page.touchscreen.tap(x, y)
        assert_right(page, name)


@each_figure
@in_both_languages
def test_figure_reads_its_numbers_out(visit, name, language):
    page = open_alive(visit, name, language, width=PHONE)
    summary = page.locator(f"xentref-{name} .xr-summary")
    expect(summary).to_have_attribute("aria-live", "polite")
    expect(summary).to_be_empty()
    control = next(c for c in LIVE[name].controls if isinstance(c, Slider))
    page.locator(f"xentref-{name} [name={control.name}]").press("End")
    expect(summary).not_to_be_empty()
    said = summary.text_content()
    assert "{" not in said
    assert "undefined" not in said


# The figure of the first page


def test_first_figure_shows_the_worked_example(visit):
    page = open_alive(visit, "pipeline")
    assert dict(look(page, "pipeline")["values"])["loss"] == "1.31326"


def spot(page, panel, value, row):
    """Return the place in the window of a number on a panel's axis, at a height of the drawing."""
    svg = page.locator(f"xentref-pipeline [data-panel={panel}]")
    box = bring(svg)
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
    return tuple(assert_right(page, "pipeline").values())


def test_probability_moves_the_scores(visit):
    page = open_alive(visit, "pipeline")
    assert drag(page, "scores", 58, 0, 3, 2) == (2.0, 1.0, 0)
    assert drag(page, "scores", 102, 1, -3) == (2.0, -3.0, 0)
    assert drag(page, "scores", 102, -3, 9) == (2.0, 4.0, 0)

    # A probability moves its own score: p0 = 0.9 needs one that is ln 9 = 2.2 above the other.
    drag(page, "scores", 102, 4, 0)
    assert drag(page, "probabilities", 58, 0.5, 0.9) == (2.2, 0.0, 0)
    assert drag(page, "probabilities", 200, 0.9, 0.25) == (-1.1, 0.0, 0)
    # At the end of the rail the other score gives way.
    assert drag(page, "probabilities", 58, 0.25, 1.5) == (4.0, -4.0, 0)


# Controls that make room for each other


def push(page, name, control, *keys):
    """Press keys on a control, and return where all of them stand then."""
    for key in keys:
        page.locator(f"xentref-{name} [name={control}]").press(key)
    return assert_right(page, name)


@pytest.mark.parametrize(
    ("name", "shares"),
    [("code-lengths", "p1 p2 p3 p4"), ("stack", "p1 p2 p3"), ("stack", "q1 q2 q3")],
)
def test_shares_always_sum_to_one(visit, name, shares):
    page, shares = open_alive(visit, name), shares.split()
    for share in shares:
        for key in ("End", "ArrowLeft", "PageDown", "Home", "ArrowRight", "PageUp"):
            now = push(page, name, share, key)
            assert sum(now[each] for each in shares) == pytest.approx(1)


def test_other_shares_keep_their_proportions_while_one_moves(visit):
    """Pulled up to the end and down again in one go, a belief leaves the others as they were."""
    page = open_alive(visit, "stack")
    before = state(page, "stack")
    grip = page.locator("xentref-stack [data-grip=q1]")
    box = bring(grip)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 300, steps=5)
    assert assert_right(page, "stack")["q2"] == 0.998
    page.mouse.move(x, y, steps=5)
    page.mouse.up()
    assert assert_right(page, "stack") == pytest.approx(before, abs=0.01)


def test_there_are_no_more_heads_than_tosses(visit):
    page = open_alive(visit, "coin")
    assert push(page, "coin", "heads", "End") == {"theta": 0.5, "heads": 20, "tosses": 20}
    assert push(page, "coin", "tosses", "Home") == {"theta": 0.5, "heads": 1, "tosses": 1}
    assert push(page, "coin", "tosses", "End") == {"theta": 0.5, "heads": 1, "tosses": 20}


# The triangle


def test_point_of_the_triangle_goes_where_it_is_dragged(visit):
    page = open_alive(visit, "simplex")
    svg = page.locator("xentref-simplex [data-panel=triangle]")
    box = bring(svg)
    unit = box["width"] / float(svg.get_attribute("viewBox").split()[2])
    corners = page.locator("xentref-simplex polygon").get_attribute("points").split()
    corners = np.array([corner.split(",") for corner in corners], dtype=float)
    for wanted in ((0.2, 0.3, 0.5), (0.6, 0.1, 0.3), (1 / 3, 1 / 3, 1 / 3)):
        x, y = np.array(wanted) @ corners
        hold = page.locator("xentref-simplex [data-grip=point]").bounding_box()
        page.mouse.move(hold["x"] + hold["width"] / 2, hold["y"] + hold["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + x * unit, box["y"] + y * unit, steps=4)
        page.mouse.up()
        now = assert_right(page, "simplex")
        # A score moves in steps of 0.1, so a probability is met to about a hundredth.
        assert softmax([now[f"z{k}"] for k in range(3)]) == pytest.approx(wanted, abs=0.03)


# The target editor


def test_vote_counts_at_once(visit):
    """Whoever moves the votes chooses the target that they decide."""
    page = open_alive(visit, "target")
    assert state(page, "target")["kind"] == 0
    page.locator("xentref-target [name=v2]").press("ArrowRight")
    assert assert_right(page, "target")["kind"] == 3

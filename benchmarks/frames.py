"""How many frames a second the live figures draw while a control moves, on a phone's screen.

The page is the built one, in Chromium, and the figure moves at every frame. A screen asks for the
next frame 60 times a second; whatever is later than that is a frame that the reader misses.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from docs.tools.build import build
from docs.tools.stills import STILLS
from tests.browsing import FLAGS, begin, installed
from tests.pages import PHONE, home

FRAMES = 120
ON_TIME = 17.5  # milliseconds: a sixtieth of a second, and what a clock may be off
MOVE = """async ([name, frames]) => {
    const figure = document.querySelector(`xentref-${name}`);
    figure.scrollIntoView({ block: "center" });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const sliders = [...figure.querySelectorAll("[type=range]")];
    const next = () => new Promise(requestAnimationFrame);
    const gaps = [];
    let before = await next();
    for (let n = 0; n < frames; n++) {
        const slider = sliders[n % sliders.length];
        slider.value = +slider.min + (slider.max - slider.min) * ((n * 37) % 100) / 100;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        const now = await next();
        gaps.push(now - before);
        before = now;
    }
    return gaps;
}"""


def late() -> Iterator[tuple[str, float, int]]:
    """Yield each figure, its median frame in seconds, and how many of `FRAMES` were late."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / "site"
        build("http://127.0.0.1/", site)
        serve = [sys.executable, "-m", "docs.tools.serve", "--site", str(site), "--port", "0"]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                address = server.stdout.readline().split()[1]
                chromium = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
                for name in (name for name, still in STILLS.items() if still.controls):
                    phone = chromium.new_page(
                        viewport={"width": PHONE, "height": 800},
                        device_scale_factor=2,
                        is_mobile=True,
                        has_touch=True,
                    )
                    phone.goto(f"{address}{home(name)}")
                    begin(phone)
                    phone.wait_for_selector(f"xentref-{name}:defined")
                    gaps = sorted(phone.evaluate(MOVE, [name, FRAMES]))
                    phone.close()
                    yield name, gaps[FRAMES // 2] / 1e3, sum(gap > ON_TIME for gap in gaps)
                chromium.close()
            finally:
                server.terminate()

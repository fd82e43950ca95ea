"""Compare xentref with PyTorch, SciPy and scikit-learn, on one thread: `python -m benchmarks`.

Tables of time, memory and accuracy, how long the conformance kit takes, what page runners add to a
block, how many frames the figures miss, and how the time to build the site grows with its pages.
They take some minutes and are best left alone meanwhile.
"""

import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import frames, runners
from docs.tools.build import build_language
from tests.browsing import installed

LIBRARIES = ["xentref", "torch", "scipy", "sklearn"]
OTHERS = {name: name for name in LIBRARIES[1:]} | {"floor": "exp(z - m) alone"}
SHAPES = [(128, 10), (65536, 10), (4096, 1000), (512, 50257)]
DTYPES = ["float32", "float64"]
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}


def measure(library: str, what: str, task: str, *arguments: Any) -> float:
    """Ask a process of its own."""
    command = [sys.executable, "-m", "benchmarks.measure"]
    command.append(json.dumps([library, what, task, arguments]))
    ran = subprocess.run(
        command, env=os.environ | ONE_THREAD, check=True, stdout=subprocess.PIPE, text=True
    )
    return float(json.loads(ran.stdout))


def table(title: str, *head: str) -> None:
    """Begin a table."""
    print(f"\n## {title}\n\n| {' | '.join(head)} |\n| --- |{' ---: |' * (len(head) - 1)}")


def line(*cells: str) -> None:
    """Print a line of the table as soon as it is known."""
    print(f"| {' | '.join(cells)} |", flush=True)


def duration(seconds: float) -> str:
    """Microseconds below one millisecond, milliseconds above."""
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def times() -> None:
    """Print the times, and the ratios as xentref to the others: below 1, xentref is faster."""
    table("Time", "what", "xentref", *(f"{title} (ratio)" for title in OTHERS.values()))
    plain = [[*shape, dtype] for shape in SHAPES for dtype in DTYPES]
    groups: list[tuple[str, str, list[list[Any]], list[str]]] = [
        ("cross_entropy", "forward", plain, list(OTHERS)),
        ("cross_entropy + gradient", "gradient", plain, ["torch"]),
        # A model that has learnt: the target's score stands out, and the small losses matter.
        (
            "cross_entropy, learnt",
            "forward",
            [[512, 50257, x, 15.0] for x in DTYPES],
            ["torch", "floor"],
        ),
        ("cross_entropy, one row", "forward", [[1, 2, x] for x in DTYPES], ["torch"]),
        *(
            (f, f, [[4096, 1000, x] for x in DTYPES], ["torch", "scipy"])
            for f in ("softmax", "log_softmax", "logsumexp")
        ),
        ("linear_cross_entropy", "linear", [[512, 256, 50257, x] for x in DTYPES], ["torch"]),
        (
            "linear_cross_entropy + gradient",
            "linear gradient",
            [[512, 256, 50257, x] for x in DTYPES],
            ["torch"],
        ),
    ]
    for name, task, cases, others in groups:
        ratios: dict[str, list[float]] = {other: [] for other in others}
        for case in cases:
            ours = measure("xentref", "seconds", task, *case)
            cells = []
            for other in OTHERS:
                if other in others:
                    theirs = measure(other, "seconds", task, *case)
                    ratios[other].append(ours / theirs)
                    cells.append(f"{duration(theirs)} ({ours / theirs:.2f})")
                else:
                    cells.append("")
            sizes = [x for x in case if isinstance(x, int)]
            dtype = next(x for x in case if isinstance(x, str))
            line(f"{name} ({', '.join(map(str, sizes))}) {dtype}", duration(ours), *cells)
        means = [
            f"{math.prod(ratios[x]) ** (1 / len(cases)):.2f}" if x in others else "" for x in OTHERS
        ]
        line(f"**{name}: geometric mean of the ratios**", "", *means)


def memory() -> None:
    """Print the memory that a call needs beside its arguments, as a share of the logits."""
    table("Memory beside the arguments, as a share of the logits", "what", "xentref", "torch")
    big, deep = [4096, 50257, "float32"], [2048, 128, 50257, "float32"]
    for name, task, case in [
        ("cross_entropy", "forward", big),
        ("cross_entropy + gradient (which is as large as the logits)", "gradient", big),
        ("linear_cross_entropy", "linear", deep),
        ("linear_cross_entropy + gradient", "linear gradient", deep),
    ]:
        logits = case[0] * 50257 * 4
        shares = [measure(x, "bytes", task, *case) / logits for x in LIBRARIES[:2]]
        sizes = ", ".join(map(str, case[:-1]))
        line(f"{name} ({sizes}) {case[-1]}", *(f"{share:.1%}" for share in shares))


def accuracy() -> None:
    """Print the largest error of a single loss."""
    table("Largest error of a loss, in units of its last place", "what", *LIBRARIES)
    for (rows, classes), words, margin in [
        ((200, 10), "random scores", 0.0),
        ((200, 10), "the target stands out by 15", 15.0),
        ((200, 10), "the target stands out by 40", 40.0),
        ((20, 1000), "random scores", 0.0),
        ((20, 1000), "the target stands out by 40", 40.0),
        ((2, 50257), "random scores", 0.0),
    ]:
        for dtype in DTYPES:
            errors = [measure(x, "ulps", "losses", rows, classes, dtype, margin) for x in LIBRARIES]
            cells = (f"{e:.1f}" if e < 1000 else f"{e:.0e}" for e in errors)
            line(f"({rows}, {classes}) {dtype}, {words}", *cells)


def kit() -> None:
    """Print how long the conformance kit takes for all its checks."""
    table("Every check of the conformance kit that concerns a loss", "the loss of", "time")
    for library in LIBRARIES[:2]:
        line(library, duration(measure(library, "seconds", "kit", 1, 2, "float32")))


def pages() -> None:
    """Print what it costs to run a block, beside what the block does."""
    table("Running the blocks of the lessons", "runner", "blocks", "added to each")
    for name, number, seconds in runners.added():
        line(name, str(number), duration(seconds))


def figures() -> None:
    """Print whether the figures keep up with the screen."""
    table("Frames of the live figures", "figure", "median", f"late of {frames.FRAMES}")
    if installed() is None:
        line("no browser is installed", "", "")
        return
    for name, seconds, number in frames.late():
        line(name, duration(seconds), str(number))


def site() -> None:
    """Print how long the English site takes, as it is and with each page four times."""
    table("Building the English site", "pages", "time", "for each page")
    root = Path.cwd()
    for times in (1, 4):
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder) / "docs"
            shutil.copytree("docs/en", pages)
            for page in list(pages.rglob("*.md")):
                for number in range(1, times if page.parent.name != "api" else 1):
                    shutil.copy(page, page.with_stem(f"{page.stem}-{number}"))
            config = Path(folder) / "mkdocs.yml"
            config.write_text(
                f"INHERIT: {root}/mkdocs.yml\ndocs_dir: {pages}\nnav: null\n"
                f"theme: {{custom_dir: {root}/docs/theme}}\nhooks: [{root}/docs/tools/hooks.py]\n"
            )
            seconds = build_language(str(config), "http://127.0.0.1/", Path(folder) / "site")
            number = len(list(pages.rglob("*.md")))
        line(str(number), f"{seconds:.1f} s", duration(seconds / number))


def main() -> None:
    """Print everything."""
    versions = {x: version({"sklearn": "scikit-learn"}.get(x, x)) for x in ["numpy", *LIBRARIES]}
    print(f"# Python {platform.python_version()}, {platform.machine()}, one thread")
    print("\n" + ", ".join(f"{name} {number}" for name, number in versions.items()))
    print("\nA ratio is xentref's time over the other's: below 1, xentref is faster.")
    print("The last column of the times is NumPy's exp(z - m) of every score and nothing else:")
    print("where torch's whole call takes less, no loss that is made of NumPy's calls can keep up.")
    times()
    memory()
    accuracy()
    kit()
    pages()
    figures()
    site()


if __name__ == "__main__":
    main()

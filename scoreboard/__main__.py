"""Run the kit on every library, write results.json, and put the tables into the two pages.

It takes some minutes, most of them in JAX, which compiles for every shape.
"""

import json
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import xentref
from scoreboard import pages
from scoreboard.libraries import LIBRARIES, Library
from xentref.testing import Report


def versions(library: Library) -> dict[str, str]:
    """The version of each package, without what a builder adds to it, such as `+cpu`."""
    own = {"xentref": xentref.__version__}
    return {name: own.get(name) or version(name).partition("+")[0] for name in library.packages}


def messages(report: Report) -> dict[str, str]:
    """What is said of each check that found something."""
    return {each.name: each.message for each in report if each.status in ("failed", "allowed")}


def entry(library: Library) -> dict[str, Any]:
    """What is kept of a library: what it was asked, and what came out."""
    report = library.report()
    said = messages(report)
    # The kit looks for the smallest case for some seconds, no longer, and JAX spends them on
    # compiling. What is compiled takes no time when it comes again: repeat it until it is settled.
    others = {each.name for each in report} - said.keys()
    while said and (again := messages(library.report(but=others))) != said:
        said = again
    return {
        "name": library.name,
        "versions": versions(library),
        "supports": sorted(library.supports.split()),
        "left_out": sorted(library.left_out),
        "status": {each.name: each.status for each in report},
        "policy": {each.name: each.policy for each in report if each.status == "allowed"},
        "message": said,
    }


def main() -> int:
    """Do all three; 1 if a library is not there."""
    for library in LIBRARIES:
        try:
            versions(library)
        except PackageNotFoundError as error:
            print(f"scoreboard: {error.name} is not installed; make scoreboard installs it")
            return 1
    entries = []
    for library in LIBRARIES:
        begun = time.monotonic()
        entries.append(entry(library))
        print(f"scoreboard: {library.name}, {time.monotonic() - begun:.0f} s", flush=True)
    data = {"dtype": "float32", "libraries": entries}
    pages.DATA.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for language, path in pages.PAGES.items():
        path.write_text(pages.filled(path.read_text("utf-8"), data, language), "utf-8")
    print("scoreboard: wrote results.json and the tables of the two pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())

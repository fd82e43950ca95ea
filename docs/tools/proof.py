"""What the pages alone prove of the package: run them, and write down which page runs what.

    python -m docs.tools.proof [--out build/proof.md]

Runs `pytest docs` and nothing else, and writes a table: a row for each function of xentref, a
column for each English page, and in each cell how many of its blocks run the function. What no
block runs, lines or branches, is listed and makes the exit code 1.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from coverage import Coverage

LANGUAGE = "docs/en/"


def measure(folder: Path) -> dict[str, Any]:
    """Run the pages under coverage and return its report, with the blocks that ran each line."""
    data = folder / "coverage"
    options = ["--cov", "--cov-context=test", "--cov-report=", "--numprocesses", "auto", "-q"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "docs", *options],
        env=os.environ | {"COVERAGE_FILE": str(data)},
    )
    if ran.returncode:
        raise SystemExit("proof: the pages fail; mend them first")
    coverage = Coverage(data_file=str(data))
    coverage.load()
    report = folder / "coverage.json"
    coverage.json_report(outfile=str(report), show_contexts=True, pretty_print=False)
    found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return found


def pages(function: dict[str, Any]) -> Counter[str]:
    """Return how many blocks of each English page run a function, from the report about it."""
    # Coverage gives each function the contexts of its whole file.
    ran = {str(line) for line in function["executed_lines"]}
    contexts = [tests for line, tests in function["contexts"].items() if line in ran]
    tests = {test.partition("|")[0] for tests in contexts for test in tests}
    return Counter(
        test.partition("::")[0].removeprefix(LANGUAGE) for test in tests if LANGUAGE in test
    )


def written(report: dict[str, Any]) -> str:
    """Return the table in Markdown, with all that no block runs below it."""
    rows = {
        f"{file.removesuffix('.py').replace('/', '.')}.{name}": pages(function)
        for file, found in report["files"].items()
        for name, function in found["functions"].items()
        if name
    }
    columns = sorted({page for row in rows.values() for page in row})
    totals = report["totals"]
    lines = [
        "# What the pages run",
        "",
        f"`pytest docs` alone covers {totals['percent_covered']:.2f} % of xentref: "
        f"{totals['missing_lines']} of {totals['num_statements']} statements and "
        f"{totals['missing_branches']} of {totals['num_branches']} branches are left. "
        "A cell says how many blocks of an English page run a function.",
        "",
        *(f"{number}. {page}" for number, page in enumerate(columns, 1)),
        "",
        "| function | " + " | ".join(map(str, range(1, len(columns) + 1))) + " |",
        "| --- |" + " --: |" * len(columns),
    ]
    for name, row in rows.items():
        lines.append(f"| `{name}` | " + " | ".join(str(row[p] or "") for p in columns) + " |")
    lines += ["", "## What no page runs", ""]
    for file, found in report["files"].items():
        if found["missing_lines"] or found["missing_branches"]:
            branches = ", ".join(f"{a} → {b}" for a, b in found["missing_branches"])
            missing = ", ".join(map(str, found["missing_lines"]))
            lines.append(f"- `{file}`: lines {missing or 'none'}; branches {branches or 'none'}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, write, and say in one line what came out."""
    parser = argparse.ArgumentParser(prog="python -m docs.tools.proof", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/proof.md"))
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(written(report), "utf-8")
    totals = report["totals"]
    print(f"proof: the pages alone cover {totals['percent_covered']:.2f} % of xentref → {out}")
    return int(bool(totals["missing_lines"] or totals["missing_branches"]))


if __name__ == "__main__":
    sys.exit(main())

"""The table of what the pages run, from a small report of coverage."""

from docs.tools import proof

REPORT = {
    "totals": {
        "percent_covered": 87.5,
        "missing_lines": 1,
        "num_statements": 6,
        "missing_branches": 1,
        "num_branches": 2,
    },
    "files": {
        "xentref/losses.py": {
            "missing_lines": [7],
            "missing_branches": [[4, 7]],
            "functions": {
                "": {"executed_lines": [1], "contexts": {"1": [""]}},
                "nll_loss": {
                    "executed_lines": [3, 4],
                    "contexts": {
                        # A line of another function of the file.
                        "9": ["docs/en/learn/softmax.md::shift-3|run"],
                        "3": [
                            "docs/en/learn/softmax.md::shift-1|run",
                            "docs/zh/learn/softmax.md::shift-1|run",
                            "docs/en/index.md::batch-1|run",
                        ],
                        "4": ["docs/en/learn/softmax.md::shift-2|run"],
                    },
                },
                "kl_div": {
                    "executed_lines": [],
                    "contexts": {"9": ["docs/en/learn/softmax.md::shift-3|run"]},
                },
            },
        },
        "xentref/encoding.py": {"missing_lines": [], "missing_branches": [], "functions": {}},
    },
}


def test_table_counts_the_english_blocks_of_each_function():
    table = proof.written(REPORT)
    assert "covers 87.50 % of xentref: 1 of 6 statements and 1 of 2 branches are left." in table
    assert "\n1. index.md\n2. learn/softmax.md\n" in table
    assert "| `xentref.losses.nll_loss` | 1 | 2 |" in table
    assert "| `xentref.losses.kl_div` |  |  |" in table


def test_table_ends_with_what_no_page_runs():
    _, _, missing = proof.written(REPORT).partition("## What no page runs")
    assert missing.strip() == "- `xentref/losses.py`: lines 7; branches 4 → 7"

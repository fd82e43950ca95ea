"""The page runner: what is broken fails with page, line and what to do; nothing is skipped."""

import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from docs.tools.blocks import parse
from docs.tools.runner import judge, run, same

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]
PAGE = "docs/en/page.md"
TRACEBACK = ["Traceback (most recent call last):", "  ..."]


def python(code, *output, fence="output"):
    """A python block and its output, if one is given."""
    shown = f"\n```{fence}\n" + "".join(f"{line}\n" for line in output) + "```\n"
    return f"```python\n{code}\n```\n" + (shown if output else "")


class Site:
    """A directory with our real conftest.py, in which pytest runs pages."""

    def __init__(self, pytester, monkeypatch):
        self.pytester, self.loaded = pytester, set(sys.modules)
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        # What torch loads late stays loaded: it cannot be loaded twice.
        restore = "_pytest.pytester.SysModulesSnapshot.restore"
        monkeypatch.setattr(restore, lambda snapshot: self.forget())
        shutil.copy(ROOT / "conftest.py", pytester.path)
        pytester.makeini(
            "[pytest]\naddopts = -p no:doctest -p no:cacheprovider --import-mode=importlib\n"
        )

    def write(self, text, page=PAGE):
        path = self.pytester.path / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def pytest(self, *options):
        return self.pytester.runpytest_inprocess(*options)

    def forget(self):
        """Unload what was loaded from here: a folder of the name of our package among it."""
        for name in set(sys.modules) - self.loaded:
            spec = sys.modules[name].__spec__
            places = [spec.origin, *(spec.submodule_search_locations or [])] if spec else []
            if any(self.pytester.path in Path(place).parents for place in places if place):
                del sys.modules[name]

    def message(self, text, *options, page=PAGE):
        """What pytest says about a page on which exactly one thing is wrong."""
        self.write(text, page)
        result = self.pytest(page, *options)
        outcomes = result.parseoutcomes()
        assert outcomes.get("failed", 0) + outcomes.get("errors", 0) == 1, result.stdout.str()
        return result.stdout.str()


@pytest.fixture
def site(pytester, monkeypatch):
    return Site(pytester, monkeypatch)


# Pages that cannot be read: each is a collection error


UNREADABLE = {
    "typo in a fence": ("```pyhton\nprint(1)\n```", 1, "did you mean 'python'?"),
    "unknown fence": ("```julia\n1\n```", 1, "unknown fence 'julia'"),
    "fence without a word": ("```\n1\n```", 1, "Known are python, output, text"),
    "fence without its opening": (
        "Text.\n1\n```\n\n```output\n1\n```",
        3,
        "if it is to close one, mend the line that opens that",
    ),
    "attributes": ("```{.python}\n1\n```", 1, "unknown fence '{.python}'"),
    "unknown option": (
        '```python run="no"\n1\n```',
        1,
        "an option that cannot be read: run; after",
    ),
    "option of another fence": (
        '```output hl_lines="1"\n1\n```',
        1,
        "cannot be read: hl_lines; after",
    ),
    "unreadable option": ("```python title=x\n1\n```", 1, "an option that cannot be read"),
    "unreadable lines": ('```python hl_lines="a"\n1\n```', 1, "an option that cannot be read"),
    "unclosed fence": ("Text.\n\n```python\nprint(1)\n", 3, "a fence that is not closed"),
    "unclosed before another": ("```python\n1\n\n```output\n1\n```", 1, "not closed before line 4"),
    "closed elsewhere": ("```python\n1\n ```\n", 1, "before line 3; close it with '```', equally"),
    "closed by more": ("```python\n1\n````\n", 1, "by line 3; close it with '```', equally"),
    "closed by less": ("````python\n1\n```\n\n1", 1, "by line 3; close it with '````', equally"),
    "tildes": ("~~~python\n1\n~~~", 1, "a fence of tildes is not run"),
    "one line": ("```python print(1)```", 1, "code on the line of its fence"),
    "in a quotation": ("> ```python\n> 1\n> ```", 1, "must stand on a line of its own"),
    "beside a bullet": ("- ```python\n  1\n  ```", 1, "must stand on a line of its own"),
    "in a comment": ("<!--\n```python\n1\n```\n-->", 2, "hidden in an HTML comment"),
    "in an open comment": ("Text <!-- x\n\n```python\n1\n```", 3, "hidden in an HTML comment"),
    "indented code": ("Text.\n\n    print(1)\n", 3, "shown as code but not run"),
    "indented code in a list": ("- item\n\n        print(1)\n", 3, "shown as code but not run"),
    "fence as indented code": (
        "Text.\n\n    ```python\n    1\n    ```",
        3,
        "a fence indented by 4",
    ),
    "fence beside its list": ("- item\n\n  ```python\n  1\n  ```", 3, "a fence indented by 2"),
    "line outside its fence": (
        "- a\n\n    ```python\n  1\n    ```",
        4,
        "indented less than its fence",
    ),
    "tab": ("```python\nif 1:\n\tpass\n```", 3, "a tab inside a fence"),
    "html": ("Text.\n\n<pre>print(1)</pre>", 3, "code outside a fence is not run"),
    "doctest": ("Text.\n\n>>> print(1)\n1", 3, "code outside a fence is not run"),
    "output alone": ("```output\n1\n```", 1, "an output without its code"),
    "output after text": ("```python\n1\n```\n\nSo:\n\n```output\n1\n```", 7, "directly below"),
    "two outputs": (python("print(1)", 1) + "\n```output\n1\n```", 9, "an output without its code"),
    "output elsewhere": (
        "- a\n\n    ```python\n    1\n    ```\n\n```output\n```",
        7,
        "without its code",
    ),
    "tolerance of nothing": ('```output title="Output (rtol=)"\n1\n```', 1, "a tolerance"),
    "tolerance in words": ('```output title="Output (rounded)"\n1\n```', 1, "a tolerance"),
    "tolerance of another sort": ('```output title="Output (tol=1)"\n1\n```', 1, "a tolerance"),
    "tolerance without limits": ('```output title="Output (rtol=inf)"\n1\n```', 1, "a tolerance"),
    "wide brackets": ('```output title="输出（rtol=1e-6）"\n1\n```', 1, "a tolerance"),
    "carriage return": ("Text.\n```python\r\n1\n```", 2, "a carriage return"),
}


def test_page_that_cannot_be_read_fails_collection(site):
    for number, (text, _, _) in enumerate(UNREADABLE.values()):
        site.write("", f"docs/en/{number}.md").write_bytes(text.encode())
    result = site.pytest("docs")
    assert result.parseoutcomes() == {"errors": len(UNREADABLE)}
    assert result.ret != 0
    output = result.stdout.str()
    assert "blocks.py" not in output  # one message each, no traceback of ours
    for number, (name, (_, line, message)) in enumerate(UNREADABLE.items()):
        told = [x for x in output.split("\n") if x.startswith(f"docs/en/{number}.md:{line}: ")]
        assert len(told) == 1, name
        assert message in told[0], name


# Blocks that fail when they are run


FAILING = {
    "wrong output": (python("print('a')", "b"), 6, "the output differs from what is printed"),
    "a digit": (python("print(1.3132)\nprint(2)", "1.3133", "2"), 7, "differs"),
    "a later line": (python("print(1)\nprint(2)", 1, 3), 8, "differs"),
    "a line too few": (python("print(1)\nprint(2)", 1), 8, "differs"),
    "inner blanks": (python("print('a  b')", "a b"), 6, "differs"),
    "missing output": (python("print(1)"), 2, "prints what no output shows"),
    "output of a silent block": (python("x = 1", 1), 5, "but the block prints nothing"),
    "empty output": ("```python\nx = 1\n```\n```output\n```", 4, "but the block prints nothing"),
    "exception": (python("x = 1\nx / 0", 1), 3, "ZeroDivisionError: division by zero"),
    "exception in a function": (python("def f():\n    g\n\nf()"), 3, "NameError: name 'g' is not"),
    "syntax error": (python("x = 1\nx = ("), 3, "SyntaxError: '(' was never closed"),
    "other message": (
        python(
            "print(1)\nint('x')",
            1,
            *TRACEBACK,
            "ValueError: no",
        ),
        10,
        "+ ValueError: invalid literal",
    ),
    "other type": (
        python("{}[0]", *TRACEBACK, "ValueError"),
        2,
        "raises 'KeyError: 0', not ValueError",
    ),
    "printed before the error": (
        python("print(1)\n{}[0]", *TRACEBACK, "KeyError: 0"),
        7,
        "+ 1",
    ),
    "no exception": (
        python("print(1)", 1, *TRACEBACK, "KeyError: 0"),
        2,
        "the block raises nothing",
    ),
    "tolerance exceeded": (
        python("print(1.00001)", 1.0, fence='output title="Output (rtol=1e-6)"'),
        6,
        "differs from what is printed by more than its tolerance",
    ),
    "file": (python("open('left.txt', 'w').close()"), 2, "leaves a file behind: left.txt"),
    "folder": (python("import os\nos.rmdir(os.getcwd())"), 2, "removes the folder that it runs in"),
    "warning": (python("import warnings\nwarnings.warn('old')"), 3, "UserWarning: old"),
    "deprecation": (python("import warnings\nwarnings.warn('old', DeprecationWarning)"), 3, "old"),
    "standard error": (python("import sys\nprint(1, file=sys.stderr)"), 2, "to stderr: 1"),
    "network": (
        python("import socket\ntry:\n    socket.getaddrinfo('a', 80)\nexcept OSError:\n    pass"),
        2,
        "uses the network",
    ),
    "exit": (python("raise SystemExit(1)"), 2, "calls sys.exit(1)"),
    "input": (python("input()"), 2, "EOFError"),
    "what cannot be shown": (python(r"print('\033[1mbold')", "bold"), 2, r"prints '\x1b'"),
}


@pytest.mark.parametrize("options", [(), ("--isolated",)], ids=["", "isolated"])
def test_block_that_fails_says_where_and_what(site, options):
    for number, (text, _, _) in enumerate(FAILING.values()):
        site.write(text, f"docs/en/{number}.md")
    result = site.pytest("docs", *options)
    assert result.parseoutcomes() == {"failed": len(FAILING)}
    output = result.stdout.str()
    for number, (name, (_, line, message)) in enumerate(FAILING.items()):
        told = output.split(f"docs/en/{number}.md:{line}: ")
        assert len(told) > 1, name
        assert message in told[1].split("\n____")[0], name


@pytest.mark.parametrize("name", ["wrong output", "missing output", "other message"])
def test_failure_names_the_command_that_mends_it(site, name):
    message = site.message(FAILING[name][0])
    command = f'pytest "{PAGE}::top-1" --update-outputs'
    assert f"If what is printed is right: make update; or, only here: {command}" in message


def test_failure_shows_the_code_and_the_difference(site):
    message = site.message(python("x = 1.3132\nprint(x)", "1.3133"))
    assert "    2  x = 1.3132\n    3  print(x)\n" in message
    assert "    - 1.3133\n    ?      ^\n    + 1.3132\n    ?      ^\n" in message


def test_failure_names_the_versions_that_have_moved(site):
    (site.pytester.path / "constraints.txt").write_text(f"sybil=={version('sybil')}\nnumpy==1.0\n")
    message = site.message(FAILING["wrong output"][0])
    assert f"numpy is {version('numpy')} here and 1.0 in constraints.txt\nIf that" in message
    assert "make update, read them" in message
    assert "sybil is" not in message
    site.write(PASSING)
    assert "constraints.txt" not in site.pytest(PAGE).stdout.str()


def test_error_without_an_output_shows_the_traceback_of_the_page(site):
    message = site.message(python("def f():\n    raise ValueError('why')\n\nf()"))
    assert f'  File "{PAGE}", line 5, in <module>\n    f()\n' in message
    assert f"  File \"{PAGE}\", line 3, in f\n    raise ValueError('why')\n" in message
    assert "runner.py" not in message


# Blocks that pass


PASSING = r"""---
description: About blocks.
---

# Title

```python title="Nothing stays" linenums="1" hl_lines="1-2 4"
import os, random, sys, tempfile, warnings
import numpy as np

name = 1
np.set_printoptions(precision=2)
np.seterr(all="raise")
random.seed(0), np.random.seed(0)
warnings.simplefilter("ignore")
os.environ["LEFT"] = "1"
with tempfile.TemporaryDirectory() as sys.path[0]:
    open(f"{sys.path[0]}/left.py", "w").close()
    import left
sys.argv.append("x"), sys.path.clear()
os.chdir("/")
sys.stdout.close()
```

```python
import os, sys, warnings
import numpy as np

try:
    name
except NameError as error:
    print(error)
try:
    import left
except ImportError as error:
    print(error)
print(np.array([1 / 3]), "LEFT" in os.environ, sys.argv, os.getcwd() == "/", len(sys.path) > 0)
print(np.geterr()["divide"])
try:
    warnings.warn("again")
except UserWarning as error:
    print(error)
```

```output
name 'name' is not defined
No module named 'left'
[0.33333333] False [''] False True
warn
again
```

## A program of its own { #program }

```python
import pickle
import subprocess

class Point:
    x: int

if __name__ == "__main__":
    print(type(pickle.loads(pickle.dumps(Point()))), Point.__module__)
    subprocess.run(["echo", "from another program"])
    print("then   ")
    print()
```

```output
<class '__main__.Point'> __main__
from another program
then
```

!!! note "In a note"

    === "In a tab"

        - in a list

            ```python
            if True:
                print("deep")

            print(f'''
            text''')
            ```

            ```output
            deep

            text
            ```

??? success "解答"

    ```python
    print(0.1 + 0.2, float("nan"))
    raise ValueError("first\nsecond")
    ```

    ```output title="输出 (rtol=1e-6, atol=1e-9)"
    0.3 nan
    Traceback (most recent call last):
      ...
    ValueError: first
    second
    ```

````text title="Not run"
```python
1 / 0
```
<!-- not a comment, nor `<pre>` -->
````

Inline `<!--`, ``<pre>`` and <!-- a comment

        that is never shown
-->

$$
\begin{aligned}
    x
\end{aligned}
$$

1.  A list, whose second paragraph

    is no code.
"""


@pytest.mark.parametrize("options", [(), ("--isolated",), ("--update-outputs",)])
def test_good_page_passes_and_is_left_alone(site, options):
    path = site.write(PASSING)
    before = path.stat().st_mtime_ns
    site.pytest("docs", *options).assert_outcomes(passed=5)
    assert path.stat().st_mtime_ns == before


def test_state_of_torch_is_reset(site):
    change = """import torch
torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.set_printoptions(precision=1)
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)"""
    look = """import torch
print(torch.tensor([1 / 3]), torch.tensor([1 / 3]).dtype, torch.is_grad_enabled())
print(torch.are_deterministic_algorithms_enabled())
a = torch.rand(1)
torch.manual_seed(0)
print(bool(torch.rand(1) == a))"""
    output = "tensor([0.3333]) torch.float32 True", "False", "False"
    site.write(python(change) + "\n" + python(look, *output))
    site.pytest("docs").assert_outcomes(passed=2)


PROCESSES = """\
import multiprocessing


def square(number):
    print("square of", number)
    return number**2


with multiprocessing.get_context("fork").Pool(1) as pool:
    print(pool.map_async(square, [2, 3]).get(timeout=60))
"""


@pytest.mark.parametrize("options", [(), ("--isolated",)])
def test_block_may_start_processes_and_what_they_print_counts(site, options):
    site.write(python(PROCESSES, "square of 2", "square of 3", "[4, 9]"))
    site.pytest(PAGE, *options).assert_outcomes(passed=1)


def test_block_sees_no_gpu(site):
    site.write(python('import os\n\nprint(repr(os.environ["CUDA_VISIBLE_DEVICES"]))', "''"))
    site.pytest(PAGE).assert_outcomes(passed=1)


def test_unseeded_randomness_is_found(site):
    code = "import random\nimport numpy as np\nprint(random.random(), np.random.rand())"
    path = site.write(python(code))
    site.pytest("docs", "--update-outputs").assert_outcomes(passed=1)
    assert "```output" in path.read_text()
    site.pytest("docs").assert_outcomes(failed=1)


def test_process_that_ends_is_a_failure_when_isolated(site):
    message = site.message(python("import os\nos._exit(3)"), "--isolated")
    assert f"{PAGE}:2: the block ends its process (status 3)" in message


# What is collected, and its names


def test_pages_docstrings_and_read_mes_are_collected(site):
    for page in ["README.md", "README.zh.md", "docs/en/a.md", "docs/zh/b/c.md"]:
        site.write(python("print(1)", 1), page)
    for page in ["docs/theme/a.md", "docs/tools/a.md", "docs/a.md", "CHANGELOG.md"]:
        site.write(python("1 / 0"), page)
    site.write('def f():\n    """Say.\n\n    ```python\n    1\n    ```\n    """\n', "xentref/a.py")
    site.pytest(".").assert_outcomes(passed=5)


def test_names_come_from_headings_and_survive_moved_lines(site):
    text = "# T\n\n" + python("1") + "\n## Why { #why }\n\n" + python("1") + "\n" + python("1")
    text += "\n## 尝试 it\n\n" + python("1")
    names = [block.name for block in parse(text)]
    assert names == ["top-1", "why-1", "why-2", "尝试-it-1"]
    assert [
        block.name for block in parse("---\nx: 1\n---\n" + text.replace("# T", "# T\n\nMore."))
    ] == names
    site.write(text)
    site.pytest(f"{PAGE}::why-2").assert_outcomes(passed=1)


def test_name_of_a_docstring_is_its_function():
    source = '''"""Module.

```python
1
```
"""


class A:
    """Class."""

    def f(self):
        r"""Method.

        Args:
            x: A value,
                explained.

        Examples:
            ```python
            print("\\\\")
            ```

            ```output
            \\
            ```
        """
'''
    blocks = parse(source, "xentref/a.py")
    assert [(block.name, block.line) for block in blocks] == [("top-1", 3), ("A.f-1", 20), ("", 24)]
    assert blocks[1].code == 'print("\\\\")\n'
    assert source[blocks[1].start : blocks[1].end].endswith("```")
    assert judge(blocks[1], run(blocks[1])) is None


@pytest.mark.parametrize(
    ("docstring", "line", "message"),
    [
        ('"""A.\n\n    Examples:\n        >>> 1\n    """', 5, "code outside a fence"),
        ('"""A.\n\n    ```pyhton\n    1\n    ```\n    """', 4, "did you mean 'python'"),
        ('"""A.\n\n    Text.\n\n        1\n    """', 6, "shown as code but not run"),
        ('"""A \\n b."""', 2, 'write it as r"""'),
    ],
)
def test_docstring_that_cannot_be_read_fails_collection(site, docstring, line, message):
    told = site.message(f"def f():\n    {docstring}\n", page="xentref/a.py")
    assert f"xentref/a.py:{line}: " in told
    assert message in told


# Comparing


TOLERANT = [
    ("[1. 0.]", "[1. 0.]", True),
    ("[1. 0.]", "[0.5 0.9]", False),
    ("[1.   0.25]", "[0.9999999 0.25     ]", True),
    ("[ 0.5 -0.5]", "[0.5 -0.5]", True),
    ("[0.5 0.5]", "[0.5 -0.5]", False),
    ("1.3132617", "1.3132618", True),
    ("1.31326", "1.31327", False),
    ("1e-07", "1.0000001e-07", True),
    ("1e-07", "1e-08", False),
    ("0.0", "1e-12", False),
    ("nan inf -inf", "nan inf -inf", True),
    ("nan", "1.0", False),
    ("1.0", "nan", False),
    ("inf", "-inf", False),
    ("1e308", "inf", False),
    ("1+2j", "1.0000000001+2j", True),
    ("1+2j", "1-2j", False),
    ("1.5 2.5", "1.5", False),
    ("1.5 2.5", "1.52.5", False),
    ("1.5\n2.5", "1.5 2.5", True),
    ("1000000000", "1000000001", False),
    ("3 steps", "3.0 steps", True),
    ("loss 1.5", "cost 1.5", False),
    ("float32", "float64", False),
    ("2.13.0", "2.13.1", False),
    ("1.5s", "1.50000001s", False),
    ("(3, 4)", "(3, 5)", False),
    ("x=.5,", "x=0.5,", True),
]


@pytest.mark.parametrize(("shown", "printed", "equal"), TOLERANT)
def test_tolerance_is_for_numbers_only(shown, printed, equal):
    assert same(shown, printed, (1e-6, 0.0)) is equal


def test_absolute_tolerance():
    assert same("0.0", "-1e-12", (0.0, 1e-9))
    assert not same("0.0", "1e-8", (0.0, 1e-9))


def test_error_is_exact_under_a_tolerance():
    shown = "1.0\nTraceback (most recent call last):\n  ...\nValueError: got 1.0\n"
    assert same(shown, shown.replace("1.0\nT", "1.0000001\nT"), (1e-6, 0.0))
    assert not same(shown, shown.replace("got 1.0", "got 1.0000001"), (1e-6, 0.0))


# Rewriting


STALE = """# Title

{% raw %}   trailing blanks stay

```python
print(1)
```

```output title="输出 (rtol=1e-6)"
2.0
```

Text.

```python
x = 1
```

```output
1
```

- item

    ```python title="交叉熵"
    print("a\\n\\n```\\nb")
    ```

    Text.

```python
print(1.0000001)
```

```output title="Output (rtol=1e-6)"
1.0
```

```python
int("x")
```
```output
Traceback (most recent call last):
  ...
ValueError: something
```"""

FRESH = """# Title

{% raw %}   trailing blanks stay

```python
print(1)
```

```output title="输出 (rtol=1e-6)"
1
```

Text.

```python
x = 1
```

- item

    ```python title="交叉熵"
    print("a\\n\\n```\\nb")
    ```

    ````output
    a

    ```
    b
    ````

    Text.

```python
print(1.0000001)
```

```output title="Output (rtol=1e-6)"
1.0
```

```python
int("x")
```
```output
Traceback (most recent call last):
  ...
ValueError: invalid literal for int() with base 10: 'x'
```"""


@pytest.mark.parametrize("options", [(), ("--isolated",)])
def test_update_rewrites_outputs_and_nothing_else(site, options):
    path = site.write(STALE, "docs/zh/页.md")
    path.chmod(0o640)
    result = site.pytest("docs", "--update-outputs", *options)
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["docs/zh/页.md: 4 rewritten"])
    assert path.read_text(encoding="utf-8") == FRESH
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(path.parent.iterdir()) == [path]
    result = site.pytest("docs", "--update-outputs", *options)
    assert "rewritten" not in result.stdout.str()
    assert path.read_text(encoding="utf-8") == FRESH
    site.pytest("docs", *options).assert_outcomes(passed=5)


def test_update_writes_into_docstrings(site):
    source = 'def f():\n    r"""Say.\n\n    ```python\n    print("\\\\")\n    ```\n    """\n'
    path = site.write(source, "xentref/a.py")
    site.pytest("xentref", "--update-outputs").assert_outcomes(passed=1)
    new = source.replace('    ```\n    """', '    ```\n\n    ```output\n    \\\n    ```\n    """')
    assert path.read_text() == new
    site.pytest("xentref").assert_outcomes(passed=1)


@pytest.mark.parametrize("printed", ["chr(39) * 3", "chr(92)"], ids=["quotes", "backslash"])
def test_update_refuses_what_a_docstring_cannot_hold(site, printed):
    source = f"def f():\n    '''Say.\n\n    ```python\n    print({printed})\n    ```\n    '''\n"
    path = site.write(source, "xentref/a.py")
    result = site.pytest("xentref", "--update-outputs")
    assert result.ret != 0
    assert "xentref/a.py:" in result.stdout.str()
    assert path.read_text() == source


def test_update_does_not_hide_an_error(site):
    text = python("print(1)", 2) + "\n" + python("1 / 0", 1) + "\n" + FAILING["other type"][0]
    path = site.write(text)
    site.pytest("docs", "--update-outputs").assert_outcomes(passed=1, failed=2)
    assert path.read_text() == text.replace("```output\n2", "```output\n1", 1)


def test_update_leaves_alone_a_file_that_has_changed(site):
    path = site.write("")
    code = f"path = {str(path)!r}\nwith open(path, 'a') as file:\n    file.write('x')\nprint(1)"
    site.write(python(code))
    result = site.pytest("docs", "--update-outputs")
    assert result.ret != 0
    assert f"{PAGE}:1: changed while its blocks ran, and was left alone" in result.stdout.str()
    assert path.read_text() == python(code) + "x"

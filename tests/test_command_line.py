"""`python -m xentref`: what it reads, what it prints, and how it fails."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import xentref
from xentref import testing
from xentref.__main__ import main

ROOT = Path(__file__).parents[1]
Z = np.array([[0.0, 1.0], [2.0, -0.5]])
ROWS = "0 1\n2 -0.5\n"


def run(*words, **options):
    """The command in a process of its own."""
    command = [sys.executable, "-m", "xentref", *words]
    return subprocess.run(command, capture_output=True, check=False, cwd=ROOT, **options)


def printed(capsys, *words):
    """What the command prints, run in this process."""
    assert main(["explain", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def data(capsys, *words):
    return json.loads(printed(capsys, *words, "--json"))


# In a process of its own.


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_article_s_example(lang):
    found = run("explain", "0", "1.0", "--target", "0", "--lang", lang)
    wanted = str(xentref.explain([0, 1.0], 0, lang=lang))
    assert (found.returncode, found.stderr) == (0, b"")
    assert found.stdout.decode().splitlines() == wanted.splitlines()


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", ""])
def test_it_prints_utf_8_whatever_the_locale(locale):
    environment = {"LC_ALL": locale, "LANG": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    found = run("explain", "0", "1", "--target", "0", "--lang", "zh", env=os.environ | environment)
    assert "得分" in found.stdout.decode("utf-8")
    assert found.returncode == 0


def test_a_reader_who_has_seen_enough_gets_no_traceback():
    words = " ".join(["0"] * 400)
    command = f"{sys.executable} -m xentref explain {words} --target 0 --json | true"
    shell = ["bash", "-c", f"sleep 0.1; {command}; exit ${{PIPESTATUS[0]}}"]
    found = subprocess.run(shell, capture_output=True, check=False, cwd=ROOT)
    assert (found.returncode, found.stderr) == (0, b"")


def test_bad_input_gets_one_line_and_the_code_2():
    found = run("explain", "0", "1", "--target", "2")
    message = "target must lie in [0, 2) or be ignore_index=-100; got 2"
    assert found.returncode == 2
    assert found.stdout == b""
    assert found.stderr.decode().splitlines() == [f"python -m xentref explain: {message}"]


def test_a_file_that_cannot_grow_gets_one_line_and_the_code_2(tmp_path):
    """As on a full disk, but on any machine with a shell: files may have no byte."""
    command = f"ulimit -f 0; {sys.executable} -m xentref explain 0 1 --target 0 > {tmp_path}/out"
    found = subprocess.run(["bash", "-c", command], capture_output=True, check=False, cwd=ROOT)
    said = b"python -m xentref explain: output: File too large\n"
    assert (found.returncode, found.stderr) == (2, said)


def test_it_reads_standard_input():
    words = ["explain", "--file", "-", "--target", "0", "0"]
    found = run(*words, input=ROWS.encode())
    assert found.stdout.decode().rstrip("\r\n").endswith(f"= {xentref.cross_entropy(Z, [0, 0])}")


def test_it_brings_no_library_but_numpy():
    code = (
        "import sys; before = set(sys.modules); import xentref.__main__; "
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    brought = {m for m in run.stdout.split() if m not in sys.stdlib_module_names}
    assert {m for m in brought if not m.startswith("_")} == {"numpy", "xentref"}


# What it reads.


def test_scores_below_0_are_no_options(capsys):
    found = data(capsys, "-1", "-2e-3", "-inf", "-.5", "3", "--target", "4")
    assert found["steps"][0]["values"]["z"] == [-1.0, -0.002, "-inf", -0.5, 3.0]


def test_nan_is_a_number(capsys):
    assert data(capsys, "-nan", "1", "--target", "0")["value"] == "nan"


@pytest.mark.parametrize(
    "text", [ROWS, "0,1\n2,-0.5", "\n0, 1\r\n\r\n2,\t-0.5\n\n", "\ufeff0 1\n2 -.5"]
)
def test_a_file_has_a_row_on_each_line(capsys, tmp_path, text):
    path = tmp_path / "scores.csv"
    path.write_bytes(text.encode())
    found = data(capsys, "--file", str(path), "--target", "0", "1")
    assert found["steps"][0]["values"] == {"y": [0, 1], "z": Z.tolist()}


def test_a_file_of_one_row_is_a_batch_of_one(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("0 1"))
    found = data(capsys, "--file", "-", "--target", "0")
    assert found["steps"][0]["values"] == {"y": [0], "z": [[0.0, 1.0]]}


@pytest.mark.parametrize("name", ["z.npy", "Z.NPY"])
def test_an_npy_file_keeps_its_dtype_and_its_shape(capsys, tmp_path, name):
    images = np.random.default_rng(0).normal(size=(2, 3, 2)).astype(np.float32)
    with open(tmp_path / name, "wb") as file:
        np.save(file, images)
    found = data(capsys, "--file", str(tmp_path / name), "--target", "0", "1", "2", "-100")
    assert found["value"] == float(xentref.cross_entropy(images, [[0, 1], [2, -100]]))


@pytest.mark.parametrize("target", [["0.25", "0.75"], ["1", "0"]])
def test_as_many_targets_as_scores_are_probabilities(capsys, target):
    found = data(capsys, "0", "1", "--target", *target)
    assert found["value"] == xentref.cross_entropy([0.0, 1.0], np.array(target, float))


def test_a_batch_takes_its_probabilities_row_by_row(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(ROWS))
    found = data(capsys, "--file", "-", "--target", "0.25", "0.75", "1", "0")
    assert found["steps"][7]["key"] == "terms"
    assert found["value"] == xentref.cross_entropy(Z, [[0.25, 0.75], [1.0, 0.0]])


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--weight", "1", "2"], xentref.cross_entropy(Z, [0, 1], weight=[1, 2])),
        (["--ignore-index", "1"], xentref.cross_entropy(Z, [0, 1], ignore_index=1)),
        (["--label-smoothing", "0.1"], xentref.cross_entropy(Z, [0, 1], label_smoothing=0.1)),
        (["--reduction", "sum"], xentref.cross_entropy(Z, [0, 1], reduction="sum")),
        (["--loss", "nll_loss"], xentref.nll_loss(Z, [0, 1])),
    ],
)
def test_options_go_to_the_loss(capsys, monkeypatch, words, wanted):
    monkeypatch.setattr("sys.stdin", io.StringIO(ROWS))
    assert data(capsys, "--file", "-", "--target", "0", "1", *words)["value"] == wanted


def test_the_options_of_a_binary_loss(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(ROWS))
    loss = "binary_cross_entropy_with_logits"
    words = ["--loss", loss, "--weight", "1", "2", "--pos-weight", "3", "--reduction", "none"]
    found = data(capsys, "--file", "-", "--target", "0", "1", "1", "0", *words)
    wanted = xentref.binary_cross_entropy_with_logits(
        Z, [[0, 1], [1, 0]], weight=[1, 2], pos_weight=[3], reduction="none"
    )
    assert found["value"] == wanted.tolist()


# What it prints.


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_json_is_the_explanation_as_data(capsys, lang):
    found = data(capsys, "0", "1", "--target", "0", "--lang", lang)
    assert found == xentref.explain([0.0, 1.0], 0, lang=lang).to_dict()


def test_json_is_one_line_and_strict(capsys):
    out = printed(capsys, "inf", "1", "--target", "0", "--json")
    assert out.count("\n") == 1

    def refuse(word):
        raise AssertionError(word)

    json.loads(out, parse_constant=refuse)


@pytest.mark.parametrize("words", [["--help"], ["explain", "--help"], ["check", "--help"]])
def test_help_fits_a_terminal(capsys, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as end:
        main(words)
    out, err = capsys.readouterr()
    assert (end.value.code, err) == (0, "")
    assert out.startswith("usage: python -m xentref")
    assert max(map(len, out.splitlines())) <= 80


def test_the_examples_of_the_help_work(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scores.csv").write_text("0,1,2\n1,0,0\n0,0,1\n")
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    commands = re.findall(r"^  .*python -m xentref (.*)$", capsys.readouterr().out, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        monkeypatch.setattr("sys.stdin", io.StringIO("0 1\n2 0\n"))
        assert main(command.split()) == 0


# How it checks.

WRONG = """\
import xentref
from xentref.testing import reference

def loss(input, target, *, reduction):
    print("on its way")
    found, grad = reference(input, target, reduction="sum")
    return found / len(input), grad / len(input)

def forward(input, target):
    return xentref.cross_entropy(input, target)

class Holder:
    reference = staticmethod(reference)
"""


@pytest.fixture
def mine(monkeypatch, tmp_path):
    """A module in the current folder, from which it can be imported for once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    (tmp_path / "mine.py").write_text(WRONG)
    (tmp_path / "broken.py").write_text("raise SystemExit('not\\ntoday')")
    yield
    sys.modules.pop("mine", None)


def checked(capsys, *words):
    """The exit code and what is printed."""
    code = main(["check", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_right_loss_passes(capsys):
    code, out, _ = checked(capsys, "xentref.testing:reference", "--supports", "all")
    assert code == 0
    assert out.endswith("reference, float32: 104 checks, 104 passed, 0 failed\n")


@pytest.mark.usefixtures("mine")
def test_a_wrong_loss_in_the_current_folder_fails(capsys):
    code, out, err = checked(capsys, "mine:loss", "--only", "values", "--dtype", "float64")
    assert code == 1
    assert "row-losses: the loss has shape (), should have (1,)" in out
    assert out.endswith("loss, float64: 8 checks, 3 passed, 5 failed\n")
    assert err.startswith("on its way\n")


@pytest.mark.usefixtures("mine")
def test_a_report_can_be_had_as_json(capsys):
    code, out, _ = checked(capsys, "mine:loss", "--only", "mean-of-rows", "sum-of-rows", "--json")
    assert (code, out.count("\n")) == (1, 1)
    found = {each["name"]: each["status"] for each in json.loads(out)["results"]}
    assert found == {"sum-of-rows": "failed", "mean-of-rows": "passed"}


NOISY = """
import ctypes, os, sys
from xentref.testing import reference

C, write = ctypes.CDLL(None), sys.stdout.write

def loss(input, target):
    os.write(1, b"by its number\\n")
    C.printf(b"in C\\n")
    os.system("echo in a process")
    write("early\\n")
    print("on its way")
    return reference(input, target)
"""
NOISE = {"by its number", "in C", "in a process", "early", "on its way"}


def test_whatever_an_implementation_prints_stays_out_of_the_json(tmp_path):
    (tmp_path / "noisy.py").write_text(NOISY)
    place = {"PYTHONPATH": str(tmp_path)}
    found = run("check", "noisy:loss", "--only", "values", "--json", env=os.environ | place)
    assert found.returncode == 0
    assert json.loads(found.stdout)["ok"]
    assert set(found.stderr.decode().splitlines()) == NOISE


def test_standard_output_is_as_it_was_after_a_check(capfd, monkeypatch, tmp_path):
    (tmp_path / "noisy.py").write_text(NOISY)
    monkeypatch.syspath_prepend(tmp_path)
    os.write(1, b"[")
    print("before", end="")
    code = main(["check", "noisy:loss", "--only", "mean-of-rows", "--json"])
    os.write(1, b"]")
    out, err = capfd.readouterr()
    assert (code, out[:8], out[-1]) == (0, "[before{", "]")
    assert set(err.splitlines()) == NOISE
    sys.modules.pop("noisy")


def test_a_check_can_do_without_a_standard_output(capsys, monkeypatch):
    def closed(number):
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(os, "dup", closed)
    code, out, _ = checked(capsys, "xentref.testing:reference", "--only", "mean-of-rows", "--json")
    assert (code, json.loads(out)["ok"]) == (0, True)


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["mine:forward", "--adapter", "forward"], 0),
        (["mine:Holder.reference", "--only", "values"], 0),
        (["mine:loss", "--supports", "mean", "--only", "values"], 0),
        (["mine:loss", "--supports", "mean", "--only", "values", "--tolerance", "0"], 1),
        (["torch.nn.functional:cross_entropy", "--adapter", "torch"], 1),
        (["torch.nn.functional:cross_entropy", "--adapter", "torch", "--allow", "all"], 0),
    ],
)
def test_options_go_to_the_checks(capsys, words, code):
    assert checked(capsys, *words)[0] == code


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_an_adapter_without_its_library_says_so_on_one_line(capsys, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(SystemExit) as end:
        main(["check", "xentref:cross_entropy", "--adapter", library])
    assert end.value.code == 2
    needs = f"--adapter {library} needs the package {library}, which is not installed"
    assert capsys.readouterr().err == f"python -m xentref check: {needs}\n"


SEEN = []


def seen(input, target):
    SEEN.append((str(input.dtype), str(input.device)))
    return torch.nn.functional.cross_entropy(input, target)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_tensors_have_the_dtype_and_the_device_that_were_named(capsys, monkeypatch, dtype):
    monkeypatch.setitem(sys.modules, "here", SimpleNamespace(loss=seen))
    SEEN.clear()
    words = ["here:loss", "--adapter", "torch", "--device", "cpu", "--only", "values"]
    assert checked(capsys, *words, "--dtype", dtype)[0] == 0
    assert set(SEEN) == {(f"torch.{dtype}", "cpu")}


def test_jax_gets_its_bfloat16(capsys, monkeypatch):
    given = []
    fake = SimpleNamespace(numpy=SimpleNamespace(bfloat16="bfloat16"))
    monkeypatch.setitem(sys.modules, "jax", fake)
    monkeypatch.setattr(
        testing, "from_jax", lambda fn, dtype: given.append(dtype) or testing.reference
    )
    for dtype in ("bfloat16", "float32"):
        words = ["xentref:cross_entropy", "--adapter", "jax", "--only", "mean-of-rows"]
        assert checked(capsys, *words, "--dtype", dtype)[0] == 0
    assert given == ["bfloat16", None]


def test_the_words_of_the_kit_can_be_listed(capsys):
    code, out, _ = checked(capsys, "--list")
    lines = [line.strip() for line in out.splitlines()]
    named = [*testing.features(), *testing.policies()]
    named += [word for check in testing.checks() for word in (check.name, check.family)]
    assert (code, set(named) - set(lines)) == (0, set())
    assert max(map(len, out.splitlines())) <= 80


def test_the_list_can_be_had_as_json(capsys):
    code, out, _ = checked(capsys, "--list", "--json")
    found = json.loads(out)
    assert (code, out.count("\n")) == (0, 1)
    named = {each["name"]: each["meaning"] for each in found}
    proved = {check.name: check.proves for check in testing.checks()}
    assert named == testing.features() | testing.policies() | proved
    assert {each["option"] for each in found} == {"--supports", "--allow", "--only"}
    families = dict.fromkeys(each["family"] for each in found if each["option"] == "--only")
    assert [*families] == [*dict.fromkeys(check.family for check in testing.checks())]


def test_an_error_that_nobody_expects_is_no_failed_check(capsys, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(testing, "check_cross_entropy", broken)
    with pytest.raises(SystemExit) as end:
        main(["check", "xentref.testing:reference"])
    assert end.value.code == 2
    assert capsys.readouterr().err == "python -m xentref check: RuntimeError: first second\n"


def test_the_exit_code_is_that_of_the_process():
    found = run("check", "torch.nn.functional:cross_entropy", "--adapter", "torch")
    assert found.returncode == 1
    assert b"tiny-losses-vanish" in found.stdout


# How it fails.


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("check", "no MODULE:NAME; give one, or --list"),
        ("check mine", "the name must be written as module:function; got 'mine'"),
        ("check :loss", "the name must be written as module:function; got ':loss'"),
        ("check nowhere:loss", "cannot import nowhere: ModuleNotFoundError: No module named"),
        ("check broken:loss", "cannot import broken: SystemExit: not today"),
        ("check mine:los", "mine must hold los; got no 'los'"),
        ("check mine:WRONG.x", "mine must hold WRONG.x; got no 'WRONG'"),
        ("check mine:xentref", "fn must be callable; got <module 'xentref'"),
        ("check mine:forward", "fn must return a tuple (loss, grad); got float32"),
        (
            "check mine:Holder",
            "fn must be a function or an object, not a class; got <class 'mine.H",
        ),
        ("check mine:loss --device cuda", "--device needs --adapter torch; got 'cuda' without it"),
        (
            "check mine:loss --adapter forward --device cuda",
            "--device needs --adapter torch; got 'cuda' without it",
        ),
        (
            "check mine:loss --adapter torch --device nowhere",
            "--device must be one that PyTorch has here; got 'nowhere': Expected one of cpu",
        ),
        ("check mine:loss --adapter numpy", "argument --adapter: invalid choice: 'numpy'"),
        ("check mine:loss --dtype int8", "dtype must be float16, float32, float64 or the word"),
        ("check mine:loss --supports men", "supports must name features, such as 'mean'; got"),
        ("check mine:loss --allow empty", "allow must name policies, such as 'empty-zero'; got"),
        ("check mine:loss --only valus", "only must name checks or families, such as 'values'"),
        ("check mine:loss --tolerance -1", "tolerances must not be negative; got -1.0"),
    ],
)
@pytest.mark.usefixtures("mine")
def test_what_is_wrong_with_a_check_is_said_on_one_line(capsys, words, message):
    with pytest.raises(SystemExit) as end:
        main(words.split())
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("python -m xentref check: ")
    assert err.partition(": ")[2].startswith(message)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "the following arguments are required: COMMAND"),
        ("explian", "argument COMMAND: invalid choice: 'explian' (choose from"),
        ("explain", "the following arguments are required: --target"),
        ("explain 0 1", "the following arguments are required: --target"),
        ("explain --target 0", "no input; give scores, before --target, or --file"),
        ("explain 0 1 --file a.csv --target 0", "scores and --file both hold the input; give one"),
        ("explain 0 one --target 0", "argument SCORE: invalid float value: 'one'"),
        ("explain 0 1 --target cat", "--target must hold numbers; got 'cat'"),
        ("explain 0 1 2 --target 0 1", "target must have shape () for class indices or input's"),
        ("explain 0 1 --target 0.5", "target of shape () must hold integers, the class indices"),
        ("explain 0 1 --target 5", "target must lie in [0, 2) or be ignore_index=-100; got 5"),
        ("explain 0 1 --target 1" + "0" * 30, "target must hold integers (class indices) or"),
        ("explain 0 1 --target 0 --weight 1", "weight must have shape (2,), one entry per class"),
        ("explain 0 1 --target 0 --weight -1 1", "weight must not be negative; got -1.0 at"),
        ("explain 0 1 --target 0 --reduction avg", "reduction must be 'none', 'mean' or 'sum'"),
        ("explain 0 1 --target 0 --label-smoothing 2", "label_smoothing must lie in [0, 1]"),
        ("explain 0 1 --target 0 --lang fr", "lang must be 'en' or 'zh'; got 'fr'"),
        ("explain 0 1 --target 0 --loss mse", "loss must be 'cross_entropy', 'nll_loss', "),
        ("explain 0 1 --target 0 --pos-weight 2", "pos_weight must be left out, for cross_entropy"),
        ("explain 0 1 --target 0 --ignore-index x", "argument --ignore-index: invalid int value"),
        ("explain 0 1 --target 0 --jsno", "unrecognized arguments: --jsno"),
        ("explain --file none.csv --target 0", "none.csv: No such file or directory"),
        ("explain --file . --target 0", ".: "),
        ("explain --file none.npy --target 0", "none.npy: No such file or directory"),
        ("explain --file words.csv --target 0", "line 2 of words.csv must hold numbers; got 'b'"),
        ("explain --file ragged.csv --target 0", "line 3 of ragged.csv must hold 2 numbers; got 1"),
        ("explain --file empty.csv --target 0", "empty.csv must hold numbers; got none"),
        ("explain --file gap.csv --target 0", "line 1 of gap.csv must hold numbers; got ''"),
        ("explain --file end.csv --target 0", "line 2 of end.csv must hold numbers; got ''"),
        ("explain --file two.csv --target 0", "line 1 of two.csv must hold numbers; got '0 1'"),
        ("explain --file binary.csv --target 0", "binary.csv must hold text with numbers, or be a"),
        (
            "explain --file many.npz --target 0",
            "many.npz must hold text with numbers, or be a .npy",
        ),
        (
            "explain --file empty.npy --target 0",
            "empty.npy must hold an array as numpy.save writes",
        ),
        ("explain --file object.npy --target 0", "object.npy must hold an array as numpy.save wri"),
        ("explain --file scalar.npy --target 0", "input must have shape (C,), (N, C) or"),
        ("explain --file - --target 0", "standard input must hold numbers; got none"),
    ],
)
def test_what_is_wrong_is_said_on_one_line(capsys, monkeypatch, tmp_path, words, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    (tmp_path / "words.csv").write_text("0,1\na,b\n".replace("a", "1"))
    (tmp_path / "ragged.csv").write_text("0 1\n\n2\n")
    (tmp_path / "gap.csv").write_text("0,,1\n")
    (tmp_path / "end.csv").write_text("0,1\n0,1,\n")
    (tmp_path / "two.csv").write_text("0 1,2\n")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe")
    (tmp_path / "empty.npy").touch()
    np.save(tmp_path / "object.npy", np.array([{}]))
    np.savez(tmp_path / "many.npz", np.zeros(9))
    np.save(tmp_path / "scalar.npy", np.array(1.0))
    with pytest.raises(SystemExit) as end:
        main(words.split())
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert err.count("\n") == 1
    prefix = "python -m xentref explain: " if "explain " in f"{words} " else "python -m xentref: "
    assert err.startswith((prefix, "python -m xentref: unrecognized"))
    assert err.partition(": ")[2].startswith(message)

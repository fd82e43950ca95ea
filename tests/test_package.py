"""What would be published: the sdist, the wheel built from it, and how that does beside NumPy."""

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VERSION = PROJECT["version"]
PACKAGE = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "xentref").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}


def build(kind: str, source: Path, out: Path) -> Path:
    """Build an sdist or a wheel as any front end does: by the hook that pyproject.toml names."""
    code = f"from setuptools import build_meta; print(build_meta.build_{kind}({str(out)!r}))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=source
    )
    return out / run.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built in a copy of the checkout, since building leaves files behind."""
    folder = tmp_path_factory.mktemp("sdist")
    passed_over = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "site")
    shutil.copytree(ROOT, folder / "checkout", ignore=passed_over)
    return build("sdist", folder / "checkout", folder)


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return build("wheel", folder / sdist.name.removesuffix(".tar.gz"), folder)


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"xentref-{VERSION}.dist-info/METADATA").decode()
    return Parser().parsestr(text)


def test_the_sdist_holds_the_package_and_what_builds_it(sdist):
    with tarfile.open(sdist) as archive:
        files = {member.name for member in archive if member.isfile()}
    top = f"xentref-{VERSION}"
    made = {"PKG-INFO", "setup.cfg"}
    ours = {"LICENSE", "MANIFEST.in", "README.md", "pyproject.toml"} | PACKAGE
    assert {name for name in files if "/xentref.egg-info/" not in name} == {
        f"{top}/{name}" for name in made | ours
    }


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    assert wheel.name == f"xentref-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())
    info = f"xentref-{VERSION}.dist-info"
    about = {"METADATA", "RECORD", "WHEEL", "top_level.txt", "licenses/LICENSE"}
    assert files == PACKAGE | {f"{info}/{name}" for name in about}


def test_the_wheel_holds_every_file_as_it_stands_here(wheel):
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(PACKAGE):
            assert archive.read(name) == (ROOT / name).read_bytes(), name


def test_the_metadata_say_what_pyproject_says(metadata):
    assert metadata["Name"] == "xentref"
    assert metadata["Version"] == VERSION
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload() == (ROOT / "README.md").read_text("utf-8")


def test_who_asks_for_no_extra_gets_numpy_alone(metadata):
    needed = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    assert needed == PROJECT["dependencies"]
    assert [name.partition(">")[0] for name in needed] == ["numpy"]


@pytest.fixture(scope="module")
def nothing_but_numpy(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with NumPy, the installed wheel, and no other."""
    folder = tmp_path_factory.mktemp("packages")
    numpy = Path(np.__file__).parent
    for part in (numpy, numpy.with_name("numpy.libs")):
        if part.exists():  # the second one on Linux and Windows only
            (folder / part.name).symlink_to(part)
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*command, "--no-index", "--no-deps", "--target", folder, wheel], check=True)
    return folder


def run(code: str, packages: Path) -> list[str]:
    """The lines that the code prints where there is only one folder of packages."""
    code = f"import sys; sys.path.append({str(packages)!r}); {code}"
    command = [sys.executable, "-I", "-S", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=packages)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_the_wheel_works_beside_numpy_alone(nothing_but_numpy):
    code = (
        "import xentref; print(xentref.__file__); "
        "print(xentref.cross_entropy([[0.0, 1.0]], [0])); "
        "import importlib.metadata as m; print(xentref.__version__ == m.version('xentref'))"
    )
    where, loss, same_version = run(code, nothing_but_numpy)
    assert Path(where).is_relative_to(nothing_but_numpy)
    assert float(loss) == pytest.approx(np.log1p(np.e), rel=1e-15)
    assert same_version == "True"


def test_every_module_can_be_imported_beside_numpy_alone(nothing_but_numpy):
    modules = sorted(
        name.removesuffix(".py").replace("/", ".")
        for name in PACKAGE
        if name.endswith(".py") and "__" not in name
    )
    code = f"import importlib; print(*map(importlib.import_module, {modules}), sep='\\n')"
    assert len(run(code, nothing_but_numpy)) == len(modules) > 1


def test_importing_brings_nothing_that_only_the_command_line_needs(nothing_but_numpy):
    code = "import numpy; b = set(sys.modules); import xentref; print(*set(sys.modules) - b)"
    (line,) = run(code, nothing_but_numpy)
    brought = {module.partition(".")[0] for module in line.split()}
    assert "xentref" in brought
    assert not brought & {"argparse", "csv", "json", "runpy", "shutil", "subprocess"}

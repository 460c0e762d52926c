"""The distribution: what it holds, and that it works installed in every way."""

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = (".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__")
QUESTION = ("run", "math-tutor", "What is 6 * 7?", "--json")


def run(*command, **options):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSTUDY")}
    here = str(Path(sys.executable).parent)  # where deno is, which a build without isolation needs
    environment["PATH"] = os.pathsep.join([here, environment["PATH"]])
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        **options,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The sources as a clone has them: only what git knows, or would add."""
    folder = tmp_path_factory.mktemp("checkout")
    names = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, names.splitlines()):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return folder


@pytest.fixture(scope="module")
def built(checkout, tmp_path_factory):
    """The sdist, and a wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=checkout)
    [sdist] = folder.glob("*.tar.gz")
    pip_wheel = ("pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, sdist)
    run(sys.executable, "-m", *pip_wheel)
    [wheel] = folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture
def environment(tmp_path):
    """A fresh environment that sees our dependencies, but not our own sources."""
    folder = tmp_path / "env"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    borrowed = folder / "borrowed"
    borrowed.mkdir()
    import sysconfig

    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "understudy" not in entry.name and not entry.name.endswith(".pth"):
            (borrowed / entry.name).symlink_to(entry)
    (Path(site) / "borrowed.pth").write_text(f"{borrowed}\n")
    return python


def answers(python, tmp_path):
    text = run(python, "-m", "understudy", "--root", tmp_path / "data", *QUESTION, cwd=tmp_path)
    return json.loads(text)["status"] == "completed" and "42" in json.loads(text)["text"]


def install(python, *what):
    flags = ("-q", "--no-index", "--no-deps", "--no-build-isolation")
    run(python, "-m", "pip", "install", *flags, *what)


def test_the_wheel_holds_host_plugins_and_assistants_and_nothing_else(built):
    with zipfile.ZipFile(built[1]) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    plugins = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"understudy", *plugins}
    for name in (
        "understudy/py.typed",
        "understudy/builtin_assistants/math-tutor/src/index.js",
        "understudy/builtin_assistants/jan/assistant.json",
        "understudy/templates/code/src/index.js",
        "understudy_v8/kernel/entry.js",
        "understudy_v8/web/built/fetch.js",
        "understudy_v8/web/built/THIRD-PARTY.txt",
        "understudy_v8/py.typed",
    ):
        assert name in names


def test_the_sdist_holds_what_is_needed_to_test_it(built):
    with tarfile.open(built[0]) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    assert {"pyproject.toml", "README.md", "LICENSE", "tests/__main__.py"} <= names


def test_installed_from_the_wheel_it_answers(built, environment, tmp_path):
    install(environment, built[1])
    assert answers(environment, tmp_path)


def test_installed_from_the_checkout_it_answers(checkout, environment, tmp_path):
    install(environment, checkout)
    assert answers(environment, tmp_path)


def test_installed_to_be_edited_it_answers_from_the_checkout(checkout, environment, tmp_path):
    install(environment, "-e", checkout)
    assert answers(environment, tmp_path)
    place = run(environment, "-c", "import understudy_v8; print(understudy_v8.__file__)")
    assert place.startswith(str(checkout))


def test_every_entry_point_leads_somewhere(built, environment):
    install(environment, built[1])
    code = (
        "from importlib.metadata import distribution\n"
        "for point in distribution('understudy').entry_points: print(point.name, point.load())"
    )
    loaded = run(environment, "-c", code)
    assert {"files", "memory", "v8", "openai", "rag", "understudy"} <= {
        line.split()[0] for line in loaded.splitlines()
    }

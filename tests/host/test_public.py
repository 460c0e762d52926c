"""The public names, and the walls of the house."""

import ast
import subprocess
import sys
from pathlib import Path

import understudy

ROOT = Path(__file__).parents[2]
PLUGINS = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_every_public_name_is_there_and_has_a_docstring():
    assert sorted(understudy._HOME) == sorted(understudy.__all__)
    undocumented = [
        name
        for name in understudy.__all__
        if name not in ("ANY", "NAME", "hookimpl") and not getattr(understudy, name).__doc__
    ]
    assert undocumented == []


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, understudy; print([m for m in ('pydantic', 'asyncio') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_host_imports_no_plugin():
    for path in (ROOT / "host").rglob("*.py"):
        assert not {name.split(".")[0] for name in imports(path)} & PLUGINS, path


def test_a_plugin_imports_no_other_plugin_and_only_what_is_public():
    public = {
        f"understudy.{name}"
        for name in (
            "errors",
            "store",
            "tools",
            "models",
            "runtimes",
            "indexes",
            "embeddings",
            "parsers",
            "processes",
            "bundles",
        )
    }
    public |= {"understudy.events", "understudy.streams"}
    public |= {"understudy", "understudy.objects", "understudy.runs.run", "understudy.folder"}
    for plugin in PLUGINS:
        for path in (ROOT / "plugins" / plugin).rglob("*.py"):
            names = set(imports(path))
            ours = {name for name in names if name.split(".")[0] == "understudy"}
            assert not {name.split(".")[0] for name in names} & (PLUGINS - {plugin}), path
            assert ours <= public, path

"""A filesystem store in a folder of its own, and real processes that use the same folder."""

import asyncio
import subprocess
import sys
import textwrap

import pytest

from understudy_files import FileStore, small

PROLOGUE = """
import asyncio, os, signal, sys
from pathlib import Path
from understudy import Conflict, Invalid, NotFound, StoreError
from understudy_files import FileStore
THREAD, LOG = ("threads", "t1"), ("threads", "t1", "messages")
def say(*words):
    print(*words, flush=True)
"""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def nothing_is_small(monkeypatch):
    """Every listing goes by the index."""
    monkeypatch.setattr(small, "_MOST_FOLDERS", -1)
    monkeypatch.setattr(small, "_MOST_BYTES", -1)


@pytest.fixture(params=["read whole", "by the index"])
def both_ways(request):
    """Once as listings of few things are made, once as those of many."""
    if request.param == "by the index":
        request.getfixturevalue("nothing_is_small")


@pytest.fixture
def use(root):
    """`use(body)` runs `await body(store)` with a fresh store on `root`."""

    def use(body, where=None):
        async def main():
            store = FileStore(where or root)
            try:
                return await body(store)
            finally:
                await store.close()

        return asyncio.run(main())

    return use


@pytest.fixture
def start(root):
    """`start(code)` runs an async function's body, with `store` open, in a process of its own."""
    children = []

    def start(code, *arguments, before=""):
        body = textwrap.indent(textwrap.dedent(code), "    ")
        main = f"async def main(store):\n{body}\n    await store.close()\n"
        run = "asyncio.run(main(FileStore(Path(sys.argv[1]))))"
        script = "\n".join((PROLOGUE, textwrap.dedent(before), main, run))
        command = [sys.executable, "-c", script, str(root), *map(str, arguments)]
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            pipe.close()


@pytest.fixture
def output(start):
    """What such a process printed, once it has ended well."""

    def output(code, *arguments, before=""):
        child = start(code, *arguments, before=before)
        printed, errors = child.communicate(timeout=90)
        assert child.returncode == 0, errors
        return printed

    return output

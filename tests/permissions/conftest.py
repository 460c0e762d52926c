"""What these tests share: a host on a root, and decisions about an assistant."""

import asyncio
import io

import pytest

from understudy import Host
from understudy.cli import main


@pytest.fixture
def go(root):
    """Run `work(host)` on an open host."""

    def run(work):
        async def main():
            async with Host(root) as host:
                return await work(host)

        return asyncio.run(main())

    return run


@pytest.fixture
def ask(go):
    """Ask an assistant; its text."""

    def run(assistant, question="Hi"):
        async def work(host):
            return (await host.run(assistant, question)).text

        return go(work)

    return run


@pytest.fixture
def allow(go):
    """Allow an assistant what it asks for."""

    def run(assistant, *, trusted=False):
        async def work(host):
            folder = await host.assistants.folder(assistant)
            return await host.permissions.allow(folder, trusted=trusted)

        return go(work)

    return run


@pytest.fixture
def standing(go):
    """How an assistant stands."""

    def run(assistant):
        async def work(host):
            return await host.permissions.standing(await host.assistants.folder(assistant))

        return go(work)

    return run


@pytest.fixture
def command_line(root, capfd, monkeypatch):
    """Run a command where nobody can be asked; what it printed, on stdout and on stderr."""

    def run(*words):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        main(["--root", str(root), *words])
        return capfd.readouterr()

    return run

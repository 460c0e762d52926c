"""`understudy doctor`: is everything here that is needed?"""

from __future__ import annotations

import platform
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import click

from understudy import __version__
from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, styled
from understudy.errors import UnderstudyError
from understudy.host import Host

State = Literal["ok", "warning", "error"]
_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    what: str
    state: State
    text: str
    hint: str | None = None


@click.command()
@json_option
@pass_options
def command(options: Options, as_json: bool) -> int:
    """Check the installation, the data root, the plugins, the assistants and the models.

    Exit codes: 0 all is well (there may be warnings), 1 something does not work.
    """
    findings = with_host(options, _check)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    return int(any(finding.state == "error" for finding in findings))


async def _check(host: Host) -> list[Finding]:
    checks: list[tuple[str, Callable[[Host], Awaitable[Finding]]]] = [
        ("installation", _installation),
        ("data root", _root),
        ("plugins", _plugins),
        ("assistants", _assistants),
        ("JavaScript", _javascript),
        ("models", _models),
    ]
    return [await _guarded(what, check, host) for what, check in checks]


async def _guarded(what: str, check: Callable[[Host], Awaitable[Finding]], host: Host) -> Finding:
    try:
        return await check(host)
    except UnderstudyError as error:
        return Finding(what, "error", str(error), error.hint)


async def _installation(_host: Host) -> Finding:
    text = f"understudy {__version__}, Python {platform.python_version()}, {sys.platform}"
    return Finding("installation", "ok", text)


async def _root(host: Host) -> Finding:
    """Writes, reads and removes a thread: the way of all data."""
    thread = await host.threads.create()
    await host.threads.get(thread.id)
    await host.threads.delete(thread.id)
    return Finding("data root", "ok", f"{host.root} can be written")


async def _plugins(host: Host) -> Finding:
    host.plugins.hooks()
    broken = [str(error) for error in host.plugins.failures]
    broken += [
        f"`{point.name}` is claimed more than once"
        for point in host.plugins.installed()
        if host.plugins.state(point) == "duplicate"
    ]
    if broken:
        return Finding("plugins", "error", "; ".join(broken), "See `understudy plugins doctor`.")
    return Finding("plugins", "ok", f"{len(host.plugins.installed())} installed")


async def _assistants(host: Host) -> Finding:
    page = await host.assistants.page(limit=100)
    broken = [
        folder.id
        for folder in page.items
        if any(problem.severity == "error" for problem in folder.problems)
    ]
    if broken:
        hint = "`understudy validate` says what is wrong with them."
        return Finding("assistants", "error", f"with errors: {', '.join(broken)}", hint)
    count = f"{len(page.items)}{' or more' if page.has_more else ''}"
    return Finding(
        "assistants", "ok", f"{count} of your own, {len(host.assistants.builtin())} built in"
    )


async def _javascript(host: Host) -> Finding:
    reply = await host.run("math-tutor", "What is 6 * 7?")
    await host.threads.delete(reply.thread_id)
    return Finding("JavaScript", "ok", "V8 runs the math-tutor")


async def _models(host: Host) -> Finding:
    names: list[Any] = list(await host.models())
    if not names:
        hint = (
            "Start a local server (Ollama, LM Studio, llama.cpp, vLLM, Jan), or set "
            "OPENAI_BASE_URL and OPENAI_API_KEY. math-tutor and librarian work without."
        )
        return Finding("models", "warning", "no model can be reached", hint)
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return Finding("models", "ok", shown)


def _print(finding: Finding) -> None:
    sign, colour = _SIGNS[finding.state]
    click.echo(f"{styled(sign, fg=colour)} {finding.what}: {finding.text}")
    if finding.hint:
        click.echo(f"  {finding.hint}")

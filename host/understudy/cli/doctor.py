"""`understudy doctor`: is everything here that is needed?"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from tempfile import TemporaryDirectory
from typing import Literal

import click

from understudy import __version__
from understudy.cli.group import Options, pass_options
from understudy.cli.opening import with_host
from understudy.cli.output import json_option, print_json, styled, visible
from understudy.cli.validate import validated, with_errors
from understudy.errors import UnderstudyError
from understudy.host import Host
from understudy.store import Checked

_EPILOG = """\b
Examples:
  understudy doctor
  understudy doctor --json

\b
Exit codes: 0 all is well (there may be warnings), 1 something does not work.
"""
State = Literal["ok", "warning", "error"]
_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}
_SHOWN_MODELS = 5
_SHOWN_DAMAGE = 5
_DAMAGED = "Correct what was edited, or restore an older copy; what is around it is not affected."
_FRAGMENTS = "Nothing that was acknowledged is in it: look at it, or delete it."
_NO_MODEL = (
    "Start a local server (Ollama, LM Studio, llama.cpp, vLLM, Jan), or set OPENAI_BASE_URL "
    "and OPENAI_API_KEY. The assistants math-tutor and librarian work without a model."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    what: str
    state: State
    text: str
    hint: str | None = None


@click.command(epilog=_EPILOG)
@json_option
@pass_options
def command(options: Options, as_json: bool) -> int:
    """Check the installation, the data root, what is stored, the plugins, assistants and models.

    It writes and removes a thread in the data root, and computes something in V8.
    """
    findings = _findings(options)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    return int(any(finding.state == "error" for finding in findings))


def _findings(options: Options) -> list[Finding]:
    try:
        return [_installation(), *with_host(options, _checked)]
    except UnderstudyError as error:
        return [_installation(), Finding("host", "error", str(error), error.hint)]


def _installation() -> Finding:
    text = f"understudy {__version__}, Python {platform.python_version()}, {sys.platform}"
    return Finding("installation", "ok", text)


async def _checked(host: Host) -> list[Finding]:
    checks: dict[str, Callable[[Host], Awaitable[Finding]]] = {
        "data root": _root,
        "stored data": _stored,
        "plugins": _plugins,
        "assistants": _assistants,
        "JavaScript": _javascript,
        "models": _models,
    }
    return [await _guarded(what, check, host) for what, check in checks.items()]


async def _guarded(what: str, check: Callable[[Host], Awaitable[Finding]], host: Host) -> Finding:
    try:
        return await check(host)
    except UnderstudyError as error:
        return Finding(what, "error", str(error), error.hint)
    except Exception as error:  # one thing that is broken must not hide the others
        return Finding(what, "error", f"{type(error).__name__}: {error}")


async def _root(host: Host) -> Finding:
    """Writes, reads and removes a thread: the way of all data."""
    thread = await host.threads.create()
    await host.threads.get(thread.id)
    await host.threads.delete(thread.id)
    return Finding("data root", "ok", f"{host.root} can be written")


async def _stored(host: Host) -> Finding:
    """Everything that the store holds can be read."""
    if not isinstance(host.store, Checked):
        return Finding("stored data", "ok", "this store does not look over what it holds")
    checkup = await host.store.check()
    lost = [damage for damage in checkup.damage if not damage.is_mended]
    if not checkup.damage:
        return Finding("stored data", "ok", f"{checkup.files} files, all of them readable")
    more = len(lost or checkup.damage) - _SHOWN_DAMAGE
    texts = [damage.text for damage in (lost or checkup.damage)[:_SHOWN_DAMAGE]]
    text = " ".join([*texts, f"… and {more} more."] if more > 0 else texts)
    if lost:
        return Finding("stored data", "error", text, _DAMAGED)
    return Finding("stored data", "warning", text, _FRAGMENTS)


async def _plugins(host: Host) -> Finding:
    from understudy.cli.inspection import failures, findings

    found = findings(host.plugins) + failures(host.plugins.failures)
    if found:
        text = "; ".join(dict.fromkeys(finding.message for finding in found))
        hint = "`understudy plugins doctor --import` says what to do."
        return Finding("plugins", "error", text, hint)
    return Finding("plugins", "ok", f"{len(host.plugins.installed())} installed")


async def _assistants(host: Host) -> Finding:
    found = await validated(host)
    if broken := with_errors(found):
        hint = f"`understudy validate {' '.join(broken)}` says what is wrong."
        return Finding("assistants", "error", f"with errors: {', '.join(broken)}", hint)
    text = f"{len(found)} of your own, {len(host.assistants.builtin())} built in"
    return Finding("assistants", "ok", text)


async def _javascript(_host: Host) -> Finding:
    """Asks the built-in tutor in a root of its own: nothing of the user's takes part."""
    with TemporaryDirectory() as root:
        async with Host(root) as host:
            reply = await host.run("math-tutor", "What is 6 * 7?")
    if "42" not in reply.text:
        return Finding("JavaScript", "error", f"V8 says that 6 * 7 is: {reply.text}")
    return Finding("JavaScript", "ok", "V8 computes")


async def _models(host: Host) -> Finding:
    names = await host.models()
    address = os.environ.get("OPENAI_BASE_URL")
    if not names and address:
        text = f"nothing answers at OPENAI_BASE_URL, {address}"
        return Finding("models", "warning", text, "Start the server, or correct the address.")
    if not names:
        return Finding("models", "warning", "no model can be reached", _NO_MODEL)
    more = " …" if len(names) > _SHOWN_MODELS else ""
    return Finding("models", "ok", ", ".join(names[:_SHOWN_MODELS]) + more)


def _print(finding: Finding) -> None:
    sign, colour = _SIGNS[finding.state]
    click.echo(f"{styled(sign, fg=colour)} {finding.what}: {visible(finding.text)}")
    if finding.hint:
        click.echo(f"  {visible(finding.hint)}")

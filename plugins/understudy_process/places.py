"""Which place process.js runs in: the jail, unless it needs an engine or asks for one."""

from __future__ import annotations

from understudy.errors import ScriptError
from understudy.processes import ProcessSource
from understudy_process.child import Child
from understudy_process.engines import command
from understudy_process.jailed import Jailed
from understudy_process.needs import engine_need
from understudy_process.place import Place
from understudy_process.settings import Settings
from understudy_process.site import Site


def choose(site: Site, source: ProcessSource, settings: Settings) -> Place:
    """Choose and prepare it. It blocks: files are read. Raises what `command` does."""
    need = None
    if settings.engine in (None, "jail") and source.open is not None:
        need = engine_need(site)
        if need is None:
            return Jailed(site, source, settings)
    if settings.engine == "jail":
        raise _not_in_jail(site, need)
    return Child(site, command(site, source.grant, settings, need))


def _not_in_jail(site: Site, need: str | None) -> ScriptError:
    return ScriptError(
        f"{site.name} cannot run in the jail: {need or 'this host has none'}",
        file=site.name,
        hint='package.json, "understudy": {"process": {"engine": "deno"}}, runs it in deno.',
    )

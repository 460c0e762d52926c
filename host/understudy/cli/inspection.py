"""Looks at the installed plugins: their states, and what is wrong. Imports them only on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from understudy.cli.group import BUILTIN as BUILTIN_COMMANDS
from understudy.errors import PluginError
from understudy.plugins import KINDS, Plugins, group_of
from understudy.selection import BUILTIN

if TYPE_CHECKING:
    from understudy.dispatch import Hooks
    from understudy.entrypoints import EntryPoint


class Finding(NamedTuple):
    """Something that is wrong. `code` is stable, for scripts; `plugin` a name, or empty."""

    code: str
    plugin: str
    message: str
    hint: str


class Import(NamedTuple):
    """How an import went: the seconds it took, and the error, if any."""

    point: EntryPoint
    seconds: float
    error: PluginError | None


def state(plugins: Plugins, point: EntryPoint) -> str:
    """`enabled`, `blocked`, `duplicate`, `shadowed` or `missing`. Nothing is imported.

    Shadowed is a command with the name of a built-in one; missing, a module that is not there.
    """
    first = plugins.state(point)
    if first != "enabled":
        return first
    if group_of(point) == "commands" and point.name in BUILTIN_COMMANDS:
        return "shadowed"
    return "enabled" if _is_there(point.module) else "missing"


def described(plugins: Plugins, point: EntryPoint) -> dict[str, Any]:
    """A plugin as JSON. Only keys are ever added."""
    return {
        "name": point.name,
        "kind": KINDS[group_of(point)],
        "group": point.group,
        "target": point.target,
        "distribution": point.distribution,
        "version": version(point),
        "builtin": point.distribution == BUILTIN,
        "state": state(plugins, point),
    }


def version(point: EntryPoint) -> str:
    """The version of a plugin's distribution; empty if its metadata do not tell."""
    return point.version or metadata(point).get("Version", "")


def metadata(point: EntryPoint) -> dict[str, str]:
    """The metadata of a plugin's distribution, as far as they can be read."""
    from importlib_metadata import Distribution

    try:
        return dict(Distribution.at(point.folder).metadata or {})
    except Exception:  # damaged metadata of somebody else must not hide the plugin
        return {}


def findings(plugins: Plugins) -> list[Finding]:
    """What can be seen to be wrong without importing anything."""
    points = plugins.installed()
    found = [
        Finding("damaged", "", damage, "Reinstall the distribution.") for damage in plugins.damages
    ]
    found += [finding for point in points if (finding := _finding(plugins, point))]
    origin = plugins.selection.origin
    for word in plugins.selection.unknown(points):
        message = f"{origin} names `{word}`, which is not installed"
        found.append(Finding("unknown", word, message, "Is it misspelt?"))
    return list(dict.fromkeys(found))


def imports(plugins: Plugins) -> Iterator[Import]:
    """Import all plugins that are not off, one after the other."""
    for point in plugins.installed():
        if plugins.state(point) != "blocked":
            started = perf_counter()
            error = _import_error(plugins, point)
            yield Import(point, perf_counter() - started, error)


def hooks(plugins: Plugins) -> tuple[Hooks, list[Finding]]:
    """Import and register the hook plugins, and tell what was wrong with them."""
    from understudy.registration import register

    errors: list[PluginError] = []
    hooks = register(plugins.hook_plugins(errors.append), errors.append)
    return hooks, failures(errors)


def failures(errors: Iterable[PluginError]) -> list[Finding]:
    """Errors of plugins as findings, each once."""
    found = (Finding("failed", error.plugin, str(error), error.hint or "") for error in errors)
    return list(dict.fromkeys(found))


def _finding(plugins: Plugins, point: EntryPoint) -> Finding | None:
    match state(plugins, point):
        case "duplicate":
            return _clash(plugins, point)
        case "shadowed":
            message = f"command `{point.name}` of `{point.distribution}` has a built-in one's name"
            hint = f"It can be run as `understudy {point.distribution}:{point.name}`."
        case "missing":
            message = f"{KINDS[group_of(point)]} `{point.name}`: no module `{point.module}`"
            hint = f"Reinstall `{point.distribution}`."
        case _:
            return None
    return Finding(state(plugins, point), point.name, message, hint)


def _clash(plugins: Plugins, point: EntryPoint) -> Finding | None:
    try:
        plugins.find(group_of(point), point.name)
    except PluginError as error:
        return Finding("duplicate", point.name, str(error), error.hint or "")
    return None


def _import_error(plugins: Plugins, point: EntryPoint) -> PluginError | None:
    try:
        plugins.load(point)
    except PluginError as error:
        return error
    return None


def _is_there(module: str) -> bool:
    from importlib.util import find_spec

    try:
        # Only the topmost package: to look inside it would import it.
        return find_spec(module.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False

"""The plugins of one host: which are installed, which are on, and the objects behind their names.

Nothing is imported before it is needed, and a plugin that is off is never imported. A failure is
told by the plugin's name; it ends only what cannot do without the plugin.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from understudy.entrypoints import EntryPoint, normalize, scan
from understudy.errors import Conflict, NotFound, PluginError, UnderstudyError
from understudy.selection import choices
from understudy.suggestion import did_you_mean

if TYPE_CHECKING:
    from understudy.dispatch import Hooks
    from understudy.registration import HookPlugin

Group = Literal[
    "stores",
    "tools",
    "runtimes",
    "models",
    "indexes",
    "embeddings",
    "parsers",
    "processes",
    "commands",
    "hooks",
]
State = Literal["enabled", "blocked", "duplicate"]

KINDS: Final[dict[Group, str]] = {
    "stores": "store",
    "tools": "tool",
    "runtimes": "runtime",
    "models": "model provider",
    "indexes": "index",
    "embeddings": "embedding provider",
    "parsers": "parser",
    "processes": "engine of process.js",
    "commands": "command",
    "hooks": "hook plugin",
}
"""The groups, and what one of each is called in messages."""

_PREFIX = "understudy."


class Plugins:
    """Finds, chooses and loads plugins. Each host owns one; there is no other state.

    `extra` are hook plugins that the app passes in: modules or objects. `settings` may hold
    `plugins` (text or a list, as in `UNDERSTUDY_PLUGINS`) and `strict`; the environment wins over
    them. In strict mode (`UNDERSTUDY_STRICT=1`) every failure is raised.
    """

    def __init__(
        self,
        *,
        extra: Iterable[object] = (),
        settings: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        env = os.environ if environ is None else environ
        self.selection, self.strict = choices(settings or {}, env)
        self.failures: list[PluginError] = []
        self._extra = tuple(extra)
        self._own: dict[tuple[Group, str], object] = {}
        self._loaded: dict[EntryPoint, object] = {}
        self._broken: dict[EntryPoint, PluginError] = {}
        self._hooks: Hooks | None = None

    # -- what there is

    def installed(self, group: Group | None = None) -> tuple[EntryPoint, ...]:
        """The installed plugins, in the order of groups and names, whatever their state."""
        points = self._found[0]
        return points if group is None else tuple(p for p in points if group_of(p) == group)

    def names(self, group: Group) -> tuple[str, ...]:
        """The names that can be asked for."""
        enabled = {p.name for p in self.installed(group) if self.state(p) == "enabled"}
        return tuple(sorted(enabled | {name for own, name in self._own if own == group}))

    def state(self, point: EntryPoint) -> State:
        """Whether a plugin can be asked for by its bare name, and if not, why."""
        if not self.selection.allows(point):
            return "blocked"
        return "enabled" if len(self._claimants(group_of(point), point.name)) == 1 else "duplicate"

    @property
    def damages(self) -> tuple[str, ...]:
        """Metadata of plugins that could not be read."""
        return self._found[1]

    @cached_property
    def _found(self) -> tuple[tuple[EntryPoint, ...], tuple[str, ...]]:
        return scan(_PREFIX + group for group in KINDS)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[EntryPoint]]:
        found: dict[tuple[str, str], list[EntryPoint]] = {}
        for point in self.installed():
            for name in (point.name, f"{point.distribution}:{point.name}"):
                found.setdefault((point.group, name), []).append(point)
        return found

    def _matches(self, group: Group, name: str) -> list[EntryPoint]:
        distribution, colon, bare = name.partition(":")
        full = f"{normalize(distribution)}:{bare}" if colon else name
        key = _PREFIX + group
        return self._by_name.get((key, name)) or self._by_name.get((key, full), [])

    def _claimants(self, group: Group, name: str) -> list[EntryPoint]:
        return [p for p in self._matches(group, name) if self.selection.allows(p)]

    # -- providers

    def add(self, group: Group, name: str, provider: object) -> None:
        """Offer an object of the app under a name, in front of what is installed.

        Raises `Conflict` if the app did so before.
        """
        if (group, name) in self._own:
            raise Conflict(f"a {KINDS[group]} `{name}` was added before")
        self._own[group, name] = provider

    def provider(self, group: Group, name: str) -> Any:
        """The object behind `name` or `distribution:name`, imported on first use.

        Raises `NotFound` if there is none or it is off, `PluginError` if two claim the name or
        it cannot be imported.
        """
        if (group, name) in self._own:
            return self._own[group, name]
        point = self.find(group, name)
        try:
            return self.load(point)
        except PluginError as error:
            self._remember(error)
            raise

    def find(self, group: Group, name: str) -> EntryPoint:
        """The entry point that `name` or `distribution:name` means, not imported."""
        claimants = self._claimants(group, name)
        if len(claimants) == 1:
            return claimants[0]
        if claimants:
            raise _clash(group, claimants)
        if self._matches(group, name):
            raise NotFound(
                f"{KINDS[group]} `{name}` is off: {self.selection.origin} excludes it",
                hint=f"Take it out of {self.selection.origin}, or add it if only some are listed.",
            )
        close = did_you_mean(name, self.names(group))
        rest = "`understudy plugins list` shows what is installed; `pip install` adds plugins."
        raise NotFound(f"there is no {KINDS[group]} `{name}`", hint=f"{close} {rest}".lstrip())

    def refusal(self, group: Group, name: str) -> UnderstudyError | None:
        """Why what is installed by a name cannot be had: it is off, or two claim it."""
        if not self._matches(group, name):
            return None
        try:
            self.find(group, name)
        except UnderstudyError as error:
            return error
        return None

    def load(self, point: EntryPoint) -> object:
        """Import what an entry point means, once. Raises `PluginError`."""
        if point in self._broken:
            raise self._broken[point].with_traceback(None)
        if point not in self._loaded:
            try:
                self._loaded[point] = _import(point)
            except PluginError as error:
                self._broken[point] = error
                raise
        return self._loaded[point]

    # -- hooks

    def hooks(self) -> Hooks:
        """The hook plugins, imported and put in order on the first call."""
        if self._hooks is None:
            from understudy.registration import register

            self._hooks = register(self.hook_plugins(self.report), self.report)
        return self._hooks

    def hook_plugins(self, report: Callable[[PluginError], None]) -> list[HookPlugin]:
        """Import the hook plugins, those of the app included, not yet checked or in order."""
        from understudy.registration import named

        own = [named(value) for value in self._extra]
        own += [named(value, name) for (kind, name), value in self._own.items() if kind == "hooks"]
        taken = {plugin.name for plugin in own}
        return own + [one for one in self._imported_hooks(report) if one.name not in taken]

    def _imported_hooks(self, report: Callable[[PluginError], None]) -> Iterator[HookPlugin]:
        from understudy.registration import named

        for point in self.installed("hooks"):
            if not self.selection.allows(point):
                continue
            try:
                value = self.load(self.find("hooks", point.name))
            except PluginError as error:
                report(error)
            else:
                yield named(value, point.name, point.distribution)

    # -- failures

    def report(self, error: PluginError) -> None:
        """Keep a failure, and log it once for each plugin and hook. In strict mode, raise it."""
        if self.strict:
            raise error
        if self._remember(error):
            import logging

            log = logging.getLogger("understudy.plugins")
            log.warning("%s. %s", error, error.hint or "The others go on.")
            log.debug("In plugin `%s`:", error.plugin, exc_info=error)

    def _remember(self, error: PluginError) -> bool:
        known = {(failure.plugin, failure.hook) for failure in self.failures}
        if (error.plugin, error.hook) in known:
            return False
        self.failures.append(error)
        return True


def group_of(point: EntryPoint) -> Group:
    """The group of a plugin, without our prefix."""
    return point.group.removeprefix(_PREFIX)  # type: ignore[return-value]  # only ours are scanned


def _import(point: EntryPoint) -> object:
    try:
        value = point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may do anything at import, `sys.exit()` included
        why = f"could not be imported: {type(error).__name__}: {error}"
        raise _failure(point, why) from error
    if group_of(point) != "hooks" and not callable(value):
        kind = type(value).__name__
        raise _failure(point, f"is a `{kind}` at `{point.target}`, not a class or function")
    return value


def _failure(point: EntryPoint, why: str) -> PluginError:
    return PluginError(
        f"plugin `{point.name}` ({point.distribution} {point.version}) {why}",
        plugin=point.name,
        hook=f"import {KINDS[group_of(point)]}",
        hint=f"Reinstall `{point.distribution}`, or switch the plugin off with "
        f"UNDERSTUDY_PLUGINS=-{point.distribution}:{point.name}",
    )


def _clash(group: Group, claimants: list[EntryPoint]) -> PluginError:
    name = claimants[0].name
    who = " and ".join(f"`{point.distribution}`" for point in claimants)
    full = f"{claimants[0].distribution}:{name}"
    return PluginError(
        f"the name `{name}` of a {KINDS[group]} is claimed by {who}",
        plugin=name,
        hook=f"import {KINDS[group]}",
        hint=f"Write `{full}`, uninstall one, or switch one off with UNDERSTUDY_PLUGINS=-{full}",
    )

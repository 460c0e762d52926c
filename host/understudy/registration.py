"""Takes hook plugins in: what they implement, whether it fits the hooks, and their order.

pluggy reads the marks and checks the arguments; what it would pass over in silence (a misspelt
hook, a forgotten `@hookimpl`) is reported here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop
from typing import Any, Final

import pluggy

from understudy import hookspecs
from understudy.dispatch import Hooks, Report
from understudy.errors import Conflict, PluginError
from understudy.implementation import Implementation
from understudy.suggestion import did_you_mean

PROJECT: Final = "understudy"


@dataclass(frozen=True, slots=True)
class HookPlugin:
    """A hook plugin: a module or an object. `distribution` is empty if the app passed it in.

    `after` are the names of the plugins that must come before it, `hooks` what it implements.
    """

    name: str
    value: object = field(hash=False)
    distribution: str = ""
    after: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()


def named(value: object, name: str | None = None, distribution: str = "") -> HookPlugin:
    """Describe a plugin that has not been looked at. Its own `name` counts if none is given."""
    own = getattr(value, "name", None)
    fallback = getattr(value, "__name__", type(value).__name__)
    return HookPlugin(name or (own if isinstance(own, str) else fallback), value, distribution)


def register(plugins: Iterable[HookPlugin], report: Report) -> Hooks:
    """Check plugins, put them in order and make them callable.

    What is wrong goes to `report`; only the part that is wrong is left out. Raises `Conflict`
    for two plugins of one name, which only an app can bring about.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    accepted: list[HookPlugin] = []
    for plugin in sorted(plugins, key=lambda plugin: plugin.name):
        if manager.has_plugin(plugin.name):
            hint = "Give the plugin object a `name` of its own."
            raise Conflict(f"two hook plugins are called `{plugin.name}`", hint=hint)
        try:
            accepted.append(_accept(manager, plugin))
        except PluginError as error:
            report(error)
            continue
        for fault in _faults(manager, accepted[-1]):
            report(fault)
    ordered = _in_order(accepted, report)
    return Hooks(ordered, _implementations(manager, ordered), report)


def specs() -> Mapping[str, Callable[..., Any]]:
    """The hooks by name, in the order in which `hookspecs` explains them."""
    return {name: value for name, value in vars(hookspecs).items() if _is_marked(value, "spec")}


def _is_marked(value: object, kind: str) -> bool:
    return inspect.isroutine(value) and hasattr(value, f"{PROJECT}_{kind}")


# -- one plugin


def _accept(manager: pluggy.PluginManager, plugin: HookPlugin) -> HookPlugin:
    try:
        value = plugin.value() if isinstance(plugin.value, type) else plugin.value
        after = _after(value)
        manager.register(value, plugin.name)
        _refuse_wrappers(manager, plugin)
    except KeyboardInterrupt:
        raise
    except pluggy.PluginValidationError as error:
        raise _fault(plugin, "register", " ".join(str(error).split())) from error
    except BaseException as error:  # a class may do anything when it is called
        raise _fault(plugin, "register", f"{type(error).__name__}: {error}") from error
    hooks = tuple(name for name in specs() if _takes_part(manager, plugin, name))
    return replace(plugin, value=value, after=after, hooks=hooks)


def _takes_part(manager: pluggy.PluginManager, plugin: HookPlugin, hook: str) -> bool:
    return any(one.plugin_name == plugin.name for one in _caller(manager, hook).get_hookimpls())


def _caller(manager: pluggy.PluginManager, hook: str) -> pluggy.HookCaller:
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    return caller


def _after(value: object) -> tuple[str, ...]:
    after: Any = getattr(value, "after", ())
    names = (after,) if isinstance(after, str) else after
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise TypeError('`after` must be a tuple of names, as in `after = ("other",)`')
    return tuple(names)


def _refuse_wrappers(manager: pluggy.PluginManager, plugin: HookPlugin) -> None:
    implementations = [
        one
        for caller in manager.get_hookcallers(manager.get_plugin(plugin.name)) or ()
        for one in caller.get_hookimpls()
        if one.plugin_name == plugin.name
    ]
    if any(one.wrapper or one.hookwrapper for one in implementations):
        manager.unregister(name=plugin.name)
        raise TypeError("`wrapper=True` has no meaning here; use a hook that has `proceed`")


def _faults(manager: pluggy.PluginManager, plugin: HookPlugin) -> Iterator[PluginError]:
    """What would otherwise just never be called."""
    pending = manager.get_hookcallers(plugin.value) or []
    misspelt = [caller.name for caller in pending if not _is_known(caller, plugin)]
    for name in misspelt:
        hint = did_you_mean(name, specs()) or f"There are: {', '.join(specs())}."
        yield _fault(plugin, name, "there is no such hook", hint)
    unmarked = [name for name in specs() if _is_unmarked(getattr(plugin.value, name, None))]
    for name in unmarked:
        yield _fault(plugin, name, "it is not marked", "Write `@hookimpl` above the function.")
    if not (plugin.hooks or misspelt or unmarked):
        hint = "Mark functions that are named like hooks with `@hookimpl`."
        yield _fault(plugin, "register", "it has no hooks", hint)


def _is_known(caller: pluggy.HookCaller, plugin: HookPlugin) -> bool:
    return caller.has_spec() or all(
        one.optionalhook for one in caller.get_hookimpls() if one.plugin_name == plugin.name
    )


def _is_unmarked(member: object) -> bool:
    return inspect.isroutine(member) and not (
        _is_marked(member, "impl") or _is_marked(member, "spec")
    )


def _fault(plugin: HookPlugin, hook: str, why: str, hint: str | None = None) -> PluginError:
    origin = f" ({plugin.distribution})" if plugin.distribution else ""
    place = "could not be registered" if hook == "register" else f"hook `{hook}`"
    return PluginError(
        f"plugin `{plugin.name}`{origin}: {place}: {why}",
        plugin=plugin.name,
        hook=hook,
        hint=hint or "`understudy.hookspecs` explains the hooks and their arguments.",
    )


# -- all plugins


def _in_order(plugins: Sequence[HookPlugin], report: Report) -> list[HookPlugin]:
    by_name = {plugin.name: plugin for plugin in plugins}
    before = {plugin.name: by_name.keys() & plugin.after for plugin in plugins}
    while True:
        try:
            return [by_name[name] for name in _sorted(before)]
        except CycleError as error:
            cycle: list[str] = error.args[1]
            report(_cycle(cycle))
            # They keep their names' order: to drop a policy for its order would be worse.
            before |= {name: before[name] - set(cycle) for name in cycle}


def _sorted(before: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """By name, but each behind those that must come before it. Raises `CycleError`."""
    sorter = TopologicalSorter(before)
    sorter.prepare()
    ready = list(sorter.get_ready())
    while ready:
        heapify(ready)
        name = heappop(ready)
        yield name
        sorter.done(name)
        ready.extend(sorter.get_ready())


def _cycle(names: Sequence[str]) -> PluginError:
    chain = " before ".join(f"`{name}`" for name in names)
    return PluginError(
        f"the order of hook plugins goes round in a circle: {chain}",
        plugin=names[0],
        hook="order",
        hint="Take a name out of the `after` of one of them.",
    )


def _implementations(
    manager: pluggy.PluginManager, plugins: Sequence[HookPlugin]
) -> dict[str, tuple[Implementation, ...]]:
    place = {plugin.name: index for index, plugin in enumerate(plugins)}

    def rank(one: pluggy.HookImpl) -> tuple[int, int]:
        return one.trylast - one.tryfirst, place[one.plugin_name]

    def described(hook: str, one: pluggy.HookImpl) -> Implementation:
        plugin = plugins[place[one.plugin_name]]
        names = tuple(one.argnames)
        return Implementation(plugin.name, hook, one.function, names, plugin.distribution)

    return {
        hook: tuple(
            described(hook, one) for one in sorted(_caller(manager, hook).get_hookimpls(), key=rank)
        )
        for hook in specs()
    }

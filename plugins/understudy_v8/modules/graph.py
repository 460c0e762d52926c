"""All modules that an assistant's code can reach, and how their names fit together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from understudy.errors import ScriptError
from understudy.runtimes import Source
from understudy_v8.modules.compile import compile_module
from understudy_v8.modules.files import SourceFolder, Unresolved
from understudy_v8.modules.module import Imported, Module, Request
from understudy_v8.modules.packages import Packages, is_package
from understudy_v8.places import error_at

MODULE_LIMIT = 1000
_AMBIGUOUS = ("", "")


@dataclass(frozen=True, slots=True)
class Graph:
    """`targets` leads from a module and a specifier to a module, or `problems` says why not.

    `packages` hold the code of the modules that are packages.
    """

    main: str
    modules: dict[str, Module] = field(hash=False)
    targets: dict[tuple[str, str], str] = field(hash=False)
    problems: dict[tuple[str, str], str] = field(hash=False)
    packages: Packages = field(hash=False)

    def texts(self) -> list[str]:
        """The code that will run."""
        own = [module.rewritten.text for module in self.modules.values() if module.kind != "json"]
        return own if self.packages.text is None else [*own, self.packages.text]

    def records(self) -> list[dict[str, Any]]:
        """What the kernel needs to link."""
        slow = self._slow()
        return [self._record(path, path in slow) for path in self.modules]

    def _record(self, path: str, slow: bool) -> dict[str, Any]:
        module = self.modules[path]
        requests = [
            {
                "specifier": request.specifier,
                "path": self.targets.get((path, request.specifier)),
                "problem": self.problems.get((path, request.specifier)),
            }
            for request in module.requests
        ]
        return {
            "path": path,
            "kind": module.kind,
            "requests": requests,
            "imports": [self.targets[path, name] for name in module.imports],
            "stars": self._stars(path),
            "loose": self._loose(path),
            "awaits": module.awaits,
            "slow": slow,
            "text": module.rewritten.text if module.kind == "json" else None,
            "specifier": module.specifier,
            "hows": module.hows,
            "wanted": list(self._wanted(path)),
        }

    def _wanted(self, path: str) -> Iterator[dict[str, Any]]:
        """What a module takes from packages: whether it is there, only running tells."""
        module = self.modules[path]
        for imported in module.taken():
            target = self.targets[path, imported.specifier]
            if imported.name is not None and self.modules[target].kind == "package":
                column = module.rewritten.new_column(imported.line, imported.column)
                place = f"{path}:{imported.line}:{column}"
                yield {"path": target, "name": imported.name, "place": place}

    def _slow(self) -> set[str]:
        """The modules that await at their top level, or import one that does."""
        slow = {path for path, module in self.modules.items() if module.awaits}
        while True:
            more = {
                path
                for path, module in self.modules.items()
                if path not in slow
                and any(self.targets[path, name] in slow for name in module.imports)
            }
            if not more:
                return slow
            slow |= more

    def _star_targets(self, path: str) -> list[str]:
        return [self.targets[path, name] for name in self.modules[path].stars]

    def _stars(self, path: str) -> list[tuple[str, str]]:
        """The names that `export *` adds, each with the module it comes from."""
        own = self.modules[path].exports
        found: dict[str, str] = {}
        for target in self._star_targets(path):
            for name in sorted(self._names(target, {path})):
                if (
                    name not in own
                    and name != "default"
                    and self._origin(path, name, set()) != _AMBIGUOUS
                ):
                    found.setdefault(name, target)
        return list(found.items())

    def _loose(self, path: str) -> list[str]:
        return [path for path in self._star_targets(path) if self.modules[path].kind != "esm"]

    def _names(self, path: str, seen: set[str]) -> set[str]:
        if path in seen:
            return set()
        seen.add(path)
        names = set(self.modules[path].exports)
        for target in self._star_targets(path):
            names |= self._names(target, seen) - {"default"}
        return names

    def _origin(self, path: str, name: str, seen: set[tuple[str, str]]) -> tuple[str, str] | None:
        """The module and name where an exported name is declared.

        None: there is no such name. `_AMBIGUOUS`: two modules behind `export *` declare it.
        """
        module = self.modules[path]
        if module.kind != "esm":
            return path, name
        if (path, name) in seen:
            return None
        seen.add((path, name))
        if name in module.exports:
            target = module.exports[name]
            return (path, name) if target is None else self._follow(path, target, seen)
        return self._origin_by_star(path, name, seen) if name != "default" else None

    def _follow(
        self, path: str, target: Imported, seen: set[tuple[str, str]]
    ) -> tuple[str, str] | None:
        other = self.targets[path, target.specifier]
        return (other, "*") if target.name is None else self._origin(other, target.name, seen)

    def _origin_by_star(
        self, path: str, name: str, seen: set[tuple[str, str]]
    ) -> tuple[str, str] | None:
        found: set[tuple[str, str]] = set()
        for target in self._star_targets(path):
            origin = self._origin(target, name, seen)
            if origin is not None:
                found.add(origin)
        if len(found) > 1:
            return _AMBIGUOUS
        return found.pop() if found else None

    def check(self) -> None:
        """Raise `ScriptError` for a name that is imported but not exported."""
        for path, module in self.modules.items():
            for imported in module.taken():
                if imported.name is not None:
                    self._check_name(path, imported, imported.name)

    def _check_name(self, path: str, imported: Imported, name: str) -> None:
        origin = self._origin(self.targets[path, imported.specifier], name, set())
        said = f"The requested module '{imported.specifier}' "
        if origin is None:
            said += f"does not provide an export named '{name}'"
        elif origin == _AMBIGUOUS:
            said += f"contains conflicting star exports for name '{name}'"
        else:
            return
        message = f"SyntaxError: {said}"
        raise error_at(path, imported.line, imported.column, message, kind="syntax")


def load_graph(source: Source) -> Graph:
    """Read, compile and check an assistant's modules. Blocks on files. Raises `ScriptError`."""
    folder = SourceFolder(source.folder, source.added)
    kind = source.package.get("type")
    main = folder.name(source.folder / source.main)
    graph = Graph(main, {}, {}, {}, Packages(source))
    queue = [main]
    while queue:
        path = queue.pop()
        if path in graph.modules:
            continue
        if len(graph.modules) >= MODULE_LIMIT:
            raise ScriptError(f"the code has more than {MODULE_LIMIT} files", file=main)
        module = compile_module(path, folder.read(path), kind if isinstance(kind, str) else None)
        graph.modules[path] = module
        queue += _resolve(graph, folder, path, module)
    graph.check()
    return graph


def _resolve(graph: Graph, folder: SourceFolder, path: str, module: Module) -> list[str]:
    found = []
    for request in module.requests:
        try:
            target = _find(graph, folder, path, request)
        except Unresolved as error:
            if not request.lazy:
                raise error_at(path, request.line, request.column, str(error)) from error
            graph.problems[path, request.specifier] = str(error)
        else:
            graph.targets[path, request.specifier] = target
            found.append(target)
    return found


def _find(graph: Graph, folder: SourceFolder, path: str, request: Request) -> str:
    specifier = request.specifier
    if not is_package(specifier):
        return folder.resolve(specifier, path)
    target = f"npm:{specifier}"
    module = graph.packages.module(specifier, request.how)
    known = graph.modules.get(target)
    if known is not None and request.how not in known.hows:
        module = replace(module, hows=(*known.hows, request.how))
    graph.modules[target] = module if known is None else replace(known, hows=module.hows)
    return target

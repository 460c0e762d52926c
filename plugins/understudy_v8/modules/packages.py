"""npm packages in a graph: each is a module of its own, that one bundle holds the code of."""

from __future__ import annotations

import re
from typing import Final

from understudy.bundles import Bundle, NoBundle, find_bundle
from understudy.runtimes import Source
from understudy_v8.modules.files import Unresolved
from understudy_v8.modules.module import How, Module
from understudy_v8.modules.rewrite import Rewritten

BUNDLE: Final = "npm:packages"
"""The bundle's name among the modules of an isolate, and in stacks."""

# Of Node.js's modules, those that nothing can stand in for; the others an installation brings.
_ABSENT: Final = frozenset(
    (
        "child_process", "cluster", "dgram", "dns", "domain", "fs", "http", "http2", "https",
        "inspector", "module", "net", "os", "readline", "repl", "sqlite", "test", "tls",
        "trace_events", "tty", "v8", "vm", "wasi", "worker_threads", "zlib",
    )
)  # fmt: skip
_ADDRESS: Final = re.compile(r"(https?|data|file|blob|jsr|npm):")
_LOCAL: Final = ("./", "../", "/")
# What the linker writes above each file, and above its own parts.
_FILE: Final = re.compile(r"^ *// (\S+/\S+|\S+:\S+|packages\.js)$", re.MULTILINE)


def is_package(specifier: str) -> bool:
    """Whether an import names a package, not a file or an address."""
    local = specifier.startswith(_LOCAL) or specifier in ("", ".", "..")
    return not local and _ADDRESS.match(specifier) is None


class Packages:
    """The packages of one assistant. The bundle is read when the first is asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._bundle: Bundle | None = None
        self._problem: str | None = None

    @property
    def text(self) -> str | None:
        """The bundle as `Isolate.define` takes it; None if no package is used.

        The parentheses have V8 compile it at once: else it would read LangChain three times.
        """
        if self._bundle is None:
            return None
        head = "{const factory=(()=>(function(exports,require,module){"
        return f"{head}{self._bundle.text}\n}}))"

    def module(self, specifier: str, how: How) -> Module:
        """A package as a module. Raises `Unresolved`."""
        bundle = self._find()
        if bundle is None or f"{how} {specifier}" not in bundle.names:
            raise self._missing(specifier)
        return Module("package", Rewritten("", {}), hows=(how,), specifier=specifier)

    def _find(self) -> Bundle | None:
        if self._bundle is None and self._problem is None:
            try:
                self._bundle = find_bundle(self._source.folder, dict(self._source.package))
            except NoBundle as error:
                self._problem = str(error)
        return self._bundle

    def _missing(self, specifier: str) -> Unresolved:
        if specifier.removeprefix("node:").partition("/")[0] in _ABSENT:
            return Unresolved(_node_only(specifier))
        kind = "part of Node.js" if specifier.startswith("node:") else "an npm package"
        problem = self._problem or "it has not been installed"
        return Unresolved(f"`{specifier}` is {kind}: {problem}; {self._advice()}")

    def _advice(self) -> str:
        return f"run `understudy npm install {self._source.assistant_id}`"


def _node_only(specifier: str) -> str:
    return (
        f"`{specifier}` is part of Node.js, which index.js does not run in; move what needs it to "
        'src/process.js, which may import it, and call that: `await run.process.call("name", …)`'
    )


def owner(bundle: str, line: int) -> str | None:
    """The package's file that a line of the bundle, from 1, is from."""
    start = 0
    for _ in range(line - 1):
        start = bundle.find("\n", start) + 1
        if start == 0:
            return None
    found = [match[1] for match in _FILE.finditer(bundle, 0, start)]
    return found[-1] if found and found[-1].startswith("node_modules/") else None

"""Compiling a program's modules in an isolate, and what V8 says against them."""

from __future__ import annotations

import asyncio
import re

from understudy.errors import ScriptError
from understudy_v8.isolate import Isolate, SyntaxFault
from understudy_v8.modules.graph import Graph
from understudy_v8.modules.packages import BUNDLE
from understudy_v8.places import error_at
from understudy_v8.stacks import restore
from understudy_v8.web import Layer

# What V8 says when an import or export statement was not recognised, and so not replaced.
_MODULE_WORDS = re.compile(r"token 'export'|import statement outside")
_EXPORT = re.compile(r"export\b(\s+default\b)?")
_TRIED = "understudy:tried"
_STATEMENT_HINT = "The import or export statement is incomplete, or needs a semicolon behind it."


async def define_layer(isolate: Isolate, layer: Layer) -> None:
    """Hand the parts of the Web APIs to the isolate, unevaluated."""
    if isolate.layered:
        return
    for defined in [isolate.define(part.path, part.text()) for part in layer.parts]:
        await defined


async def define_modules(isolate: Isolate, graph: Graph) -> None:
    """Hand every module to the isolate. Raises `ScriptError` for the first that is not correct."""
    code = [item for item in graph.modules.items() if item[1].kind in ("esm", "cjs")]
    defined = [isolate.define(path, module.rewritten.text) for path, module in code]
    if graph.packages.text is not None:
        await isolate.define(BUNDLE, graph.packages.text)
    if defined:
        await asyncio.wait(defined)
    for (path, module), outcome in zip(code, defined, strict=True):
        try:
            outcome.result()
            if module.doubtful:
                await isolate.check(module.kind, module.body)
        except SyntaxFault as fault:
            fault = await _without_export(isolate, module.rewritten.text, fault)
            raise _syntax_error(graph, path, fault) from None


async def _without_export(isolate: Isolate, text: str, fault: SyntaxFault) -> SyntaxFault:
    """What V8 says to the statement behind an `export` that our parser could make nothing of."""
    lines = text.split("\n")
    start = (fault.column or 1) - 1
    found = _EXPORT.match(lines[fault.line - 1], start) if fault.line <= len(lines) else None
    if found is None:
        return fault
    line = lines[fault.line - 1]
    lines[fault.line - 1] = line[:start] + " " * len(found[0]) + line[found.end() :]
    try:
        await isolate.define(_TRIED, "\n".join(lines))
    except SyntaxFault as other:
        return other
    return fault


def _syntax_error(graph: Graph, path: str, fault: SyntaxFault) -> ScriptError:
    line, column = graph.modules[path].rewritten.original_place(fault.line, fault.column)
    message = f"SyntaxError: {restore(str(fault))}"
    hint = _STATEMENT_HINT if _MODULE_WORDS.search(message) else None
    return error_at(path, line, column, message, kind="syntax", hint=hint)

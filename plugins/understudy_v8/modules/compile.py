"""From an author's file to a `Module`: the JavaScript that declares its `factory`.

The lines stay the same, so the text begins in front of the first line: `{const factory=…`, an open
block that the isolate closes after it has handed the factory to the kernel.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from typing import TYPE_CHECKING

from understudy_v8.modules.module import Imported, Kind, Module
from understudy_v8.modules.references import References
from understudy_v8.modules.rewrite import Edits, Rewritten
from understudy_v8.modules.statements import Statements
from understudy_v8.modules.syntax import at_top, parse, syntax_error, text_of, tokens
from understudy_v8.modules.typescript import ENDINGS, strip_types
from understudy_v8.places import error_at

if TYPE_CHECKING:
    from tree_sitter import Node

_CACHED = 256
_cache: dict[bytes, Module] = {}


def compile_module(path: str, text: str, package_type: str | None) -> Module:
    """Compile a file. `package_type` is the `type` of package.json. Raises `ScriptError`."""
    key = hashlib.sha256(
        f"{path}\0{package_type}\0{text}".encode("utf-8", "surrogatepass")
    ).digest()
    module = _cache.get(key)
    if module is None:
        module = _compile(path, text, package_type)
        while len(_cache) >= _CACHED:
            _cache.pop(next(iter(_cache)), None)
        _cache[key] = module
    return module


def _compile(path: str, text: str, package_type: str | None) -> Module:
    if path.endswith(".json"):
        return _compile_json(path, text)
    if path.endswith(ENDINGS):
        text = strip_types(path, text)
    source = text.encode()
    root = parse(source)
    if _kind(path, source, root, package_type) == "esm":
        return _ESModule(path, source, root).module
    return _compile_commonjs(path, source, root)


def _kind(path: str, source: bytes, root: Node, package_type: str | None) -> Kind:
    ending = posixpath.splitext(path)[1]
    if ending in (".mjs", ".cjs", ".mts", ".cts"):
        return "esm" if ending.startswith(".m") else "cjs"
    if any(node.type in ("import_statement", "export_statement") for node in root.children):
        return "esm"
    if package_type in ("module", "commonjs"):
        return "esm" if package_type == "module" else "cjs"
    is_module = _awaits(source, root) or any(
        _is_meta(node) for node in tokens(root, source, ["import"])
    )
    return "esm" if is_module else "cjs"


def _compile_json(path: str, text: str) -> Module:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg}"
        raise error_at(path, error.lineno, error.colno, message, kind="syntax") from error
    except (ValueError, RecursionError) as error:
        raise error_at(path, None, None, f"this is not JSON: {error}", kind="syntax") from error
    return Module("json", Rewritten(text, {}))


def _compile_commonjs(path: str, source: bytes, root: Node) -> Module:
    prefix = _prefix(source)
    statements = Statements(path, source, root, prefix)
    for node in tokens(root, source, ["require"]):
        literal = _literal_argument(node.parent)
        if node.type == "identifier" and literal is not None:
            statements.request(literal, lazy=True, how="require")
    _rewrite_dynamic(statements, root, source, prefix)
    _blank_hash_bang(statements.edits, root)
    head = f"{{const factory=({prefix})=>function(exports,require,module,__filename,__dirname){{"
    statements.edits.replace(0, 0, head)
    return Module(
        "cjs",
        _closed(statements.edits.apply()),
        requests=tuple(statements.requests.values()),
        doubtful=root.has_error,
        body=_body(statements.edits.apply().text, head),
    )


class _ESModule:
    def __init__(self, path: str, source: bytes, root: Node) -> None:
        self._path = path
        self._source = source
        self._root = root
        prefix = _prefix(source)
        awaits = _awaits(source, root)
        self._refuse_function_words()
        self._statements = Statements(path, source, root, prefix)
        self._references = References(self._statements, source, root, prefix)
        _rewrite_dynamic(self._statements, root, source, prefix)
        _blank_hash_bang(self._statements.edits, root)
        head = self._head(prefix, awaits=awaits)
        self._statements.edits.replace(0, 0, head)
        rewritten = self._statements.edits.apply()
        self.module = Module(
            "esm",
            _closed(rewritten),
            requests=tuple(self._statements.requests.values()),
            imports=tuple(self._statements.imports),
            imported=tuple(self._statements.locals.values()),
            exports={
                name: self._origin(target) for name, target in self._statements.exports.items()
            },
            stars=tuple(self._statements.stars),
            awaits=awaits,
            doubtful=root.has_error,
            body=_body(rewritten.text, head),
        )

    def _head(self, prefix: str, *, awaits: bool) -> str:
        spaces = "".join(f",{prefix}{index}" for index in range(len(self._statements.imports)))
        getters = ",".join(
            f"[{json.dumps(name)}]:()=>{self._getter(target)}"
            for name, target in self._statements.exports.items()
        )
        kind = "async function*" if awaits else "function*"
        link = f"{prefix}.export({{{getters}}})"
        return f'{{const factory=({prefix}{spaces})=>{kind}(){{"use strict";{link};yield;'

    def _getter(self, target: Imported | str) -> str:
        if isinstance(target, str):
            origin = self._statements.locals.get(target)
            return target if origin is None else self._references.read(origin)
        return self._references.read(target)

    def _origin(self, target: Imported | str) -> Imported | None:
        return self._statements.locals.get(target) if isinstance(target, str) else target

    def _refuse_function_words(self) -> None:
        # Legal in the function that we make of the module, but not in a module.
        words = {
            "return": "Illegal return statement",
            "yield": "Unexpected strict mode reserved word",
        }
        for node in tokens(self._root, self._source, words):
            parent = node.parent
            statement = parent is not None and parent.type in (
                "return_statement",
                "yield_expression",
            )
            if statement and at_top(node):
                raise syntax_error(self._path, self._source, node, words[text_of(node)])


def _closed(rewritten: Rewritten) -> Rewritten:
    return Rewritten(rewritten.text + "\n}", rewritten.shifts)


def _body(text: str, head: str) -> str:
    return text.removeprefix(head)


def _prefix(source: bytes) -> str:
    prefix = "__u"
    while prefix.encode() in source:
        prefix += "_"
    return prefix


def _awaits(source: bytes, root: Node) -> bool:
    waiting = ("await_expression", "for_in_statement")
    return any(
        node.parent is not None and node.parent.type in waiting and at_top(node)
        for node in tokens(root, source, ["await"])
    )


def _is_meta(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "meta_property"


def _literal_argument(call: Node | None) -> Node | None:
    arguments = call.child_by_field_name("arguments") if call is not None else None
    if arguments is None or not arguments.named_children:
        return None
    first = arguments.named_children[0]
    return first if first.type == "string" else None


def _rewrite_dynamic(statements: Statements, root: Node, source: bytes, prefix: str) -> None:
    for node in tokens(root, source, ["import"]):
        parent = node.parent
        if parent is not None and parent.type == "import":
            parent = parent.parent
        if parent is None:
            continue
        if parent.type == "meta_property":
            statements.edits.replace(parent.start_byte, parent.end_byte, f"{prefix}.meta")
        elif parent.type == "call_expression":
            literal = _literal_argument(parent)
            if literal is not None:
                statements.request(literal, lazy=True)
            statements.edits.replace(node.start_byte, node.end_byte, f"{prefix}.import")


def _blank_hash_bang(edits: Edits, root: Node) -> None:
    first = root.children[0] if root.children else None
    if first is not None and first.type == "hash_bang_line":
        edits.replace(first.start_byte, first.end_byte, " " * (first.end_byte - first.start_byte))

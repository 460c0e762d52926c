"""TypeScript to JavaScript, by taking the types away: what stays, stays where it is.

Only enums and parameter properties are more than types; they are written out in place.
https://www.typescriptlang.org/docs/handbook/ names the constructs.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from understudy_v8.modules.enums import write_enum
from understudy_v8.modules.rewrite import Edits
from understudy_v8.modules.syntax import syntax_error, text_of, tokens

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser, Query

ENDINGS: Final = (".ts", ".mts", ".cts")
_STATEMENTS: Final = (
    "interface_declaration", "type_alias_declaration", "ambient_declaration", "function_signature",
    "abstract_method_signature", "method_signature", "index_signature",
)  # fmt: skip
_PARTS: Final = (
    "type_annotation", "type_predicate_annotation", "asserts_annotation", "type_parameters",
    "type_arguments", "implements_clause", "accessibility_modifier", "override_modifier",
)  # fmt: skip
_CASTS: Final = ("as_expression", "satisfies_expression")
_OTHERS: Final = (
    "non_null_expression", "required_parameter", "optional_parameter", "public_field_definition",
    "method_definition", "variable_declarator", "abstract_class_declaration", "import_statement",
    "export_statement", "enum_declaration", "internal_module", "module", "import_require_clause",
)  # fmt: skip
_WORDS: Final = frozenset({"abstract", "declare", "readonly", "?", "!"})
_REFUSED: Final = {
    "internal_module": ("namespaces cannot be taken away", "Export from a module instead."),
    "module": ("namespaces cannot be taken away", "Export from a module instead."),
    "import_require_clause": ("`import … = require()` is not supported", "Use `import`."),
}


def strip_types(path: str, text: str) -> str:
    """The JavaScript in a file of TypeScript: the same lines. Raises `ScriptError`."""
    source = text.encode()
    root = _parser().parse(source).root_node
    stripped = _Stripping(path, source, root).text()
    return _without_unused(stripped, _parser().parse(stripped.encode()).root_node)


@cache
def _language() -> Language:
    import tree_sitter_typescript
    from tree_sitter import Language

    return Language(tree_sitter_typescript.language_typescript())


@cache
def _parser() -> Parser:
    from tree_sitter import Parser

    return Parser(_language())


@cache
def _query() -> Query:
    from tree_sitter import Query

    kinds = (*_STATEMENTS, *_PARTS, *_CASTS, *_OTHERS)
    return Query(_language(), "\n".join(f"({kind}) @it" for kind in kinds))


class _Stripping:
    def __init__(self, path: str, source: bytes, root: Node) -> None:
        from tree_sitter import QueryCursor

        self._path = path
        self._source = source
        self._edits = Edits(source)
        self._gone: list[tuple[int, int]] = []
        found = QueryCursor(_query()).captures(root).get("it", [])
        # The outermost first: what is in a type goes with it.
        for node in sorted(found, key=lambda node: (node.start_byte, -node.end_byte)):
            if not self._is_gone(node):
                self._visit(node)

    def text(self) -> str:
        return self._edits.apply().text

    def _is_gone(self, node: Node) -> bool:
        at = bisect_right(self._gone, (node.start_byte, len(self._source)))
        return at > 0 and node.end_byte <= self._gone[at - 1][1]

    def _visit(self, node: Node) -> None:
        kind = node.type
        if kind in _REFUSED:
            message, hint = _REFUSED[kind]
            raise syntax_error(self._path, self._source, node, message, hint)
        if kind in _STATEMENTS:
            self._remove(node, statement=node.parent is None or node.parent.type != "class_body")
        elif kind in _PARTS:
            self._remove(node)
        elif kind in _CASTS:
            self._blank(node.children[0].end_byte, node.end_byte)
        elif kind == "enum_declaration":
            write_enum(node, self._edits)
        elif kind in ("import_statement", "export_statement"):
            self._visit_link(node)
        else:
            self._visit_mixed(node)

    def _visit_link(self, node: Node) -> None:
        declaration = node.child_by_field_name("declaration")
        types_only = declaration is not None and declaration.type in _STATEMENTS
        if types_only or any(child.type == "type" for child in node.children):
            self._remove(node, statement=True)
            return
        for clause in node.children:
            for item in _specifiers(clause):
                if item.children[0].type == "type" and len(item.children) > 1:
                    self._remove_listed(item)

    def _visit_mixed(self, node: Node) -> None:
        words = [child for child in node.children if child.type in _WORDS]
        said = {word.type for word in words}
        if node.type == "public_field_definition" and said & {"declare", "abstract"}:
            self._remove(node)
        elif node.type == "required_parameter" and node.children[0].type == "this":
            self._remove_listed(node)
        else:
            for word in words:
                self._remove(word)
            if node.type == "method_definition":
                self._assign_properties(node)

    def _assign_properties(self, method: Node) -> None:
        """Write out `constructor(private x)`: at the start of the body, or behind `super()`."""
        parameters = method.child_by_field_name("parameters")
        body = method.child_by_field_name("body")
        if parameters is None or body is None:
            return
        names = [text_of(name) for name in map(_property, parameters.children) if name is not None]
        if names:
            at = _behind_super(body)
            self._edits.replace(at, at, "".join(f" this.{name} = {name};" for name in names))

    def _remove_listed(self, node: Node) -> None:
        after = node.next_sibling
        end = after.end_byte if after is not None and after.type == "," else node.end_byte
        self._blank(node.start_byte, end)

    def _remove(self, node: Node, *, statement: bool = False) -> None:
        if statement:
            self._edits.blank(node.start_byte, node.end_byte)
            insort(self._gone, (node.start_byte, node.end_byte))
        else:
            self._blank(node.start_byte, node.end_byte)

    def _blank(self, start: int, end: int) -> None:
        gone = self._source[start:end].decode()
        self._edits.replace(start, end, re.sub(r"[^\r\n]", _spaces, gone))
        insort(self._gone, (start, end))


def _spaces(match: re.Match[str]) -> str:
    return " " * (1 + (ord(match[0]) > 0xFFFF))


def _specifiers(clause: Node) -> Iterator[Node]:
    for child in clause.children:
        if child.type in ("import_specifier", "export_specifier"):
            yield child
        elif child.type == "named_imports":
            yield from _specifiers(child)


def _property(parameter: Node) -> Node | None:
    kinds = {child.type for child in parameter.children}
    if not kinds & {"accessibility_modifier", "readonly", "override_modifier"}:
        return None
    return parameter.child_by_field_name("pattern")


def _behind_super(body: Node) -> int:
    for statement in body.children:
        if statement.type == "expression_statement" and text_of(statement).startswith("super("):
            return statement.end_byte
    return body.start_byte + 1


def _without_unused(text: str, root: Node) -> str:
    """Without the imports that nothing uses any more: they were for types, and may not be there."""
    source = text.encode()
    edits = Edits(source)
    for statement in root.children:
        if statement.type != "import_statement" or statement.child_by_field_name("source") is None:
            continue
        locals_ = list(_locals(statement))
        unused = [item for item, name in locals_ if not _is_used(root, source, statement, name)]
        if locals_ and len(unused) == len(locals_):
            edits.blank(statement.start_byte, statement.end_byte)
        else:
            for item in unused:
                _drop(item, edits)
    return edits.apply().text


def _locals(statement: Node) -> Iterator[tuple[Node, str]]:
    for clause in statement.children:
        if clause.type != "import_clause":
            continue
        for child in clause.children:
            if child.type in ("identifier", "namespace_import"):
                yield child, text_of(child.children[-1] if child.children else child)
        for item in _specifiers(clause):
            yield item, text_of(item.children[-1])


def _is_used(root: Node, source: bytes, statement: Node, name: str) -> bool:
    return any(
        node.end_byte <= statement.start_byte or node.start_byte >= statement.end_byte
        for node in tokens(root, source, [name])
    )


def _drop(item: Node, edits: Edits) -> None:
    start, end = item.start_byte, item.end_byte
    before, after = item.prev_sibling, item.next_sibling
    if after is not None and after.type == ",":
        end = after.end_byte
    elif item.type == "namespace_import" and before is not None:
        start = before.start_byte
    edits.replace(start, end, " " * (end - start))

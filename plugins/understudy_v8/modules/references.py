"""References to imported names: each becomes a read of the other module's namespace.

So a binding is live, and in its dead zone before the other module has run, as the language says.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from understudy_v8.modules.module import Imported
from understudy_v8.modules.scopes import Scopes, declaring_scope, pattern_top
from understudy_v8.modules.statements import Statements
from understudy_v8.modules.syntax import text_of, tokens

if TYPE_CHECKING:
    from tree_sitter import Node

_IDENTIFIERS = frozenset(
    {"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"}
)
_SHORTHAND = _IDENTIFIERS - {"identifier"}
_STATEMENT_LISTS = frozenset({"program", "statement_block", "switch_case", "switch_default"})
_ASSIGNING = {
    "assignment_expression": "left",
    "augmented_assignment_expression": "left",
    "update_expression": "argument",
    "for_in_statement": "left",
}


class References:
    """Rewrites the references in a tree, by the tables in `statements`."""

    def __init__(self, statements: Statements, source: bytes, root: Node, prefix: str) -> None:
        self._statements = statements
        self._prefix = prefix
        local = [text_of(name) for _, name in statements.pending]
        nodes = [
            node
            for node in tokens(root, source, {*statements.locals, *local})
            if node.type in _IDENTIFIERS and not self._is_blanked(node)
        ]
        scopes = Scopes(nodes)
        self._check(nodes, scopes, root)
        for node in nodes:
            imported = statements.locals.get(text_of(node))
            if imported is not None and not scopes.is_declaration(node) and not scopes.hide(node):
                self._rewrite(node, imported)

    def namespace(self, specifier: str) -> str:
        """The name of the variable that holds a module's namespace."""
        return f"{self._prefix}{self._statements.imports.index(specifier)}"

    def read(self, imported: Imported) -> str:
        """The expression that reads an imported name."""
        space = self.namespace(imported.specifier)
        if imported.name is None:
            return space
        if re.fullmatch(r"[A-Za-z_$][\w$]*", imported.name):
            return f"{space}.{imported.name}"
        return f"{space}[{json.dumps(imported.name)}]"

    def _is_blanked(self, node: Node) -> bool:
        return any(start <= node.start_byte < end for start, end in self._statements.blanked)

    def _check(self, nodes: list[Node], scopes: Scopes, root: Node) -> None:
        at_top = scopes.names(root)
        for node in nodes:
            name = text_of(node)
            clashes = name in self._statements.locals and name in at_top
            if clashes and declaring_scope(node) == root:
                message = f"Identifier '{name}' has already been declared"
                raise self._statements.error(node, message)
        for _, name_node in self._statements.pending:
            name = text_of(name_node)
            if name not in at_top and name not in self._statements.locals and not root.has_error:
                message = f"Export '{name}' is not defined in module"
                raise self._statements.error(name_node, message)

    def _rewrite(self, node: Node, imported: Imported) -> None:
        name = text_of(node)
        if _is_assigned(node):
            hint = "Export a function from that module which changes it."
            message = f"Assignment to constant variable: '{name}' is imported"
            raise self._statements.error(node, message, hint)
        value = self.read(imported)
        if node.type in _SHORTHAND:
            value = f"{name}: {value}"
        elif _is_called(node):
            value = f"{_separator(node)}(0,{value})"
        callee = value.endswith(")")
        self._statements.edits.replace(node.start_byte, node.end_byte, value, callee=callee)


def _is_assigned(node: Node) -> bool:
    target = pattern_top(node)
    parent = target.parent
    if parent is None:
        return False
    side = _ASSIGNING.get(parent.type)
    return side is not None and parent.child_by_field_name(side) == target


def _is_called(node: Node) -> bool:
    parent = node.parent
    return (
        parent is not None
        and parent.type == "call_expression"
        and parent.child_by_field_name("function") == node
    )


def _separator(node: Node) -> str:
    # Without a semicolon, the line before would swallow our parenthesis as its arguments.
    outer = node.parent
    while outer is not None and outer.start_byte == node.start_byte:
        if outer.type == "expression_statement":
            listed = outer.parent is not None and outer.parent.type in _STATEMENT_LISTS
            return ";" if listed else ""
        outer = outer.parent
    return ""

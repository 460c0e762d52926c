"""Which names are declared where, as far as they are names that an import also brings in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from understudy_v8.modules.syntax import FUNCTIONS, ancestors, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_BLOCKS = frozenset(
    {"program", "statement_block", "for_statement", "for_in_statement", "switch_body"}
)
_NAMED = frozenset({"function_declaration", "generator_function_declaration", "class_declaration"})
_DECLARING = {
    **dict.fromkeys(_NAMED, "name"),
    **dict.fromkeys(("function_expression", "generator_function", "class"), "name"),
    "variable_declarator": "name",
    "for_in_statement": "left",
    "arrow_function": "parameter",
    "catch_clause": "parameter",
}
_WRAPPING = frozenset({"array_pattern", "object_pattern", "rest_pattern"})
_WITH_DEFAULT = frozenset({"assignment_pattern", "object_assignment_pattern"})
_DECLARATIONS = frozenset({"lexical_declaration", "using_declaration"})


class Scopes:
    """The declarations among some identifiers of a tree."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._names: dict[int, set[str]] = {}
        self._declarations: set[int] = set()
        for node in nodes:
            scope = declaring_scope(node)
            if scope is not None:
                self._names.setdefault(scope.id, set()).add(text_of(node))
                self._declarations.add(node.id)

    def names(self, scope: Node) -> set[str]:
        """The names declared directly in a scope."""
        return self._names.get(scope.id, set())

    def is_declaration(self, node: Node) -> bool:
        """Whether an identifier is declared where it stands, not used."""
        return node.id in self._declarations

    def hide(self, node: Node) -> bool:
        """Whether a reference means something declared inside the module's top level."""
        if not self._names:
            return False
        name = text_of(node)
        for child, parent in ancestors(node):
            if parent.type == "program":
                return False
            if name in self.names(parent) and not _is_outside(child, parent):
                return True
        return False


def _is_outside(child: Node, scope: Node) -> bool:
    # A method's computed name is evaluated where the class is.
    return scope.type == "method_definition" and child == scope.child_by_field_name("name")


def declaring_scope(node: Node) -> Node | None:
    """The scope that an identifier is declared in; None if it is only used there."""
    target = pattern_top(node)
    parent = target.parent
    if parent is None or not _is_declared_by(target, parent):
        return None
    kind = parent.type
    if kind == "variable_declarator":
        return _variable_scope(parent)
    if kind == "for_in_statement":
        return _loop_scope(parent)
    if kind == "formal_parameters":
        return parent.parent
    return _block(parent) if kind in _NAMED else parent


def _is_declared_by(target: Node, parent: Node) -> bool:
    if parent.type == "formal_parameters":
        return True
    part = _DECLARING.get(parent.type)
    return part is not None and target == parent.child_by_field_name(part)


def pattern_top(node: Node) -> Node:
    """The whole pattern that an identifier is bound in: `{a: [b]}` for `b`."""
    while (parent := node.parent) is not None:
        binds = (
            parent.type in _WRAPPING
            or (parent.type in _WITH_DEFAULT and node == parent.child_by_field_name("left"))
            or (parent.type == "pair_pattern" and node == parent.child_by_field_name("value"))
        )
        if not binds:
            break
        node = parent
    return node


def _variable_scope(declarator: Node) -> Node | None:
    declaration = declarator.parent
    if declaration is not None and declaration.type in _DECLARATIONS:
        return _block(declaration)
    return _function_body(declarator)


def _loop_scope(loop: Node) -> Node | None:
    kind = loop.child_by_field_name("kind")
    if kind is None:
        return None
    return _function_body(loop) if kind.type == "var" else loop


def _block(node: Node) -> Node | None:
    return next((parent for _, parent in ancestors(node) if parent.type in _BLOCKS), None)


def _function_body(node: Node) -> Node | None:
    for child, parent in ancestors(node):
        if parent.type == "program":
            return parent
        if child.type == "statement_block" and (
            parent.type in FUNCTIONS or parent.type == "class_static_block"
        ):
            return child
    return None

"""The import and export statements of an ES module: what they say, and what replaces them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from understudy_v8.modules.module import How, Imported, Request
from understudy_v8.modules.rewrite import Edits
from understudy_v8.modules.scopes import pattern_top
from understudy_v8.modules.syntax import first_error, position, string_value, syntax_error, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_BOUND = ("identifier", "shorthand_property_identifier_pattern")


class Statements:
    """Reads the statements at the top of a tree. `prefix` begins the names we add."""

    def __init__(self, path: str, source: bytes, root: Node, prefix: str) -> None:
        self._path = path
        self._source = source
        self.edits = Edits(source)
        self.default_name = f"{prefix}default"
        self.requests: dict[tuple[str, How], Request] = {}
        self.imports: list[str] = []
        self.locals: dict[str, Imported] = {}
        self.exports: dict[str, Imported | str] = {}
        self.stars: list[str] = []
        self.pending: list[tuple[str, Node]] = []
        self.blanked: list[tuple[int, int]] = []
        for node in root.children:
            if node.type == "import_statement":
                self._read_import(node)
            elif node.type == "export_statement":
                self._read_export(node)

    def request(self, source: Node, *, lazy: bool, how: How = "import") -> str:
        """Note that a string literal names another module."""
        specifier = string_value(source)
        line, column = position(self._source, source)
        known = self.requests.get((specifier, how))
        if known is None or (known.lazy and not lazy):
            self.requests[specifier, how] = Request(specifier, how, lazy, line, column)
        if not lazy and specifier not in self.imports:
            self.imports.append(specifier)
        return specifier

    def _read_import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        if source is None:
            return
        specifier = self.request(source, lazy=False)
        for clause in node.children:
            if clause.type == "import_clause":
                for local, imported in self._clause(clause, specifier):
                    self._declare(local, imported)
        self._blank(node)

    def _clause(self, clause: Node, specifier: str) -> Iterator[tuple[Node, Imported]]:
        for child in clause.children:
            if child.type == "identifier":
                yield child, self._imported(specifier, "default", child)
            elif child.type == "namespace_import":
                yield child.children[-1], self._imported(specifier, None, child)
            elif child.type == "named_imports":
                for item in child.children:
                    if item.type == "import_specifier":
                        name, local = _names(item)
                        yield local, self._imported(specifier, _name(name), name)

    def _imported(self, specifier: str, name: str | None, node: Node) -> Imported:
        return Imported(specifier, name, *position(self._source, node))

    def _declare(self, local: Node, imported: Imported) -> None:
        name = text_of(local)
        if name in self.locals:
            raise self.error(local, f"Identifier '{name}' has already been declared")
        self.locals[name] = imported

    def _read_export(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        declaration = node.child_by_field_name("declaration")
        value = node.child_by_field_name("value")
        is_default = any(child.type == "default" for child in node.children)
        if source is not None:
            self._export_from(node, self.request(source, lazy=False))
        elif is_default and (value is not None or declaration is not None):
            self._export_default(node, value, declaration)
        elif declaration is not None:
            self.edits.replace(
                node.start_byte, declaration.start_byte, self._gap(node, declaration)
            )
            for name in _declared_names(declaration):
                self._export(name, text_of(name), text_of(name))
        else:
            self._export_list(node)

    def _gap(self, node: Node, declaration: Node) -> str:
        gap = self._source[node.start_byte : declaration.start_byte].decode()
        return gap.replace("export", "      ", 1)

    def _export_from(self, node: Node, specifier: str) -> None:
        for child in node.children:
            if child.type == "*":
                self.stars.append(specifier)
            elif child.type == "namespace_export":
                name = child.children[-1]
                self._export(name, _name(name), self._imported(specifier, None, child))
            elif child.type == "export_clause":
                for name, exported in _specifiers(child):
                    self._export(
                        exported, _name(exported), self._imported(specifier, _name(name), name)
                    )
        self._blank(node)

    def _export_list(self, node: Node) -> None:
        clause = next((child for child in node.children if child.type == "export_clause"), None)
        if clause is None:
            return
        for name, exported in _specifiers(clause):
            self.pending.append((_name(exported), name))
            self._export(exported, _name(exported), text_of(name))
        self._blank(node)

    def _export_default(self, node: Node, value: Node | None, declaration: Node | None) -> None:
        keyword = next(child for child in node.children if child.type == "default")
        what = declaration if declaration is not None else value
        assert what is not None
        name = what.child_by_field_name("name")
        hoisted = what.type in ("function_expression", "generator_function", "class")
        if declaration is not None and name is not None:
            self._blank_keywords(node, keyword)
            local = text_of(name)
        elif hoisted:
            self._blank_keywords(node, keyword)
            local = self._name_default(what)
        else:
            local = self.default_name
            self.edits.replace(node.start_byte, keyword.end_byte, f"const {local} =")
        self._export(keyword, "default", local)

    def _blank_keywords(self, node: Node, keyword: Node) -> None:
        gap = self._source[node.start_byte : keyword.end_byte].decode()
        self.edits.replace(
            node.start_byte, keyword.end_byte, "".join(" " if c not in "\r\n" else c for c in gap)
        )

    def _name_default(self, what: Node) -> str:
        name = what.child_by_field_name("name")
        if name is not None:
            return text_of(name)
        before = [child for child in what.children if child.type in ("function", "class", "*")]
        end = before[-1].end_byte
        self.edits.replace(end, end, f" {self.default_name} ")
        return self.default_name

    def _export(self, node: Node, name: str, target: Imported | str) -> None:
        if name in self.exports:
            raise self.error(node, f"Duplicate export of '{name}'")
        self.exports[name] = target

    def _blank(self, node: Node) -> None:
        mistake = first_error(node)
        if mistake is not None:
            raise self.error(mistake, f"Unexpected '{text_of(mistake)[:40]}'")
        self.edits.blank(node.start_byte, node.end_byte)
        self.blanked.append((node.start_byte, node.end_byte))

    def error(self, node: Node, message: str, hint: str | None = None) -> Exception:
        """A syntax error of this module."""
        return syntax_error(self._path, self._source, node, message, hint)


def _name(node: Node) -> str:
    return string_value(node) if node.type == "string" else text_of(node)


def _names(item: Node) -> tuple[Node, Node]:
    name = item.child_by_field_name("name")
    alias = item.child_by_field_name("alias")
    first = name if name is not None else item.children[0]
    return first, alias if alias is not None else first


def _specifiers(clause: Node) -> Iterator[tuple[Node, Node]]:
    for item in clause.children:
        if item.type == "export_specifier":
            yield _names(item)


def _declared_names(declaration: Node) -> Iterator[Node]:
    name = declaration.child_by_field_name("name")
    if name is not None:
        yield name
        return
    for declarator in declaration.children:
        target = declarator.child_by_field_name("name")
        if declarator.type == "variable_declarator" and target is not None:
            yield from _bound_names(target)


def _bound_names(pattern: Node) -> Iterator[Node]:
    if pattern.type in _BOUND:
        yield pattern
    for child in pattern.children:
        for node in _bound_names(child):
            if pattern_top(node) == pattern_top(pattern):
                yield node

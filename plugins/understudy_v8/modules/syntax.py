"""The syntax tree of a module, by tree-sitter, and how it is searched.

tree-sitter reads on after mistakes; whether a text is correct is V8's to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from understudy.errors import ScriptError
from understudy_v8.modules.rewrite import width
from understudy_v8.places import error_at

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
_NOT_TOP = FUNCTIONS | {"class_static_block", "field_definition"}


@cache
def _parser() -> Parser:
    import tree_sitter_javascript
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_javascript.language()))


def parse(source: bytes) -> Node:
    """The root of the tree."""
    return _parser().parse(source).root_node


def text_of(node: Node) -> str:
    """A node's text."""
    return (node.text or b"").decode()


def string_value(node: Node) -> str:
    """The value of a string literal."""
    inner = text_of(node)[1:-1]
    if "\\" not in inner:
        return inner
    try:
        return str(json.loads('"' + inner.replace('"', '\\"').replace("\\'", "'") + '"'))
    except ValueError:
        return inner


def tokens(root: Node, source: bytes, words: Iterable[str]) -> Iterator[Node]:
    """The smallest nodes that are exactly one of `words`, in order.

    Found by text first: a walk over the whole tree in Python would be ten times slower.
    """
    choice = b"|".join(sorted((re.escape(word.encode()) for word in words), reverse=True))
    if not choice:
        return
    whole = rb"(?<![\w$\x80-\xff])(?:" + choice + rb")(?![\w$\x80-\xff])"
    for match in re.finditer(whole, source):
        node = root.descendant_for_byte_range(match.start(), match.end())
        if node is not None and (node.start_byte, node.end_byte) == match.span():
            yield node


def ancestors(node: Node) -> Iterator[tuple[Node, Node]]:
    """Pairs of a node and its parent, from `node` up."""
    while (parent := node.parent) is not None:
        yield node, parent
        node = parent


def first_error(node: Node) -> Node | None:
    """The first part of a node that the parser could not make sense of."""
    if node.is_error or not node.has_error:
        return node if node.is_error else None
    return next(filter(None, map(first_error, node.children)), None)


def at_top(node: Node) -> bool:
    """Whether a node belongs to the module itself, not to a function or class in it."""
    return all(parent.type not in _NOT_TOP for _, parent in ancestors(node))


def position(source: bytes, node: Node) -> tuple[int, int]:
    """Line and column, from 1."""
    row = node.start_point[0]
    start = source.rfind(b"\n", 0, node.start_byte) + 1
    return row + 1, width(source[start : node.start_byte].decode()) + 1


def syntax_error(
    path: str, source: bytes, node: Node, message: str, hint: str | None = None
) -> ScriptError:
    """A mistake that V8 would find if it loaded modules itself."""
    line, column = position(source, node)
    return error_at(path, line, column, f"SyntaxError: {message}", kind="syntax", hint=hint)

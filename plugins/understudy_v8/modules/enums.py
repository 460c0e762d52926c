"""Enums of TypeScript, written out: `enum A { X }` becomes `var A = ((A) => { … })(A ?? {})`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from understudy_v8.modules.rewrite import Edits
from understudy_v8.modules.syntax import string_value, text_of, tokens

if TYPE_CHECKING:
    from tree_sitter import Node


def write_enum(node: Node, edits: Edits) -> None:
    """Replace an enum's declaration, member by member, so that lines stay lines."""
    name = node.child_by_field_name("name")
    body = node.child_by_field_name("body")
    if name is None or body is None:
        return
    enum = text_of(name)
    edits.replace(node.start_byte, body.start_byte + 1, f"var {enum} = (({enum}) => {{")
    before = None
    for member in body.named_children:
        if member.type == "comment":
            continue
        before = _write_member(enum, member, body, before, edits)
    for comma in body.children:
        if comma.type == ",":
            edits.replace(comma.start_byte, comma.end_byte, ";")
    edits.replace(body.end_byte - 1, body.end_byte, f"; return {enum}; }})({enum} ?? {{}});")


def _write_member(enum: str, member: Node, body: Node, before: str | None, edits: Edits) -> str:
    named, value = member, None
    if member.type == "enum_assignment":
        named = member.child_by_field_name("name") or member
        value = member.child_by_field_name("value")
    name = string_value(named) if named.type == "string" else text_of(named)
    key = f"{enum}[{json.dumps(name)}]"
    start = f"{enum}[{key} = "
    end = f"] = {json.dumps(name)}"
    if value is None:
        following = "0" if before is None else f"{before} + 1"
        edits.replace(member.start_byte, member.end_byte, f"{start}{following}{end}")
    elif value.type in ("string", "template_string"):
        edits.replace(member.start_byte, value.start_byte, f"{key} = ")
    else:
        edits.replace(member.start_byte, value.start_byte, start)
        edits.replace(value.end_byte, value.end_byte, end)
    if named.type != "string":
        _name_elsewhere(key, name, named, body, edits)
    return key


def _name_elsewhere(key: str, name: str, named: Node, body: Node, edits: Edits) -> None:
    """Members may be named without the enum in what other members are given."""
    source = b" " * body.start_byte + (body.text or b"")
    for node in tokens(body, source, [name]):
        if node.type == "identifier" and node != named:
            edits.replace(node.start_byte, node.end_byte, key)

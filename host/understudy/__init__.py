"""Understudy: an assistant is a folder you own.

The names below are the public ones; everything else may change on any day. They are loaded on
first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Host": "host",
    "SyncHost": "sync",
    "Reply": "reply",
    "default_root": "root",
    "Event": "events",
    "Scratch": "runs.scratch",
    "Problem": "folder.problems",
    "hookimpl": "hookspecs",
    "Grant": "permissions.grant",
    **dict.fromkeys(
        ("Assistant", "File", "Message", "Run", "RunStep", "Thread", "new_id"), "objects"
    ),
    **dict.fromkeys(("Function", "Tool", "ToolCall", "ToolContext"), "tools"),
    **dict.fromkeys(("Limits", "Program", "Runtime", "Source"), "runtimes"),
    **dict.fromkeys(("ChatChunk", "ChatRequest", "ModelProvider", "ToolCallDelta"), "models"),
    **dict.fromkeys(("ANY", "NAME", "Document", "Entry", "Page", "Store"), "store"),
    **dict.fromkeys(
        (
            "Conflict",
            "Invalid",
            "ModelError",
            "NetworkError",
            "NotAllowed",
            "NotFound",
            "PluginError",
            "ScriptError",
            "StoreError",
            "ToolError",
            "UnderstudyError",
        ),
        "errors",
    ),
}

__all__ = [
    "ANY",
    "NAME",
    "Assistant",
    "ChatChunk",
    "ChatRequest",
    "Conflict",
    "Document",
    "Entry",
    "Event",
    "File",
    "Function",
    "Grant",
    "Host",
    "Invalid",
    "Limits",
    "Message",
    "ModelError",
    "ModelProvider",
    "NetworkError",
    "NotAllowed",
    "NotFound",
    "Page",
    "PluginError",
    "Problem",
    "Program",
    "Reply",
    "Run",
    "RunStep",
    "Runtime",
    "Scratch",
    "ScriptError",
    "Source",
    "Store",
    "StoreError",
    "SyncHost",
    "Thread",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "ToolContext",
    "ToolError",
    "UnderstudyError",
    "default_root",
    "hookimpl",
    "new_id",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


if TYPE_CHECKING:  # the same names, for type checkers
    from understudy.errors import (
        Conflict,
        Invalid,
        ModelError,
        NetworkError,
        NotAllowed,
        NotFound,
        PluginError,
        ScriptError,
        StoreError,
        ToolError,
        UnderstudyError,
    )
    from understudy.events import Event
    from understudy.folder.problems import Problem
    from understudy.hookspecs import hookimpl
    from understudy.host import Host
    from understudy.models import ChatChunk, ChatRequest, ModelProvider, ToolCallDelta
    from understudy.objects import Assistant, File, Message, Run, RunStep, Thread, new_id
    from understudy.permissions.grant import Grant
    from understudy.reply import Reply
    from understudy.root import default_root
    from understudy.runs.scratch import Scratch
    from understudy.runtimes import Limits, Program, Runtime, Source
    from understudy.store import ANY, NAME, Document, Entry, Page, Store
    from understudy.sync import SyncHost
    from understudy.tools import Function, Tool, ToolCall, ToolContext

"""The `rag` tool: finds passages in the files of a thread, and in those beside assistant.json.

`sources` says where the files are, `shelf` keeps them in an index (`index`: one SQLite file for
each vector store, or for the files of an assistant), `tool` is what an assistant calls. It is
imported when it is asked for: the process that parses files imports this package too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy_rag.tools.tool import RagTool

__all__ = ["RagTool"]


def __getattr__(name: str) -> Any:
    if name != "RagTool":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from understudy_rag.tools.tool import RagTool

    return RagTool

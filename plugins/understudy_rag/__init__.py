"""The `rag` tool: finds passages in the files of a thread, and in those beside assistant.json.

A first, plain version: text formats, chunks in memory, BM25. Reading (`reading`, `markup`),
chunking and ranking stand behind `shelf.Shelf`, which is what the tool asks.
"""

from __future__ import annotations

from understudy_rag.tool import RagTool

__all__ = ["RagTool"]

"""The memory store: for tests, and for apps that keep nothing."""

from understudy_memory.store import MemoryStore

__all__ = ["MemoryStore"]

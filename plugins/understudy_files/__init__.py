"""The filesystem store: a folder for each thing, files that people can read and edit."""

from understudy_files.store import FileStore

__all__ = ["FileStore"]

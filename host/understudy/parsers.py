"""The Parser protocol: what a plugin implements to read files of one more format.

A parser is an entry point in the group `understudy.parsers`; its name is the suffix of the files
that it reads, without the dot, or their MIME type. It comes before what is built in:

    [project.entry-points."understudy.parsers"]
    srt = "acme_subtitles:parse"

It is imported and called in a child process for each file, since files are hostile: within limits
of time and memory, without the environment's variables, unable to write files.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from understudy.plugins import Plugins


class Parser(Protocol):
    """Reads files of a format."""

    def __call__(self, data: bytes, filename: str, /) -> str:
        r"""The text of a file, as Markdown: lines that begin with `#` are headings.

        A form feed (`\f`) begins a new page. Raises `ValueError` if the file cannot be read; the
        message says why, in a sentence for the one who uploaded it.
        """
        ...


def find(name: str) -> str | None:
    """Where the parser of a suffix or MIME type is: `module:function`. It is not imported.

    None if there is none, or it is off. Raises `PluginError` if two plugins claim the name.
    """
    plugins = _installed()
    points = [point for point in plugins.installed("parsers") if point.name == name]
    if all(plugins.state(point) == "blocked" for point in points):
        return None
    return plugins.find("parsers", name).target


@cache
def _installed() -> Plugins:
    from understudy.plugins import Plugins

    return Plugins()

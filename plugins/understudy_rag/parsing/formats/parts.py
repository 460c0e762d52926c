"""The parts of a zip archive, unpacked within limits: what it says of its sizes may be a lie."""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from posixpath import dirname, join, normpath
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from understudy_rag.parsing.documents import Unreadable

MAX_PART_BYTES: Final = 128 * 2**20
MAX_BYTES: Final = 256 * 2**20
"""Of all parts that are read, together."""
codecs.lookup("cp437")  # names in archives; loaded here, it is not loaded again for each file
_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


class Parts:
    """Reads parts by name. All methods raise `Unreadable`."""

    def __init__(self, data: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (*_BROKEN, ValueError):
            raise Unreadable("It is damaged: the archive cannot be opened.") from None
        self.names = frozenset(self._archive.namelist())
        self._left = MAX_BYTES

    def read(self, name: str) -> bytes:
        """The bytes of a part."""
        most = min(MAX_PART_BYTES, self._left)
        try:
            with self._archive.open(name) as part:
                data = part.read(most + 1)
        except KeyError:
            raise Unreadable(f"It is damaged: {name} is missing in it.") from None
        except RuntimeError:  # what zipfile says of encrypted parts
            raise Unreadable("It is locked with a password.") from None
        except _BROKEN:
            raise Unreadable(f"It is damaged: {name} cannot be unpacked.") from None
        if len(data) > most:
            raise Unreadable("It is much larger inside than outside.")
        self._left -= len(data)
        return data

    def xml(self, name: str) -> ET.Element:
        """The root of a part."""
        data = self.read(name)
        if b"<!ENTITY" in data:  # of no use but to blow up; expat would stop at a hundredfold
            raise Unreadable(f"It declares entities in {name}, as no real file does.")
        try:
            return ET.fromstring(data)
        except ET.ParseError as error:
            raise Unreadable(f"It is damaged: {name}: {error}.") from None

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """The parts that an Office part refers to: their kind and name, by id."""
        relations = join(dirname(name), "_rels", f"{name.rpartition('/')[2]}.rels")
        if relations not in self.names:
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").rpartition("/")[2],
                beside(name, each.get("Target", "")),
            )
            for each in self.xml(relations).iter(_RELATION)
        }


def beside(name: str, target: str) -> str:
    """The name of a part that is referred to from another one."""
    path = unquote(target.partition("#")[0])
    return path[1:] if path.startswith("/") else normpath(join(dirname(name), path))

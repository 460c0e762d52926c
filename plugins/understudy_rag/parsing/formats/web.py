"""Web pages."""

from __future__ import annotations

import re
from typing import Final

from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.encoding import decode
from understudy_rag.parsing.markup import read_html

_CHARSET: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE
)


def read(data: bytes, _name: str) -> Document:
    """What a page shows."""
    declared = _CHARSET.search(data, 0, 4096)
    return read_html(decode(data, declared[1].decode() if declared else None))

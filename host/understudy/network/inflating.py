"""Bodies that were compressed: decoded in small pieces, so that a small body cannot fill memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from understudy.errors import NetworkError

ACCEPTED: Final = "gzip, deflate"
PIECE_BYTES: Final = 2**16
_GZIP: Final = 16 + zlib.MAX_WBITS


class Plain:
    """A body that is not compressed."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The same bytes."""
        yield data

    def finish(self) -> None:
        """Nothing can be missing."""


class Inflating:
    """gzip or deflate. `deflate` is zlib's format, or, from some servers, the bare one."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._inner = zlib.decompressobj(_GZIP) if encoding == "gzip" else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes say, in pieces. Raises `NetworkError` if they are damaged."""
        while data:
            inner = self._inner = self._inner or self._begin(data)
            try:
                piece = inner.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise NetworkError(f"The answer is damaged: {error}.") from None
            if piece:
                yield piece
            data = inner.unconsumed_tail
            if inner.eof:  # gzip files may follow each other
                data, self._inner = inner.unused_data, None

    def _begin(self, data: bytes) -> zlib._Decompress:
        if self._encoding == "gzip":
            return zlib.decompressobj(_GZIP)
        has_header = data[0] & 0x0F == 8
        return zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)

    def finish(self) -> None:
        """Raise `NetworkError` if the end is missing."""
        if self._inner is not None and not self._inner.eof:
            raise NetworkError("The answer is damaged: its end is missing.")


def decoder(encoding: str | None) -> Plain | Inflating:
    """What undoes a `Content-Encoding`. Raises `NetworkError` for one that was not asked for."""
    name = (encoding or "identity").strip().lower().removeprefix("x-")
    if name in ("", "identity"):
        return Plain()
    if name in ("gzip", "deflate"):
        return Inflating(name)
    raise NetworkError(f"The answer is in the encoding `{name[:40]}`, which was not asked for.")

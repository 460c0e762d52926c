"""What `crypto.subtle` computes: hashes and derived keys by Python's own means, AES by OpenSSL's.

Keys and data come as Base64; so does the result.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, Field, TypeAdapter, ValidationError

from understudy.errors import Invalid, ScriptError

_HASHES = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_MOST_ITERATIONS = 10_000_000

Hash = Literal["SHA-1", "SHA-256", "SHA-384", "SHA-512"]


class Digest(BaseModel):
    """A hash of data."""

    operation: Literal["digest"]
    hash: Hash
    data: Base64Bytes


class Hmac(BaseModel):
    """A signature with a secret."""

    operation: Literal["hmac", "hmac.verify"]
    hash: Hash
    key: Base64Bytes
    data: Base64Bytes
    signature: Base64Bytes = b""


class Hkdf(BaseModel):
    """Bits from a key (RFC 5869). `length` in bytes."""

    operation: Literal["hkdf"]
    hash: Hash
    key: Base64Bytes
    salt: Base64Bytes
    info: Base64Bytes
    length: Annotated[int, Field(gt=0)]


class Pbkdf2(BaseModel):
    """Bits from a password. `length` in bytes."""

    operation: Literal["pbkdf2"]
    hash: Hash
    key: Base64Bytes
    salt: Base64Bytes
    iterations: Annotated[int, Field(gt=0, le=_MOST_ITERATIONS)]
    length: Annotated[int, Field(gt=0, le=2**20)]


class Cipher(BaseModel):
    """AES."""

    operation: Literal["encrypt", "decrypt"]
    cipher: Literal["AES-GCM", "AES-CBC", "AES-CTR"]
    key: Base64Bytes
    data: Base64Bytes
    iv: Base64Bytes
    tag_bytes: int = 16
    additional: Base64Bytes = b""
    counter_bits: int = 128


Operation = Digest | Hmac | Hkdf | Pbkdf2 | Cipher
_OPERATION: TypeAdapter[Operation] = TypeAdapter(
    Annotated[Operation, Field(discriminator="operation")]
)


def perform(payload: dict[str, Any]) -> str | bool:
    """Compute. Raises `Invalid` if that fails for what was given."""
    try:
        wanted = _OPERATION.validate_python(payload)
    except ValidationError as error:
        raise _failed(str(error.errors()[0]["msg"])) from error
    result = _WORK[wanted.operation](wanted)
    return result if isinstance(result, bool) else b64encode(result).decode()


def _digest(wanted: Digest) -> bytes:
    return hashlib.new(_HASHES[wanted.hash], wanted.data).digest()


def _sign(wanted: Hmac) -> bytes:
    return hmac.digest(wanted.key, wanted.data, _HASHES[wanted.hash])


def _verify(wanted: Hmac) -> bool:
    return hmac.compare_digest(_sign(wanted), wanted.signature)


def _pbkdf2(wanted: Pbkdf2) -> bytes:
    name = _HASHES[wanted.hash]
    return hashlib.pbkdf2_hmac(name, wanted.key, wanted.salt, wanted.iterations, wanted.length)


def _hkdf(wanted: Hkdf) -> bytes:
    name = _HASHES[wanted.hash]
    size = hashlib.new(name).digest_size
    if wanted.length > 255 * size:
        raise _failed(f"HKDF with {wanted.hash} gives at most {255 * size * 8} bits")
    extracted = hmac.digest(wanted.salt or bytes(size), wanted.key, name)
    block, result = b"", b""
    for count in range(1, -(-wanted.length // size) + 1):
        block = hmac.digest(extracted, block + wanted.info + bytes([count]), name)
        result += block
    return result[: wanted.length]


def _cipher(wanted: Cipher) -> bytes:
    try:
        from understudy_v8.web import aes
    except ImportError:
        hint = "Install the extra: pip install 'understudy[crypto]'."
        message = f"{wanted.cipher} needs the package `cryptography`. {hint}"
        raise ScriptError(message, hint=hint) from None
    try:
        return aes.transform(wanted)
    except ValueError as error:
        raise _failed(str(error)) from None


def _failed(reason: str) -> Invalid:
    return Invalid(f"The operation failed: {reason}.")


_WORK: dict[str, Callable[[Any], bytes | bool]] = {
    "digest": _digest,
    "hmac": _sign,
    "hmac.verify": _verify,
    "pbkdf2": _pbkdf2,
    "hkdf": _hkdf,
    "encrypt": _cipher,
    "decrypt": _cipher,
}

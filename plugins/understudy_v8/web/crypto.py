"""What `crypto.subtle` computes: hashes and derived keys by Python's own means, the rest by
OpenSSL's.

Keys and data come as Base64; so does the result.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from understudy.errors import Invalid, ScriptError
from understudy_v8.web.operations import OPERATION, Digest, Hkdf, Hmac, Pbkdf2

_HASHES = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}

Result = str | bool | dict[str, Any]


def perform(payload: dict[str, Any]) -> Result:
    """Compute. Raises `Invalid` if that fails for what was given."""
    try:
        wanted = OPERATION.validate_python(payload)
    except ValidationError as error:
        raise _failed(str(error.errors()[0]["msg"])) from error
    work = _WORK.get(wanted.operation) or _by_openssl(wanted.operation)
    result = work(wanted)
    return b64encode(result).decode() if isinstance(result, bytes) else result


def _digest(wanted: Digest) -> bytes:
    return hashlib.new(_HASHES[wanted.hash], wanted.data).digest()


def _sign(wanted: Hmac) -> bytes:
    return hmac.digest(wanted.key, wanted.data, _HASHES[wanted.hash])


def _verify(wanted: Hmac) -> bool:
    return hmac.compare_digest(_sign(wanted), wanted.signature)


def _pbkdf2(wanted: Pbkdf2) -> bytes:
    name = _HASHES[wanted.hash]
    if wanted.length == 0:
        return b""
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


def _by_openssl(operation: str) -> Callable[[Any], Any]:
    """Does the operation, or tells the script why it could not."""
    module, function = _OPENSSL[operation]
    try:
        work = getattr(import_module(f"understudy_v8.web.{module}"), function)
        from cryptography.exceptions import UnsupportedAlgorithm
    except ImportError:
        hint = "Install the extra: pip install 'understudy[crypto]'."
        message = f"This needs the package `cryptography`. {hint}"
        raise ScriptError(message, hint=hint) from None

    def guarded(wanted: Any) -> Any:
        try:
            return work(wanted)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _failed(_first_line(error)) from None

    return guarded


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".") or "what was given does not fit"


def _failed(reason: str) -> Invalid:
    return Invalid(f"The operation failed: {reason}.")


_WORK: dict[str, Callable[[Any], Any]] = {
    "digest": _digest,
    "hmac": _sign,
    "hmac.verify": _verify,
    "pbkdf2": _pbkdf2,
    "hkdf": _hkdf,
}
_OPENSSL = {
    "encrypt": ("aes", "transform"),
    "decrypt": ("aes", "transform"),
    "pair.generate": ("pairs", "generate"),
    "key.read": ("pairs", "read"),
    "key.write": ("pairs", "write"),
    "sign": ("pairs", "sign"),
    "verify": ("pairs", "verify"),
    "agree": ("pairs", "agree"),
    "oaep.encrypt": ("pairs", "oaep"),
    "oaep.decrypt": ("pairs", "oaep"),
}

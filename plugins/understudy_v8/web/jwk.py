"""Keys as JSON (RFC 7517, 7518, 8037), which the package `cryptography` does not read."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519

JWK = dict[str, Any]
CURVES: dict[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}
_NAMES = {curve.name: name for name, curve in CURVES.items()}
_PRIVATE: dict[str, Callable[[bytes], Any]] = {
    "Ed25519": ed25519.Ed25519PrivateKey.from_private_bytes,
    "X25519": x25519.X25519PrivateKey.from_private_bytes,
}
_PUBLIC: dict[str, Callable[[bytes], Any]] = {
    "Ed25519": ed25519.Ed25519PublicKey.from_public_bytes,
    "X25519": x25519.X25519PublicKey.from_public_bytes,
}
_CRT = ("d", "p", "q", "dp", "dq", "qi")


def read(jwk: JWK, curve: str | None) -> Any:
    """A private key if there is a `d`, else a public one. Raises `ValueError`."""
    if curve is None:
        return _read_rsa(jwk)
    if jwk.get("crv") != curve:
        raise ValueError(f"the JWK must have the `crv` {curve}")
    return _read_ec(jwk, CURVES[curve]) if curve in CURVES else _read_octets(jwk, curve)


def write(key: Any) -> JWK:
    """The fields that make the key."""
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return _write_rsa(key)
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return _write_ec(key)
    return _write_octets(key)


def _read_rsa(jwk: JWK) -> Any:
    public = rsa.RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n"))
    if "d" not in jwk:
        return public.public_key()
    d, p, q, dp, dq, qi = (_number(jwk, name) for name in _CRT)
    return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, public).private_key()


def _write_rsa(key: rsa.RSAPrivateKey | rsa.RSAPublicKey) -> JWK:
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": _text(numbers.n), "e": _text(numbers.e)}
    secret = key.private_numbers()
    crt = (secret.d, secret.p, secret.q, secret.dmp1, secret.dmq1, secret.iqmp)
    return _write_rsa(key.public_key()) | dict(zip(_CRT, map(_text, crt), strict=True))


def _read_ec(jwk: JWK, curve: ec.EllipticCurve) -> Any:
    size = -(-curve.key_size // 8)
    fields = ("x", "y", "d") if "d" in jwk else ("x", "y")
    if any(len(_bytes(jwk, name)) != size for name in fields):
        raise ValueError(f"each of {', '.join(fields)} must have {size} bytes")
    public = ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), curve)
    if "d" not in jwk:
        return public.public_key()
    return ec.EllipticCurvePrivateNumbers(_number(jwk, "d"), public).private_key()


def _write_ec(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> JWK:
    size = -(-key.curve.key_size // 8)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        secret = key.private_numbers().private_value
        return _write_ec(key.public_key()) | {"d": _text(secret, size)}
    numbers = key.public_numbers()
    named = {"kty": "EC", "crv": _NAMES[key.curve.name]}
    return named | {"x": _text(numbers.x, size), "y": _text(numbers.y, size)}


def _read_octets(jwk: JWK, curve: str) -> Any:
    public = _PUBLIC[curve](_bytes(jwk, "x"))
    if "d" not in jwk:
        return public
    private = _PRIVATE[curve](_bytes(jwk, "d"))
    if private.public_key() != public:
        raise ValueError("`x` does not belong to `d`")
    return private


def _write_octets(key: Any) -> JWK:
    is_private = isinstance(key, ed25519.Ed25519PrivateKey | x25519.X25519PrivateKey)
    public = key.public_key() if is_private else key
    curve = "Ed25519" if isinstance(public, ed25519.Ed25519PublicKey) else "X25519"
    fields = {"kty": "OKP", "crv": curve, "x": encode(public.public_bytes_raw())}
    return fields | {"d": encode(key.private_bytes_raw())} if is_private else fields


def encode(data: bytes) -> str:
    """Base64 as JWK has it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _text(number: int, size: int | None = None) -> str:
    return encode(number.to_bytes(size or -(-number.bit_length() // 8)))


def _number(jwk: JWK, name: str) -> int:
    return int.from_bytes(_bytes(jwk, name))


def _bytes(jwk: JWK, name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str) or re.fullmatch(r"[\w-]+", text, re.ASCII) is None:
        raise ValueError(f"the JWK needs `{name}`, in Base64 for URLs")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

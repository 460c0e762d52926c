"""Private and public keys, by the package `cryptography` (the extra `crypto`).

Between here and the script they are DER: PKCS #8 and SPKI.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from understudy_v8.web import jwk, primes

if TYPE_CHECKING:
    from understudy_v8.web import operations

_MOST_BITS = 8192  # larger ones take a processor for seconds
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "SHA-1": hashes.SHA1(),
    "SHA-256": hashes.SHA256(),
    "SHA-384": hashes.SHA384(),
    "SHA-512": hashes.SHA512(),
}
_KINDS: dict[str, tuple[type, type]] = {
    "RSA": (rsa.RSAPrivateKey, rsa.RSAPublicKey),
    "EC": (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey),
    "Ed25519": (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey),
    "X25519": (x25519.X25519PrivateKey, x25519.X25519PublicKey),
}


def generate(wanted: operations.Generate) -> dict[str, Any]:
    """Both keys, and of RSA what the script tells of them."""
    key = _make(wanted)
    public = key.public_key()
    return {"private": _base64(_der(key)), "public": _base64(_der(public)), **_described(public)}


def read(wanted: operations.Read) -> dict[str, Any]:
    """The key, if it is one for the algorithm. Raises `ValueError`."""
    key: Any = _READERS[wanted.format](wanted)
    curve = wanted.curve or "RSA"
    kinds = _KINDS["EC" if curve in jwk.CURVES else curve]
    if not any(isinstance(key, kind) for kind in kinds):
        raise ValueError(f"this is not a key for {wanted.algorithm}")
    if curve in jwk.CURVES and key.curve.name != jwk.CURVES[curve].name:
        raise ValueError(f"the key is not on the curve {curve}")
    return {"der": _base64(_der(key)), **_described(key)}


def write(wanted: operations.Write) -> bytes | dict[str, Any]:
    """As a JWK, or the bytes of a public one."""
    key = _private(wanted.key) if wanted.type == "private" else _public(wanted.key)
    if wanted.format == "jwk":
        return jwk.write(key)
    if isinstance(key, ec.EllipticCurvePublicKey):
        form = serialization.PublicFormat.UncompressedPoint
        return key.public_bytes(serialization.Encoding.X962, form)
    raw: bytes = key.public_bytes_raw()
    return raw


def sign(wanted: operations.Signature) -> bytes:
    """Raises `ValueError`."""
    key = _private(wanted.key)
    if wanted.scheme == "ECDSA":
        # What OpenSSL would take from chance, a run that is played again would not get again.
        how = ec.ECDSA(_HASHES[wanted.hash], deterministic_signing=True)
        size = -(-key.curve.key_size // 8)
        numbers = decode_dss_signature(key.sign(wanted.data, how))
        return b"".join(number.to_bytes(size) for number in numbers)
    signature: bytes = key.sign(wanted.data, *_padding(wanted))
    return signature


def verify(wanted: operations.Signature) -> bool:
    """Whether the signature is one."""
    key, signature = _public(wanted.key), wanted.signature
    try:
        if wanted.scheme == "ECDSA":
            how = ec.ECDSA(_HASHES[wanted.hash])
            key.verify(_as_dss(signature, key.curve), wanted.data, how)
        else:
            key.verify(signature, wanted.data, *_padding(wanted))
    except InvalidSignature:
        return False
    return True


def agree(wanted: operations.Agree) -> bytes:
    """The shared secret. Raises `ValueError`."""
    key, public = _private(wanted.key), _public(wanted.public)
    of_curve = isinstance(key, ec.EllipticCurvePrivateKey)
    secret: bytes = key.exchange(ec.ECDH(), public) if of_curve else key.exchange(public)
    return secret


def oaep(wanted: operations.Oaep) -> bytes:
    """Hide or find again. Raises `ValueError`."""
    chosen = _HASHES[wanted.hash]
    how = padding.OAEP(padding.MGF1(chosen), chosen, wanted.label)
    if wanted.operation == "oaep.encrypt":
        hidden: bytes = _public(wanted.key).encrypt(wanted.data, how)
        return hidden
    plain: bytes = _private(wanted.key).decrypt(wanted.data, how)
    return plain


def _make(wanted: operations.Generate) -> Any:
    if wanted.algorithm == "Ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(wanted.entropy[:32])
    if wanted.algorithm == "X25519":
        return x25519.X25519PrivateKey.from_private_bytes(wanted.entropy[:32])
    if wanted.curve is None:
        return primes.generate(wanted.bits, wanted.exponent, wanted.entropy)
    # FIPS 186-5, A.2.1: more random bits than the order has, so that none is likelier.
    curve = jwk.CURVES[wanted.curve]
    secret = 1 + int.from_bytes(wanted.entropy) % (curve.group_order - 1)
    return ec.derive_private_key(secret, curve)


def _read_raw(wanted: operations.Read) -> Any:
    if wanted.curve in jwk.CURVES:
        curve = jwk.CURVES[wanted.curve]
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, wanted.data)
    return _KINDS[wanted.algorithm][1].from_public_bytes(wanted.data)  # type: ignore[attr-defined]


_READERS: dict[str, Callable[[operations.Read], Any]] = {
    "raw": _read_raw,
    "spki": lambda wanted: serialization.load_der_public_key(wanted.data),
    "pkcs8": lambda wanted: serialization.load_der_private_key(wanted.data, None),
    "jwk": lambda wanted: jwk.read(wanted.jwk, wanted.curve),
}


def _private(der: bytes) -> Any:
    # It was validated when it was read, which takes longer than signing.
    return serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)


def _public(der: bytes) -> Any:
    return serialization.load_der_public_key(der)


def _der(key: Any) -> bytes:
    encoding = serialization.Encoding.DER
    if hasattr(key, "public_key"):
        form = serialization.PrivateFormat.PKCS8
        private: bytes = key.private_bytes(encoding, form, serialization.NoEncryption())
        return private
    form_of_public = serialization.PublicFormat.SubjectPublicKeyInfo
    public: bytes = key.public_bytes(encoding, form_of_public)
    return public


def _described(key: Any) -> dict[str, Any]:
    if not isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return {}
    if key.key_size > _MOST_BITS:
        raise ValueError(f"the key has {key.key_size} bits; {_MOST_BITS} at most")
    public = key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key
    exponent = public.public_numbers().e
    return {"bits": key.key_size, "exponent": _base64(_octets(exponent))}


def _padding(wanted: operations.Signature) -> tuple[Any, ...]:
    if wanted.scheme == "Ed25519":
        return ()
    chosen = _HASHES[wanted.hash]
    if wanted.scheme == "RSA-PSS":
        return padding.PSS(padding.MGF1(chosen), wanted.salt), chosen
    return padding.PKCS1v15(), chosen


def _as_dss(signature: bytes, curve: ec.EllipticCurve) -> bytes:
    size = -(-curve.key_size // 8)
    if len(signature) != 2 * size:
        raise InvalidSignature
    first, second = signature[:size], signature[size:]
    return encode_dss_signature(int.from_bytes(first), int.from_bytes(second))


def _octets(number: int) -> bytes:
    return number.to_bytes(-(-number.bit_length() // 8))


def _base64(data: bytes) -> str:
    return b64encode(data).decode()

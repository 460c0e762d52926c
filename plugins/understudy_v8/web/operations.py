"""What `crypto.subtle` can ask the host for. Keys and data come as Base64."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, Field, TypeAdapter

_MOST_ITERATIONS = 10_000_000
_MOST_BITS = 4096

Hash = Literal["SHA-1", "SHA-256", "SHA-384", "SHA-512"]
Curve = Literal["P-256", "P-384", "P-521"]
RSA = Literal["RSASSA-PKCS1-v1_5", "RSA-PSS", "RSA-OAEP"]
EC = Literal["ECDSA", "ECDH"]
Octets = Literal["Ed25519", "X25519"]


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
    length: Annotated[int, Field(ge=0)]


class Pbkdf2(BaseModel):
    """Bits from a password. `length` in bytes."""

    operation: Literal["pbkdf2"]
    hash: Hash
    key: Base64Bytes
    salt: Base64Bytes
    iterations: Annotated[int, Field(gt=0, le=_MOST_ITERATIONS)]
    length: Annotated[int, Field(ge=0, le=2**20)]


class Cipher(BaseModel):
    """AES."""

    operation: Literal["encrypt", "decrypt"]
    cipher: Literal["AES-GCM", "AES-CBC", "AES-CTR", "AES-KW"]
    key: Base64Bytes
    data: Base64Bytes
    iv: Base64Bytes = b""
    tag_bytes: int = 16
    additional: Base64Bytes = b""
    counter_bits: int = 128


class Generate(BaseModel):
    """A new pair of keys, made from `entropy` alone: a run that is played again gets the same."""

    operation: Literal["pair.generate"]
    algorithm: RSA | EC | Octets
    entropy: Annotated[Base64Bytes, Field(min_length=96)]
    curve: Curve | Octets | None = None
    bits: Annotated[int, Field(ge=1024, le=_MOST_BITS)] = 2048
    exponent: Literal[3, 65537] = 65537


class Read(BaseModel):
    """A key from outside: `data`, or `jwk` (RFC 7517)."""

    operation: Literal["key.read"]
    algorithm: RSA | EC | Octets
    format: Literal["raw", "spki", "pkcs8", "jwk"]
    curve: Curve | Octets | None = None
    data: Base64Bytes = b""
    jwk: dict[str, Any] = Field(default_factory=dict)


class Write(BaseModel):
    """A key for outside. `key` is DER: PKCS #8 if it is private, else SPKI."""

    operation: Literal["key.write"]
    format: Literal["raw", "jwk"]
    type: Literal["private", "public"]
    key: Base64Bytes


class Signature(BaseModel):
    """A signature with a private key. `salt` in bytes."""

    operation: Literal["sign", "verify"]
    scheme: Literal["RSASSA-PKCS1-v1_5", "RSA-PSS", "ECDSA", "Ed25519"]
    key: Base64Bytes
    data: Base64Bytes
    hash: Hash = "SHA-256"
    salt: Annotated[int, Field(ge=0)] = 0
    signature: Base64Bytes = b""


class Agree(BaseModel):
    """The secret that two pairs of keys share."""

    operation: Literal["agree"]
    key: Base64Bytes
    public: Base64Bytes


class Oaep(BaseModel):
    """RSA-OAEP (RFC 8017)."""

    operation: Literal["oaep.encrypt", "oaep.decrypt"]
    key: Base64Bytes
    hash: Hash
    label: Base64Bytes
    data: Base64Bytes


Operation = (
    Digest | Hmac | Hkdf | Pbkdf2 | Cipher | Generate | Read | Write | Signature | Agree | Oaep
)
OPERATION: TypeAdapter[Operation] = TypeAdapter(
    Annotated[Operation, Field(discriminator="operation")]
)

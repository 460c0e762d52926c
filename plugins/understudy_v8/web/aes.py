"""AES, by the package `cryptography` (the extra `crypto`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

if TYPE_CHECKING:
    from understudy_v8.web import operations

_BLOCK = 16


def transform(wanted: operations.Cipher) -> bytes:
    """Encrypt or decrypt. Raises `ValueError`."""
    work = {"AES-GCM": _gcm, "AES-CBC": _cbc, "AES-CTR": _ctr, "AES-KW": _wrap}[wanted.cipher]
    return work(wanted)


def _gcm(wanted: operations.Cipher) -> bytes:
    size = wanted.tag_bytes
    cipher = Cipher(algorithms.AES(wanted.key), modes.GCM(wanted.iv, None, size))
    if wanted.operation == "encrypt":
        encryptor = cipher.encryptor()
        encryptor.authenticate_additional_data(wanted.additional)
        hidden = encryptor.update(wanted.data) + encryptor.finalize()
        return hidden + encryptor.tag[:size]
    if len(wanted.data) < size:
        raise ValueError("the data is shorter than its tag")
    decryptor = cipher.decryptor()
    decryptor.authenticate_additional_data(wanted.additional)
    plain = decryptor.update(wanted.data[:-size])
    try:
        return plain + decryptor.finalize_with_tag(wanted.data[-size:])
    except InvalidTag:
        raise ValueError("the data does not fit its tag") from None


def _cbc(wanted: operations.Cipher) -> bytes:
    cipher = Cipher(algorithms.AES(wanted.key), modes.CBC(wanted.iv))
    if wanted.operation == "encrypt":
        padder, encryptor = padding.PKCS7(8 * _BLOCK).padder(), cipher.encryptor()
        padded = padder.update(wanted.data) + padder.finalize()
        return encryptor.update(padded) + encryptor.finalize()
    unpadder, decryptor = padding.PKCS7(8 * _BLOCK).unpadder(), cipher.decryptor()
    padded = decryptor.update(wanted.data) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def _ctr(wanted: operations.Cipher) -> bytes:
    """Only the last `counter_bits` count, and they may wrap around once."""
    size = 1 << wanted.counter_bits
    start = int.from_bytes(wanted.iv)
    blocks = -(-len(wanted.data) // _BLOCK)
    if blocks > size:
        raise ValueError("the data is longer than the counter can count")
    until_wrap = (size - start % size) * _BLOCK
    wrapped = (start - start % size).to_bytes(_BLOCK)
    head = _count(wanted.key, wanted.iv, wanted.data[:until_wrap])
    return head + _count(wanted.key, wrapped, wanted.data[until_wrap:])


def _count(key: bytes, counter: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _wrap(wanted: operations.Cipher) -> bytes:
    """RFC 3394."""
    if wanted.operation == "encrypt":
        return aes_key_wrap(wanted.key, wanted.data)
    try:
        return aes_key_unwrap(wanted.key, wanted.data)
    except InvalidUnwrap:
        raise ValueError("the data was not wrapped with this key") from None

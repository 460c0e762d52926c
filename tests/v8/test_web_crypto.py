"""Chance and WebCrypto in assistants' code, against published vectors and Python's own results."""

from __future__ import annotations

import hashlib
import hmac
import json
import re

import pytest

from understudy_v8 import session

IN_BOTH = pytest.mark.parametrize("isolation", ["here", "jail"])

HEX = "const hex = (b) => new Uint8Array(b).toHex(); const un = (h) => Uint8Array.fromHex(h);"
S = "crypto.subtle"


def subtle(workshop, body):
    index = f"{HEX} export async function invoke() {{ {body} }}"
    (part,) = workshop.invoke(index)
    return part


@IN_BOTH
def test_random_values_and_uuids_are_never_the_same(workshop):
    index = """export const invoke = () => JSON.stringify([
      crypto.randomUUID(), crypto.randomUUID(),
      [...crypto.getRandomValues(new Uint8Array(65536))].join('').slice(0, 40),
    ])"""
    seen = [json.loads(workshop.invoke(index)[0]) for _ in range(2)]
    for uuid in seen[0][:2]:
        assert re.fullmatch(
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuid
        )
    values = [value for run in seen for value in run]
    assert len(set(values)) == len(values)


def test_chance_is_chacha20_under_the_hosts_key(workshop, monkeypatch):
    # RFC 8439, A.1, test vector 1: key, nonce and counter are zero.
    monkeypatch.setattr(session, "_entropy", lambda _run: [0] * 8)
    block = subtle(workshop, "return hex(crypto.getRandomValues(new Uint8Array(64)))")
    assert block.startswith("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7")


@pytest.mark.parametrize("name", ["SHA-1", "SHA-256", "SHA-384", "SHA-512"])
def test_digests_and_signatures_are_pythons(workshop, name):
    python = name.replace("-", "").lower()
    got = subtle(
        workshop,
        f"""const data = un('{b"abc".hex()}');
        const how = {{ name: 'HMAC', hash: '{name}' }};
        const key = await {S}.importKey('raw', un('6b6579'), how, true, ['sign', 'verify']);
        const signature = await {S}.sign('HMAC', key, data);
        const good = await {S}.verify('HMAC', key, signature, data);
        const bad = await {S}.verify('HMAC', key, signature, un('00'));
        return JSON.stringify([hex(await {S}.digest('{name.lower()}', data)), hex(signature),
          good, bad]);""",
    )
    digest = hashlib.new(python, b"abc").hexdigest()
    assert json.loads(got) == [digest, hmac.new(b"key", b"abc", python).hexdigest(), True, False]


def test_keys_are_derived_as_the_standards_say(workshop):
    got = subtle(
        workshop,
        f"""const hkdf = await {S}.importKey('raw', un('{"0b" * 22}'), 'HKDF', false,
          ['deriveBits']);
        const pbkdf2 = await {S}.importKey('raw', un('{b"password".hex()}'), 'PBKDF2', false,
          ['deriveBits']);
        return JSON.stringify([
          hex(await {S}.deriveBits({{ name: 'HKDF', hash: 'SHA-256',
            salt: un('{bytes(range(13)).hex()}'),
            info: un('f0f1f2f3f4f5f6f7f8f9') }}, hkdf, 336)),
          hex(await {S}.deriveBits({{ name: 'PBKDF2', hash: 'SHA-1', salt: un('{b"salt".hex()}'),
            iterations: 2 }}, pbkdf2, 160)),
        ]);""",
    )
    # RFC 5869, A.1; RFC 6070, test 2.
    assert json.loads(got) == [
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957",
    ]


@pytest.mark.parametrize(
    "how",
    [
        "{ name: 'AES-GCM', iv: un('000102030405060708090a0b'), additionalData: un('ff') }",
        "{ name: 'AES-CBC', iv: un('000102030405060708090a0b0c0d0e0f') }",
        "{ name: 'AES-CTR', counter: un('ffffffffffffffffffffffffffffffff'), length: 64 }",
    ],
)
@IN_BOTH
def test_what_aes_hides_it_finds_again(workshop, how):
    got = subtle(
        workshop,
        f"""const how = {how};
        const key = await {S}.generateKey({{ name: how.name, length: 256 }}, true, ['encrypt',
          'decrypt']);
        const plain = crypto.getRandomValues(new Uint8Array(100));
        const hidden = await {S}.encrypt(how, key, plain);
        const again = await {S}.importKey('jwk', await {S}.exportKey('jwk', key), how.name,
          false, ['decrypt']);
        return String(hex(await {S}.decrypt(how, again,
          hidden)) === hex(plain) && hex(hidden) !== hex(plain));""",
    )
    assert got == "true"


def test_aes_gives_the_published_results(workshop):
    got = subtle(
        workshop,
        f"""const gcm = await {S}.importKey('raw', un('{"00" * 16}'), 'AES-GCM', false,
          ['encrypt']);
        const ctr = await {S}.importKey('raw', un('2b7e151628aed2a6abf7158809cf4f3c'), 'AES-CTR',
          false, ['encrypt']);
        return JSON.stringify([
          hex(await {S}.encrypt({{ name: 'AES-GCM', iv: un('{"00" * 12}') }}, gcm,
            un('{"00" * 16}'))),
          hex(await {S}.encrypt({{ name: 'AES-CTR',
            counter: un('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'), length: 128 }},
            ctr, un('6bc1bee22e409f96e93d7e117393172a'))),
        ]);""",
    )
    # The GCM specification, test case 2; NIST SP 800-38A, F.5.1.
    assert json.loads(got) == [
        "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
        "874d6191b620e3261bef6864990db6ce",
    ]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (f"{S}.digest('MD5', un('00'))", "NotSupportedError"),
        (f"{S}.digest('SHA-1', 'text')", "TypeError"),
        (f"{S}.generateKey({{ name: 'HMAC', hash: 'SHA-1' }}, true, ['encrypt'])", "SyntaxError"),
        (
            f"{S}.generateKey({{ name: 'AES-GCM', length: 100 }}, true, ['encrypt'])",
            "OperationError",
        ),
        (f"{S}.importKey('raw', un('00'), 'AES-CBC', true, ['encrypt'])", "DataError"),
        (
            f"{S}.importKey('raw', un('00'), {{ name: 'HMAC', hash: 'SHA-1' }}, false, ['sign'])"
            f".then((key) => {S}.exportKey('raw', key))",
            "InvalidAccessError",
        ),
        (
            f"{S}.importKey('raw', un('{'00' * 16}'), 'AES-GCM', false, ['decrypt'])"
            f".then((key) => {S}.decrypt({{ name: 'AES-GCM', iv: un('{'00' * 12}') }}, key,"
            f" un('{'00' * 32}')))",
            "OperationError",
        ),
        ("crypto.getRandomValues(new Uint8Array(65537))", "QuotaExceededError"),
        ("crypto.getRandomValues(new Float32Array(1))", "TypeMismatchError"),
        ("new Crypto()", "TypeError"),
    ],
)
def test_what_cannot_be_done_has_the_standards_error(workshop, call, name):
    body = f"try {{ await {call}; return 'no error' }} catch (error) {{ return error.name }}"
    assert subtle(workshop, body) == name

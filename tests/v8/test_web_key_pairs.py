"""Private and public keys of assistants' code, against published vectors and `cryptography`'s."""

from __future__ import annotations

import json
import sys

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from understudy_v8 import session
from understudy_v8.web import primes

HEX = "const hex = (b) => new Uint8Array(b).toHex(); const un = (h) => Uint8Array.fromHex(h);"
DER = serialization.Encoding.DER
RSA = "modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1])"
SHA = "hash: 'SHA-256'"
SIGNING = {
    "RS256": f"{{ name: 'RSASSA-PKCS1-v1_5', {RSA}, {SHA} }}",
    "PS256": f"{{ name: 'RSA-PSS', {RSA}, {SHA}, saltLength: 32 }}",
    "ES256": f"{{ name: 'ECDSA', namedCurve: 'P-256', {SHA} }}",
    "ES512": "{ name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' }",
    "EdDSA": "{ name: 'Ed25519' }",
}
AGREEING = {name: f"{{ name: 'ECDH', namedCurve: '{name}' }}" for name in ("P-256", "P-384")}
AGREEING["X25519"] = "{ name: 'X25519' }"


def subtle(workshop, body):
    index = f"{HEX} const S = crypto.subtle; export async function invoke() {{ {body} }}"
    (part,) = workshop.invoke(index)
    return json.loads(part)


@pytest.mark.parametrize("how", SIGNING.values(), ids=SIGNING)
def test_what_one_key_signs_the_other_verifies_in_every_format(workshop, how):
    got = subtle(
        workshop,
        f"""const how = {how}, data = un('616263'), other = un('00');
        const made = await S.generateKey(how, true, ['sign', 'verify']);
        const formats = {{ jwk: 'jwk', pkcs8: 'spki' }}, seen = [];
        for (const [mine, others] of Object.entries(formats)) {{
          const secret = await S.importKey(mine, await S.exportKey(mine, made.privateKey), how,
            false, ['sign']);
          const open = await S.importKey(others, await S.exportKey(others, made.publicKey), how,
            true, ['verify']);
          const signature = await S.sign(how, secret, data);
          seen.push(await S.verify(how, open, signature, data),
            await S.verify(how, open, signature, other));
        }}
        return JSON.stringify(seen);""",
    )
    assert got == [True, False, True, False]


@pytest.mark.parametrize("how", AGREEING.values(), ids=AGREEING)
def test_two_pairs_agree_on_a_secret(workshop, how):
    got = subtle(
        workshop,
        f"""const how = {how};
        const make = () => S.generateKey(how, true, ['deriveBits', 'deriveKey']);
        const [a, b] = [await make(), await make()];
        const open = await S.importKey('raw', await S.exportKey('raw', b.publicKey), how, true, []);
        const one = await S.deriveBits({{ ...how, public: open }}, a.privateKey, 256);
        const two = await S.deriveBits({{ ...how, public: a.publicKey }}, b.privateKey, 256);
        const key = await S.deriveKey({{ ...how, public: open }}, a.privateKey,
          {{ name: 'AES-GCM', length: 256 }}, true, ['encrypt']);
        return JSON.stringify([hex(one), hex(two), hex(await S.exportKey('raw', key))]);""",
    )
    assert got[0] == got[1] == got[2]
    assert len(got[0]) == 64


def test_ed25519_gives_the_published_signature(workshop):
    # RFC 8032, 7.1, test 2; PKCS #8 puts 16 bytes before the key (RFC 8410).
    key = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
    got = subtle(
        workshop,
        f"""const key = await S.importKey('pkcs8', un('302e020100300506032b657004220420{key}'),
          'Ed25519', false, ['sign']);
        return JSON.stringify(hex(await S.sign('Ed25519', key, un('72'))));""",
    )
    assert got == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_others_read_the_keys_and_signatures(workshop):
    got = subtle(
        workshop,
        f"""const seen = [];
        for (const how of [{SIGNING["RS256"]}, {SIGNING["ES256"]}]) {{
          const made = await S.generateKey(how, true, ['sign', 'verify']);
          const signature = await S.sign(how, made.privateKey, un('616263'));
          seen.push([hex(await S.exportKey('spki', made.publicKey)), hex(signature)]);
        }}
        return JSON.stringify(seen);""",
    )
    (rsa_key, rsa_signature), (ec_key, ec_signature) = [map(bytes.fromhex, pair) for pair in got]
    key = serialization.load_der_public_key(rsa_key)
    key.verify(rsa_signature, b"abc", padding.PKCS1v15(), hashes.SHA256())
    r, s = int.from_bytes(ec_signature[:32]), int.from_bytes(ec_signature[32:])
    signature = encode_dss_signature(r, s)
    serialization.load_der_public_key(ec_key).verify(signature, b"abc", ec.ECDSA(hashes.SHA256()))


def test_what_rsa_hides_only_the_private_key_finds(workshop):
    got = subtle(
        workshop,
        f"""const how = {{ name: 'RSA-OAEP', {RSA}, {SHA} }};
        const made = await S.generateKey(how, true, ['encrypt', 'decrypt', 'wrapKey',
          'unwrapKey']);
        const hidden = await S.encrypt({{ ...how, label: un('01') }}, made.publicKey, un('616263'));
        const wrong = await S.decrypt(how, made.privateKey, hidden).catch((error) => error.name);
        const plain = await S.decrypt({{ ...how, label: un('01') }}, made.privateKey, hidden);
        const aes = await S.generateKey({{ name: 'AES-GCM', length: 128 }}, true, ['encrypt']);
        const wrapped = await S.wrapKey('raw', aes, made.publicKey, how);
        const again = await S.unwrapKey('raw', wrapped, made.privateKey, how, 'AES-GCM', true,
          ['encrypt']);
        const raw = [await S.exportKey('raw', aes), await S.exportKey('raw', again)].map(hex);
        return JSON.stringify([hex(plain), wrong, raw[0] === raw[1]]);""",
    )
    assert got == ["616263", "OperationError", True]


def test_aes_kw_gives_the_published_result(workshop):
    # RFC 3394, 4.1.
    got = subtle(
        workshop,
        """const kek = await S.importKey('raw', un('000102030405060708090a0b0c0d0e0f'), 'AES-KW',
          false, ['wrapKey']);
        const key = await S.importKey('raw', un('00112233445566778899aabbccddeeff'), 'AES-GCM',
          true, ['encrypt']);
        return JSON.stringify(hex(await S.wrapKey('raw', key, kek, 'AES-KW')));""",
    )
    assert got == "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"


def test_a_run_that_is_played_again_makes_the_same_keys_and_signatures(workshop, monkeypatch):
    monkeypatch.setattr(session, "_entropy", lambda _run: [7] * 8)
    body = f"""const seen = [];
      for (const how of [{SIGNING["RS256"]}, {SIGNING["ES256"]}, {SIGNING["EdDSA"]}]) {{
        const made = await S.generateKey(how, true, ['sign', 'verify']);
        seen.push(await S.exportKey('jwk', made.privateKey));
        seen.push(hex(await S.sign(how, made.privateKey, un('616263'))));
      }}
      return JSON.stringify(seen);"""
    first = subtle(workshop, body)
    assert first == subtle(workshop, body)
    monkeypatch.setattr(session, "_entropy", lambda _run: [8] * 8)
    assert not any(mine in first for mine in subtle(workshop, body))


@pytest.mark.parametrize("bits", [1024, 1031])
def test_rsa_keys_made_from_chance_are_whole(bits):
    key = primes.generate(bits, 65537, b"a" * 96)
    assert key.key_size == bits
    # OpenSSL checks the primes, and that the parts belong together.
    der = key.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    assert isinstance(serialization.load_der_private_key(der, None), rsa.RSAPrivateKey)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (f"S.generateKey({SIGNING['ES256']}, true, ['encrypt'])", "SyntaxError"),
        (f"S.generateKey({SIGNING['ES256']}, true, ['verify'])", "SyntaxError"),
        ("S.generateKey({ name: 'HMAC', hash: 'MD5' }, true, ['encrypt'])", "NotSupportedError"),
        ("S.generateKey({ name: 'ECDSA', namedCurve: 'P-1' }, true, ['sign'])",
         "NotSupportedError"),
        (f"S.generateKey({SIGNING['RS256'].replace('1024', '512')}, true, ['sign'])",
         "OperationError"),
        (f"S.generateKey({SIGNING['RS256'].replace('1, 0, 1', '2')}, true, ['sign'])",
         "OperationError"),
        (f"S.importKey('spki', un('00'), {SIGNING['ES256']}, true, ['verify'])", "DataError"),
        (f"S.importKey('raw', un('04'), {SIGNING['ES256']}, true, ['verify'])", "DataError"),
        (f"S.importKey('jwk', {{ kty: 'EC' }}, {SIGNING['ES256']}, true, ['verify'])", "DataError"),
        (f"S.importKey('jwk', {{ kty: 'RSA', n: '!', e: 'AQAB' }}, {SIGNING['RS256']}, true,"
         " ['verify'])", "DataError"),
        (f"S.generateKey({SIGNING['EdDSA']}, false, ['sign'])"
         ".then((made) => S.exportKey('pkcs8', made.privateKey))", "InvalidAccessError"),
        (f"S.generateKey({SIGNING['EdDSA']}, false, ['sign', 'verify'])"
         ".then((made) => S.sign('Ed25519', made.publicKey, un('00')))", "InvalidAccessError"),
    ],
)  # fmt: skip
def test_what_pairs_cannot_do_has_the_standards_error(workshop, call, name):
    body = f"try {{ await {call}; return '0' }} catch (e) {{ return JSON.stringify(e.name) }}"
    assert subtle(workshop, body) == name


def test_without_the_package_the_error_says_what_to_install(workshop, monkeypatch):
    monkeypatch.setitem(sys.modules, "understudy_v8.web.pairs", None)
    body = f"""return S.generateKey({SIGNING["EdDSA"]}, true, ['sign'])
      .catch((error) => JSON.stringify([error.name, error.message]))"""
    name, message = subtle(workshop, body)
    assert name == "NotSupportedError"
    assert "pip install 'understudy[crypto]'" in message

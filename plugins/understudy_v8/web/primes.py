"""RSA keys from given chance, as OpenSSL cannot make them: a replayed run needs the same again.

FIPS 186-5, A.1.3: probable primes, here with SHAKE-256 for the random bits.
"""

from __future__ import annotations

import math
from hashlib import shake_256
from itertools import count

from cryptography.hazmat.primitives.asymmetric import rsa

_ROUNDS = 8  # FIPS 186-5, table B.1, asks for 5 at most
_SMALL = math.prod(
    number for number in range(3, 4000, 2) if all(number % d for d in range(3, 64, 2) if d < number)
)


class Chance:
    """Numbers that follow from `entropy` alone."""

    def __init__(self, entropy: bytes) -> None:
        self._entropy = entropy
        self._blocks = count()

    def number(self, bits: int) -> int:
        """Evenly distributed below 2 ** `bits`."""
        block = self._entropy + next(self._blocks).to_bytes(8)
        return int.from_bytes(shake_256(block).digest(-(-bits // 8))) >> (-bits % 8)


def generate(bits: int, exponent: int, entropy: bytes) -> rsa.RSAPrivateKey:
    """A key whose modulus has exactly `bits` bits."""
    chance = Chance(entropy)
    p = _prime(chance, bits - bits // 2, exponent)
    q = _prime(chance, bits // 2, exponent)
    while abs(p - q) >> (bits // 2 - 100) == 0:
        q = _prime(chance, bits // 2, exponent)
    d = pow(exponent, -1, math.lcm(p - 1, q - 1))
    parts = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    public = rsa.RSAPublicNumbers(exponent, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, *parts, public).private_key()


def _prime(chance: Chance, bits: int, exponent: int) -> int:
    # With its two highest bits set, the product of two of them is never a bit short.
    fixed = 0b11 << (bits - 2) | 1
    while True:
        number = chance.number(bits) | fixed
        fits = math.gcd(number, _SMALL) == 1 and math.gcd(number - 1, exponent) == 1
        if fits and _is_prime(number, chance):
            return number


def _is_prime(number: int, chance: Chance) -> bool:
    """Miller and Rabin's test (FIPS 186-5, B.3.1)."""
    twos = ((number - 1) & (1 - number)).bit_length() - 1
    odd = (number - 1) >> twos
    bases = (2 + chance.number(number.bit_length()) % (number - 3) for _ in range(_ROUNDS))
    return all(_is_witness_for(number, base, odd, twos) for base in bases)


def _is_witness_for(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in {1, number - 1}:
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False

"""Vectors as they are kept."""

from __future__ import annotations

import math
import random

import pytest

from understudy_rag.meaning.vectors import cosine, pack, unit

DIMENSIONS = 384


def some_vector(seed: int) -> list[float]:
    rng = random.Random(seed)
    return [rng.gauss(0, 3) for _ in range(DIMENSIONS)]


def exact(one: list[float], other: list[float]) -> float:
    return sum(map(float.__mul__, unit(one), unit(other)))


def test_a_kept_vector_takes_a_byte_for_each_dimension():
    assert len(pack(some_vector(1)).q) == DIMENSIONS


@pytest.mark.parametrize("seed", range(5))
def test_a_cosine_is_kept_to_the_second_digit(seed):
    query, other = some_vector(seed), some_vector(seed + 100)
    near = [a + b for a, b in zip(query, some_vector(seed + 200), strict=True)]
    for vector in (other, near):
        assert cosine(unit(query), pack(vector)) == pytest.approx(exact(query, vector), abs=0.01)


@pytest.mark.parametrize("factor", [1e-300, 1e-9, 1, 1e9, 1e150])
def test_only_the_direction_counts(factor):
    vector = some_vector(7)
    longer = [each * factor for each in vector]
    assert cosine(unit(longer), pack(longer)) == pytest.approx(1, abs=1e-3)
    assert cosine(unit(vector), pack(longer)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("wrong", [0.0, math.inf, -math.inf, math.nan])
def test_a_vector_without_direction_is_like_nothing(wrong):
    packed = pack([wrong] + [0.0] * 3)
    assert cosine([1.0, 0.0, 0.0, 0.0], packed) == 0

"""What the math tutor computes, asked in its own host, in V8."""
# ruff: noqa: RUF001 - mathematics has its own signs

import random
from fractions import Fraction
from math import factorial, gcd

import pytest


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("2 + 2", "4"),
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("10 - 4 - 3", "3"),
        ("100 / 10 / 5", "2"),
        ("-3 + 5", "2"),
        ("2 - -3", "5"),
        ("-2^2", "-4"),
        ("(-2)^2", "4"),
        ("2^3^2", "512"),
        ("2 ** 10", "1024"),
        ("6 / 2(1 + 2)", "9"),
        ("2(3 + 4)", "14"),
        ("1,000,000 * 3", "3000000"),
        ("1e3 + 1", "1001"),
        ("3 × 4 ÷ 6", "2"),
        ("5² + 12²", "169"),
        ("9 − 4", "5"),
        ("17 % 5", "2"),
        ("-7 mod 3", "2"),
        ("7 mod -3", "-2"),
        ("7.5 mod 2", "1.5"),
    ],
)
def test_whole_numbers(answer, question, result):
    assert answer(question) == result


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("3/4 + 5/6", "19/12 = 1 7/12 ≈ 1.58333333333"),
        ("1/3 + 1/6", "1/2 = 0.5"),
        ("1/2 - 3/4", "-1/4 = -0.25"),
        ("-7/2 * 1", "-7/2 = -3 1/2 = -3.5"),
        ("1 1/2 + 2 3/4", "17/4 = 4 1/4 = 4.25"),
        ("3/4 / (5/6)", "9/10 = 0.9"),
        ("(2/3)^3", "8/27 ≈ 0.296296296296"),
        ("2^-3", "1/8 = 0.125"),
        ("(2/3)^-2", "9/4 = 2 1/4 = 2.25"),
        ("2/4", "1/2 = 0.5"),
        ("1/3", "1/3 ≈ 0.333333333333"),
        ("0.1 + 0.2", "0.3"),
        ("1.1 * 1.1", "1.21"),
        (".5 * 3", "1.5"),
        ("1.0 / 3", "1/3 ≈ 0.333333333333"),
        ("1.5e-3 * 2", "0.003"),
        (
            "10^30 / 7",
            "1000000000000000000000000000000/7 = 142857142857142857142857142857 1/7"
            " ≈ 1.42857142857 × 10^29",
        ),
        ("1 / 3^40", "1/12157665459056928801 ≈ 8.22526333997 × 10^-20"),
        ("2/3 * 10^9", "2000000000/3 = 666666666 2/3 ≈ 666666666.667"),
    ],
)
def test_fractions_and_decimals(answer, question, result):
    assert answer(question) == result


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("15% of 80", "12"),
        ("12.5% of 480", "60"),
        ("50% * 3", "1.5"),
        ("200 + 10%", "220"),
        ("100 - 20%", "80"),
        ("5% + 5%", "0.0525"),
        ("150 percent of 2", "3"),
    ],
)
def test_percentages(answer, question, result):
    assert answer(question) == result


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("sqrt 144", "12"),
        ("sqrt(4/9)", "2/3 ≈ 0.666666666667"),
        ("sqrt 48", "4√3 ≈ 6.92820323028"),
        ("sqrt(1/2)", "√2/2 ≈ 0.707106781187"),
        ("√2 * √8", "4"),
        ("√2 + √8", "3√2 ≈ 4.24264068712"),
        ("√2 + √3", "≈ 3.14626436994"),
        ("(1 + √5) / 2", "1/2 + √5/2 ≈ 1.61803398875"),
        ("1 / (1 + √2)", "-1 + √2 ≈ 0.414213562373"),
        ("(1 + √2)^3", "7 + 5√2 ≈ 14.0710678119"),
        ("2^0.5", "√2 ≈ 1.41421356237"),
        ("8^(1/3)", "2"),
        ("8^(2/3)", "4"),
        ("cube root of -27", "-3"),
        ("2^(1/3)", "≈ 1.25992104989"),
        ("√2^2", "2"),
        ("√3 * √2 * √6", "≈ 6"),
        ("sqrt 0", "0"),
    ],
)
def test_roots(answer, question, result):
    assert answer(question) == result


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("7!", "5040"),
        ("0!", "1"),
        ("3!!", "720"),
        ("2 * 3!", "12"),
        ("gcd(48, 180)", "12"),
        ("gcd(12,180)", "12"),
        ("gcd(-12, 18, 27)", "3"),
        ("lcm(4, 6, 10)", "60"),
        ("lcm(0, 5)", "0"),
        ("abs(3 - 5)", "2"),
        ("sum(1, 2, 3.5)", "6.5"),
    ],
)
def test_functions(answer, question, result):
    assert answer(question) == result


@pytest.mark.parametrize("n", [25, 100, 1000])
def test_factorials_are_exact(answer, n):
    expected = str(factorial(n))
    assert answer(f"{n}!") == f"{expected} ({len(expected)} digits)"


def test_large_powers_are_exact(answer):
    assert answer("what's 2^100") == "1267650600228229401496703205376 (31 digits)"
    assert answer("3^2000").startswith(str(3**2000))


@pytest.mark.parametrize("seed", range(12))
def test_random_expressions_have_the_value_that_python_gives_them(answer, seed):
    chance = random.Random(seed)
    text, value = str(start := chance.randrange(1, 99)), Fraction(start)
    for _ in range(12):
        operand = Fraction(chance.randrange(1, 99), chance.randrange(1, 99))
        sign = chance.choice("+-*/")
        text = f"({text}) {sign} ({operand})"
        value = {"+": value + operand, "-": value - operand, "*": value * operand}.get(
            sign, value / operand
        )
    assert answer(f"{text} + 0").split(" ")[0] == str(value)


@pytest.mark.parametrize("seed", range(5))
def test_gcd_is_that_of_python(answer, seed):
    a, b = 6 * 7 ** (seed + 20), 21 * 2 ** (seed + 30)
    assert answer(f"gcd of {a} and {b}") == str(gcd(a, b))


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("1/0", "Division by zero has no answer: no number times 0 gives 1."),
        ("0/0", "Division by zero has no answer: any number times 0 gives 0."),
        ("5 mod 0", "Division by zero has no answer, and no remainder."),
        ("0^-1", "Zero to a negative power is a division by zero."),
        ("1 / (√2 - √2)", "Division by zero has no answer: no number times 0 gives 1."),
        ("2^1000000", "That number has about 301,030 digits; I stop at 10,000."),
        ("2^10^20", "That number has about 30,102,999,566,398,120,000 digits; I stop at 10,000."),
        ("9^9^9^9", "That number has about 369,693,100 digits; I stop at 10,000."),
        ("1e999999 + 1", "That number has about 1,000,000 digits; I stop at 10,000."),
        ("5000!", "That number has about 16,323 digits; I stop at 10,000."),
        (
            "(10^20)!",
            "That number has about 1,956,570,551,809,674,800,000 digits; I stop at 10,000.",
        ),
        ("10^6000 * 10^6000", "That number has about 12,001 digits; I stop at 10,000."),
        ("(-3)!", "A factorial needs a whole number that is not negative."),
        ("2.5!", "A factorial needs whole numbers; 5/2 is not one."),
        ("gcd(1/2, 3)", "gcd needs whole numbers; 1/2 is not one."),
        ("gcd(4)", '"gcd" needs at least two numbers.'),
        ("sqrt(-4)", "-4 is negative, so it has no real root of this kind."),
        ("2^√2", "I can only raise to a power that is a whole number or a fraction."),
        ("2 + * 3", 'There should be a number after "2 +", not "*".'),
        ("(2 + 3", "A bracket is opened and never closed."),
        ("2 + 3)", 'I did not expect ")" after "2 + 3".'),
        ("gcd(4, 6", 'The bracket after "gcd" is never closed.'),
        ("(" * 150 + "1+1" + ")" * 150, "This is nested too deeply for me."),
        ("-" * 150 + "1*1", "This is nested too deeply for me."),
    ],
)
def test_what_has_no_answer_is_explained(tutor, question, message):
    assert tutor(question)[-1] == message

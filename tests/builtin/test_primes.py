"""What the math tutor knows of primes."""
# ruff: noqa: RUF001 - mathematics has its own signs

import pytest


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("is 97 prime?", "yes, 97 is a prime number."),
        ("Is 91 a prime number?", "no, 91 is not a prime number."),
        ("is 1 prime?", "no, 1 is not a prime: primes begin at 2."),
        ("is the number 2 prime?", "yes, 2 is a prime number."),
        ("is 2^61 - 1 prime?", "yes, 2305843009213693951 is a prime number."),
        ("is 3215031751 prime?", "no, 3215031751 is not a prime number."),
        ("is 10^200 + 1 prime?", f"no, {10**200 + 1} is not a prime number."),
        ("next prime after 100", "the next prime after 100 is 101."),
    ],
)
def test_primes_are_recognised(answer, question, result):
    assert answer(question) == result


def test_a_reason_is_given_why_a_number_is_not_prime(tutor):
    assert tutor("is 91 prime?")[0] == "91 = 7 × 13"
    large = tutor("is 1000000007 * 1000000009 prime?")
    assert large[0] == "It fails the Miller–Rabin test, which every prime passes."


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("factor 360", "360 = 2^3 × 3^2 × 5"),
        ("What are the prime factors of 1001?", "1001 = 7 × 11 × 13"),
        ("factorise 97", "97 is a prime number."),
        ("prime factorization of 10^12 + 39", "1000000000039 is a prime number."),
        ("factor 1000000016000000063", "1000000016000000063 = 1000000007 × 1000000009"),
        ("factor 10007 * 10009", "100160063 = 10007 × 10009"),
        ("factor 10007^2 * 3", "300420147 = 3 × 10007^2"),
        ("factor 2^64 + 1", "18446744073709551617 = 274177 × 67280421310721"),
    ],
)
def test_numbers_are_factored(answer, question, result):
    assert answer(question) == result


def test_the_steps_of_a_factorisation_are_shown(tutor):
    assert tutor("factor 60") == [
        "60 = 2 × 30",
        "30 = 2 × 15",
        "15 = 3 × 5",
        "Answer: 60 = 2^2 × 3 × 5",
    ]


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("primes up to 30", "2, 3, 5, 7, 11, 13, 17, 19, 23, 29"),
        ("list the prime numbers between 10 and 20", "11, 13, 17, 19"),
        ("primes from 24 to 28", "none"),
    ],
)
def test_primes_are_listed(answer, question, result):
    assert answer(question) == result


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("factor 1", "Only whole numbers from 2 on have prime factors; 1 has none."),
        ("is 1/2 prime?", "A question about primes needs whole numbers; 1/2 is not one."),
        ("primes up to 10^9", "I list primes in ranges of up to 20000 numbers."),
        ("primes up to 20000", "I list up to 1000 primes at a time."),
        ("factor 3000!", "I factor numbers of up to 100 digits."),
        ("is 10^200 + 357 prime?", "I test numbers of up to 100 digits for primality."),
        (
            "is 2^127 - 1 prime?",
            "170141183460469231731687303715884105727 is probably prime; "
            "I can prove it up to 24 digits.",
        ),
    ],
)
def test_limits_are_explained(tutor, question, message):
    assert tutor(question)[-1] == message

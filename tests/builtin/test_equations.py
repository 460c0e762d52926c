import pytest


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("Solve 3x + 5 = 20", "x = 5"),
        ("Solve 2x - 3 = 11", "x = 7"),
        ("solve for y: 4(y - 1) = 2y + 3", "y = 7/2 = 3 1/2 = 3.5"),
        ("x/2 + 1/3 = 5/6", "x = 1"),
        ("0.5x = 1.25", "x = 2.5"),
        ("-x = 4", "x = -4"),
        ("10 = 2x", "x = 5"),
        ("If 3n = 12, what is n?", "n = 4"),
        ("√2 x = 4", "x = 2√2 ≈ 2.82842712475"),
        ("10% x = 5", "x = 50"),
        ("three x plus five equals twenty", "x = 5"),
        ("3x = 3x", "every x is a solution."),
        ("3x + 5 = 3x", "there is no solution: the two sides always differ."),
    ],
)
def test_linear_equations(answer, question, result):
    assert answer(question) == result


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("x^2 - 5x + 6 = 0", "x = 2 or x = 3"),
        ("-x^2 + 5x - 6 = 0", "x = 2 or x = 3"),
        ("x² = 2", "x = -√2 ≈ -1.41421356237 or x = √2 ≈ 1.41421356237"),
        ("x^2 = x + 1", "x = 1/2 - √5/2 ≈ -0.61803398875 or x = 1/2 + √5/2 ≈ 1.61803398875"),
        ("(x + 1)^2 = 9", "x = -4 or x = 2"),
        ("x(x - 1) = 0", "x = 0 or x = 1"),
        ("4x^2 + 4x + 1 = 0", "x = -1/2 = -0.5"),
        ("x^2 + 1 = 0", "there is no real solution: b^2 - 4ac is negative."),
        ("x^3 - x^3 + x = 4", "x = 4"),
    ],
)
def test_quadratic_equations(answer, question, result):
    assert answer(question) == result


def test_the_steps_are_shown(tutor):
    assert tutor("Solve 3x + 5 = x + 20") == [
        "3x + 5 = x + 20",
        "Bring x to the left and numbers to the right: 2x = 15",
        "Divide both sides by 2: x = 15/2",
        "Answer: x = 15/2 = 7 1/2 = 7.5",
    ]


@pytest.mark.parametrize(
    ("question", "result"),
    [("is 2 + 2 = 4?", "true, both sides are 4."), ("2 + 2 = 5", "false, 4 is not 5.")],
)
def test_a_statement_is_checked(answer, question, result):
    assert answer(question) == result


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("x^3 = 8", "I solve equations of the first and second degree; this has 3."),
        ("1/x = 4", "The unknown is in a divisor; multiply both sides by that divisor first."),
        ("2^x = 8", "The unknown is in an exponent; I cannot solve that."),
        ("x^(1/2) = 3", "The unknown has the exponent 1/2; I cannot solve that."),
        ("x^99 = 3", "The unknown has the exponent 99; I cannot solve that."),
        ("x^9 * x^9 = 3", "The degree of this equation is too high for me."),
        ("y = 2x + 1", "I solve for one unknown; here are y and x."),
        ("1 = x = 2", 'I solve one equation at a time; here is more than one "=".'),
        ("x/0 = 2", "Division by zero has no answer."),
        (
            "sqrt(x) = 2",
            "I can only solve equations where the unknown is added, multiplied or squared.",
        ),
    ],
)
def test_what_cannot_be_solved_is_explained(tutor, question, message):
    assert tutor(question)[-1] == message

"""`understudy validate`: all that is wrong, where, and how to mend it."""

from __future__ import annotations

MISTAKES = """{
  // comments are fine
  "name": 5,
  "tools": [{ "type": "rga" }],
}
"""


def test_all_mistakes_are_told_with_place_and_cure(understudy, write_assistant):
    write_assistant("wrong", {"assistant.json": MISTAKES, "src/index.js": "export const a = ;\n"})
    done = understudy("validate", "wrong")
    assert done.code == 1
    assert "error assistant.json:3:" in done.out
    assert "error assistant.json:4:" in done.out
    assert "Did you mean `rag`?" in done.out
    assert "error src/index.js:1:18: SyntaxError" in done.out


def test_without_names_all_of_ones_own_are_checked(understudy, write_assistant):
    assert "`understudy new NAME` makes one" in understudy("validate").err
    write_assistant("fine", {"assistant.json": {"name": "Fine"}})
    assert understudy("validate").out == "fine: fit to run\n"
    write_assistant("wrong", {"assistant.json": MISTAKES})
    done = understudy("validate", "--json")
    assert done.code == 1
    found = done.json()
    assert set(found) == {"fine", "wrong"}
    assert found["fine"] == []
    assert {problem["line"] for problem in found["wrong"]} == {3, 4}
    assert all(problem["message"] and problem["code"] for problem in found["wrong"])


def test_a_misspelt_name_does_not_hide_the_others(understudy, write_assistant):
    write_assistant("wrong", {"assistant.json": MISTAKES})
    done = understudy("validate", "wrng", "wrong", "jan")
    assert done.code == 1
    assert "Did you mean `wrong`?" in done.out
    assert "error assistant.json:3:" in done.out
    assert "jan: fit to run" in done.out


def test_what_the_code_itself_says_counts(understudy, write_assistant):
    source = """
      export function validate(assistant) {
        return [
          { message: "no avatar", severity: "warning", hint: "Draw one." },
          assistant.name === "Bad" ? "a bad name" : null,
        ].filter(Boolean);
      }
    """
    write_assistant("picky", {"assistant.json": {"name": "Good"}, "src/index.js": source})
    done = understudy("validate", "picky")
    assert (done.code, "warning src/index.js: no avatar" in done.out) == (0, True)
    assert "Draw one." in done.out
    write_assistant("picky", {"assistant.json": {"name": "Bad"}})
    done = understudy("validate", "picky")
    assert (done.code, "error src/index.js: a bad name" in done.out) == (1, True)


def test_a_tool_that_is_switched_off_is_said_to_be_off(process, write_assistant):
    write_assistant("reader", {"assistant.json": {"tools": [{"type": "rag"}]}})
    done = process("validate", "reader", UNDERSTUDY_PLUGINS="-rag")
    assert done.code == 1
    assert "tool `rag` is off: UNDERSTUDY_PLUGINS excludes it" in done.out

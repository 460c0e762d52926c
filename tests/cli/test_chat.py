"""`understudy chat`: on a terminal, and with questions piped in."""

from __future__ import annotations

import threading

from understudy.testing.model_server import ModelServer, echo, fail, say


def roles(request) -> list[str]:
    return [message["role"] for message in request.body["messages"]]


def test_a_conversation_on_a_terminal(terminal, model):
    gate = threading.Event()
    model.script([say(chunks=["Hel", gate, "lo."]), say("Ada.")])
    chat = terminal("chat", "jan")
    chat.expect("Jan is listening.")
    chat.expect("> ")
    chat.type("I am Ada.\n")
    chat.expect("Hel")
    assert not model.requests[0].answered.is_set()
    gate.set()
    chat.expect("lo.\r\n> ")
    chat.type("Who am I?\n")
    chat.expect("Ada.\r\n> ")
    chat.press_ctrl_d()
    assert chat.wait() == 0
    assert roles(model.requests[1]) == ["system", "user", "assistant", "user"]


def test_ctrl_c_stops_the_answer_and_not_the_program(terminal, model):
    model.script([say(chunks=["For ever ", threading.Event()]), say("Here I am.")])
    chat = terminal("chat", "jan")
    chat.expect("> ")
    chat.type("Talk.\n")
    chat.expect("For ever ")
    chat.press_ctrl_c()
    chat.expect("Stopped.")
    chat.expect("> ")
    chat.interrupt_until("> ")  # at the prompt it only takes the line away
    chat.type("Still there?\n")
    chat.expect("Here I am.\r\n> ")
    chat.type("/exit\n")
    assert chat.wait() == 0
    assert model.requests[0].left.wait(10)
    assert "Traceback" not in chat.seen


def test_commands_and_errors_do_not_end_the_chat(terminal, model):
    model.script([echo, fail(400, "No."), echo])
    chat = terminal("chat", "jan")
    chat.expect("> ")
    chat.type("/thread\n")
    chat.expect("The thread begins with your first question.")
    chat.type("One\n")
    chat.expect("You said: One")
    chat.type("/thread\n")
    chat.expect("thread_")
    chat.type("/new\n")
    chat.expect("A new thread begins.")
    chat.type("/what\n")
    chat.expect("/exit ends the chat.")
    chat.type("Two\n")
    chat.expect("Error:")
    chat.type("Three\n")
    chat.expect("You said: Three")
    chat.type("/exit\n")
    assert chat.wait() == 0
    assert roles(model.requests[1]) == ["system", "user"]


def test_piped_questions_are_answered_in_one_thread(process, model: ModelServer):
    model.script([say("Hello."), say("Ada.")])
    done = process("chat", "jan", stdin=b"I am Ada.\n\nWho am I?")
    assert (done.code, done.out, done.err) == (0, "Hello.\nAda.\n", "")
    assert len(roles(model.requests[1])) == 4


def test_piped_questions_that_fail_end_with_1_and_the_others_are_answered(understudy, model):
    model.script([fail(400, "No."), say("Yes.")])
    done = understudy("chat", "jan", stdin=b"One\nTwo\n")
    assert (done.code, done.out) == (1, "Yes.\n")
    assert "No." in done.err


def test_files_go_with_the_first_question(understudy, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("The contract of the car ends on 4 June 2032.")
    questions = b"When does the contract end?\nAnd the contract of the car?\n"
    done = understudy("chat", "librarian", "--file", note, stdin=questions)
    assert done.out.count("4 June 2032") == 2


def test_an_unknown_assistant_or_thread_is_told_before_anything_is_asked(understudy):
    assert "Did you mean `jan`?" in understudy("chat", "jann").err
    done = understudy("chat", "jan", "--thread", "thread_none", stdin=b"Hi\n")
    assert done.code == 1
    assert "No thread found" in done.err

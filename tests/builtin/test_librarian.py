"""The librarian, with files that are attached as a user attaches them."""

import os
import subprocess
import sys

import pytest

from understudy.testing.documents import pdf
from understudy.testing.model_server import say

HOUSE = """# House

The boiler is serviced every October. It stands in the cellar.

## Roof

The roof was renewed in 1961 by the firm Miller.
"""


@pytest.fixture
def files(tmp_path):
    house = tmp_path / "house.md"
    house.write_text(HOUSE)
    garden = tmp_path / "garden.txt"
    garden.write_text("Roses need pruning in March.\nTulips are planted in autumn.\n")
    return [house, garden]


def test_without_a_model_it_quotes_with_file_and_line(host, files):
    reply = host.run("librarian", "When is the boiler serviced?", files=files)
    assert reply.text == (
        "> The boiler is serviced every October.\n\nhouse.md, line 3 【1:0†source】\n\n"
    )


def test_the_line_is_that_of_the_sentence(host, files):
    text = host.run("librarian", "When are tulips planted?", files=files).text
    assert "> Tulips are planted in autumn.\n\ngarden.txt, line 2 " in text
    text = host.run("librarian", "Who renewed the roof?", files=files).text
    assert "> The roof was renewed in 1961 by the firm Miller.\n\nhouse.md, line 7 " in text


def test_a_sentence_right_below_its_heading_is_found(host, tmp_path):
    lease = tmp_path / "lease.md"
    lease.write_text("# Lease\n## Deposit\nThe tenant pays a deposit of 2,400 euros.\n")
    text = host.run("librarian", "How high is the deposit?", files=[lease]).text
    assert text.startswith("> The tenant pays a deposit of 2,400 euros.\n\nlease.md, line 3 ")


def test_a_german_participle_answers_for_its_noun(host, tmp_path):
    lease = tmp_path / "vertrag.txt"
    lease.write_text("Der Vertrag kann mit einer Frist von drei Monaten gekündigt werden.\n")
    text = host.run("librarian", "Welche Frist gilt für die Kündigung?", files=[lease]).text
    assert text.startswith("> Der Vertrag kann mit einer Frist von drei Monaten gekündigt werden.")


def test_what_no_file_holds_is_said(host, files):
    text = host.run("librarian", "Where do zebras live?", files=files).text
    assert text.startswith("I found nothing about that in your 2 files.")


def test_one_word_that_happens_to_be_there_is_no_answer(host, files):
    text = host.run("librarian", "Which French painter had a boiler in Paris?", files=files).text
    assert text.startswith("I found nothing about that in your 2 files.")
    assert '"French" or "painter" or "Paris"' in text
    assert "> " not in text


def test_half_of_what_is_asked_is_quoted_as_the_nearest(host, tmp_path):
    lease = tmp_path / "lease.txt"
    lease.write_text("The rent is 900 euros, due on the first. Dogs are allowed.\n")
    text = host.run("librarian", "When must the rent be paid?", files=[lease]).text
    assert text == (
        "I found nothing that answers this for certain. I saw no mention of "
        '"paid". The nearest to it:\n\n'
        "> The rent is 900 euros, due on the first.\n\nlease.txt, line 1 【1:0†source】\n\n"
    )
    text = host.run("librarian", "Are cats allowed?", files=[lease]).text
    assert 'no mention of "cats". The nearest to it:\n\n> Dogs are allowed.' in text


def test_a_name_that_stands_nowhere_leaves_nothing_near(host, tmp_path):
    lease = tmp_path / "lease.txt"
    lease.write_text("The rent is 900 euros, due on the first.\n")
    text = host.run("librarian", "What is the rent in Berlin?", files=[lease]).text
    assert text.startswith("I found nothing about that in your file.")
    assert "> " not in text


def test_a_word_counts_though_another_language_has_it_as_a_small_one(host, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("The keeper painted the door green.\n")
    text = host.run("librarian", "Where is the door?", files=[note]).text
    assert text.startswith("> The keeper painted the door green.")


def test_a_day_of_the_month_ends_no_sentence(host, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("Hiermit kündige ich den Vertrag zum 31. Juli. Mit freundlichen Grüßen\n")
    text = host.run("librarian", "Wann endet die Kündigung des Vertrags?", files=[note]).text
    assert "> Hiermit kündige ich den Vertrag zum 31. Juli.\n" in text


def test_the_same_sentence_is_quoted_once(host, tmp_path):
    paths = [tmp_path / f"{n}.txt" for n in range(3)]
    for path in paths:
        path.write_text("The boiler is serviced every October.\n" * 3)
    text = host.run("librarian", "When is the boiler serviced?", files=paths).text
    assert text.count("> The boiler") == 1


def test_an_abbreviation_ends_no_sentence(host, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("The boiler was serviced by Mrs. J. Hansen of Hansen and Co. in October.\n")
    text = host.run("librarian", "Who serviced the boiler?", files=[note]).text
    assert "> The boiler was serviced by Mrs. J. Hansen of Hansen and Co. in October.\n" in text


def test_a_row_of_a_table_is_quoted_alone(host, tmp_path):
    table = tmp_path / "jobs.csv"
    table.write_text("what,when,who\nboiler service,October,Hansen\nroof repair,May,Miller\n")
    text = host.run("librarian", "When is the roof repair?", files=[table]).text
    assert text.startswith("> roof repair,May,Miller\n\njobs.csv, line 3 ")


def test_without_files_it_says_how_to_give_one(host):
    text = host.run("librarian", "When is the boiler serviced?").text
    assert text.startswith("I have no file that I could read.")
    assert "--file notes.md" in text


def test_in_a_file_with_pages_the_page_of_the_sentence_is_named(host, tmp_path):
    lease = tmp_path / "lease.pdf"
    lease.write_bytes(pdf("The rent is 900 euros.", "Cats are allowed.", "The deposit is 1800."))
    text = host.run("librarian", "How high is the deposit?", files=[lease]).text
    assert text.startswith("> The deposit is 1800.\n\nlease.pdf, page 3 ")


def test_an_unreadable_file_is_named(host, files, tmp_path):
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7 ...")
    text = host.run("librarian", "When is the boiler serviced?", files=[*files, scan]).text
    assert "October" in text
    assert text.endswith("Not read: scan.pdf. It is damaged.\n")


def test_an_unreadable_file_is_named_once_in_a_thread(host, files, tmp_path):
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7 ...")
    first = host.run("librarian", "When is the boiler serviced?", files=[*files, scan])
    again = host.run("librarian", "Who renewed the roof?", thread=first.thread_id)
    assert "scan.pdf" in first.text
    assert "scan.pdf" not in again.text


def test_files_of_earlier_messages_are_still_there(host, files):
    first = host.run("librarian", "When is the boiler serviced?", files=files)
    again = host.run("librarian", "Who renewed the roof?", thread=first.thread_id)
    assert "1961" in again.text


def test_with_a_model_the_passages_are_handed_over_with_markers(host_with_model, model, files):
    model.script([say("In October 【1:0†source】.")])
    reply = host_with_model.run("librarian", "When is the boiler serviced?", files=files)
    assert reply.text == "In October 【1:0†source】."
    told = model.requests[0].body["messages"][0]["content"]
    assert told.startswith("You are a librarian.")
    assert '【1:0†source】 house.md, line 1, under "House":\n# House' in told
    assert model.requests[0].body["tools"][0]["function"]["name"] == "rag"


def test_a_model_is_told_when_nothing_was_found(host_with_model, model, files):
    host_with_model.run("librarian", "Where do zebras live?", files=files)
    assert "found nothing" in model.requests[0].body["messages"][0]["content"]


def test_it_answers_on_the_command_line(files, tmp_path):
    command = [sys.executable, "-m", "understudy", "--root", str(tmp_path / "root")]
    command += ["run", "librarian", "When are tulips planted?", "--file", str(files[1])]
    environment = {**os.environ, "UNDERSTUDY_DISCOVERY": "0", "OPENAI_BASE_URL": ""}
    result = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert result.stdout.startswith("> Tulips are planted in autumn.\n\ngarden.txt, line 2 ")
    assert result.returncode == 0

"""`understudy serve` as a process: it starts, says where, serves, and stops."""

from __future__ import annotations


def test_the_official_client_creates_and_reads_an_assistant(client):
    made = client.beta.assistants.create(model="m", name="Poet")
    assert client.beta.assistants.retrieve(made.id) == made

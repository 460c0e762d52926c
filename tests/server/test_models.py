"""`/v1/models`: the assistants, for programs that choose a model."""

from __future__ import annotations

import openai
import pytest


def test_all_assistants_are_listed_as_models(client):
    poet = client.beta.assistants.create(model="m", name="Poet")
    models = {model.id: model for model in client.models.list()}
    assert poet.id in models
    assert {"jan", "shakespeare", "math-tutor", "librarian"} <= set(models)
    assert {model.owned_by for model in models.values()} == {"understudy"}
    assert models[poet.id].created == poet.created_at


def test_a_model_is_read_by_its_id_or_name(client):
    made = client.beta.assistants.create(model="m", name="Only One")
    assert client.models.retrieve(made.id).id == made.id
    assert client.models.retrieve("Only One").id == made.id


def test_an_unknown_model_is_not_found_and_no_path_is_told(client, server):
    with pytest.raises(openai.NotFoundError) as raised:
        client.models.retrieve("nobody")
    assert raised.value.code == "model_not_found"
    assert str(server.root) not in str(raised.value.body)


def test_a_name_that_two_have_is_refused_with_their_ids(client):
    twins = [client.beta.assistants.create(model="m", name="Twin").id for _ in range(2)]
    with pytest.raises(openai.BadRequestError) as raised:
        client.models.retrieve("Twin")
    assert all(twin in str(raised.value) for twin in twins)

"""client.files."""

import io

import openai
import pytest


def test_a_file_is_uploaded_read_downloaded_and_deleted(client):
    file = client.files.create(file=("notes.txt", b"Some notes."), purpose="assistants")
    assert (file.bytes, file.filename, file.purpose) == (11, "notes.txt", "assistants")
    assert client.files.retrieve(file.id) == file
    assert client.files.content(file.id).read() == b"Some notes."
    gone = client.files.delete(file.id)
    assert (gone.object, gone.deleted) == ("file", True)
    with pytest.raises(openai.NotFoundError, match=file.id):
        client.files.retrieve(file.id)


def test_a_path_and_an_open_file_are_uploaded_too(client, tmp_path):
    path = tmp_path / "größe.bin"
    path.write_bytes(bytes(range(256)) * 5000)
    by_path = client.files.create(file=path, purpose="assistants")
    by_stream = client.files.create(file=io.BytesIO(path.read_bytes()), purpose="user_data")
    assert by_path.filename == "größe.bin"
    for file in (by_path, by_stream):
        assert client.files.content(file.id).read() == path.read_bytes()


def test_a_file_is_ready_at_once(client):
    file = client.files.create(file=("a.txt", b"a"), purpose="assistants")
    assert client.files.wait_for_processing(file.id, max_wait_seconds=5).status == "processed"


def test_files_are_listed_by_purpose_in_pages(client):
    made = [client.files.create(file=(f"{n}.json", b"{}"), purpose="batch").id for n in range(3)]
    client.files.create(file=("x.txt", b"x"), purpose="assistants")
    listed = client.files.list(purpose="batch", limit=2, order="asc")
    assert [file.id for file in listed] == made


def test_a_file_that_expires_says_when(client):
    file = client.files.create(
        file=("a.txt", b"a"),
        purpose="assistants",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert file.expires_at == file.created_at + 3600


def test_content_can_be_streamed_to_disk(client, tmp_path):
    file = client.files.create(file=("a.bin", b"abc" * 100_000), purpose="assistants")
    with client.files.with_streaming_response.content(file.id) as response:
        response.stream_to_file(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"abc" * 100_000


@pytest.mark.parametrize(
    ("expires_after", "param"),
    [
        ({"anchor": "created_at", "seconds": 60}, "expires_after.seconds"),
        ({"anchor": "tomorrow", "seconds": 3600}, "expires_after.anchor"),
        ({"anchor": "created_at"}, "expires_after.seconds"),
    ],
)
def test_an_expiry_that_cannot_be_is_refused_by_name(client, expires_after, param):
    with pytest.raises(openai.BadRequestError) as refused:
        client.files.create(file=b"x", purpose="assistants", expires_after=expires_after)
    assert refused.value.param == param


def test_a_file_that_is_past_its_time_is_gone(client, server):
    kept = {"anchor": "created_at", "seconds": 3600}
    file = client.files.create(file=b"x", purpose="assistants", expires_after=kept)
    [stored] = server.root.rglob(f"{file.id}/file.json")
    stored.write_text(stored.read_text().replace(str(file.expires_at), str(file.created_at - 1)))
    assert file.id not in [each.id for each in client.files.list()]
    with pytest.raises(openai.NotFoundError, match=file.id):
        client.files.content(file.id)
    assert not stored.parent.exists()


def test_what_is_no_purpose_is_refused_by_name(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.files.create(file=b"x", purpose="keepsake")
    assert refused.value.param == "purpose"


@pytest.mark.parametrize(
    "purpose", ["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
)
def test_every_purpose_that_the_client_knows_is_taken(client, purpose):
    file = client.files.create(file=("a.jsonl", b"{}"), purpose=purpose)
    assert file.purpose == ("user_data" if purpose == "evals" else purpose)
    assert file.id in [each.id for each in client.files.list(purpose=purpose)]


def test_another_purpose_is_refused_with_those_there_are(client):
    with pytest.raises(openai.BadRequestError, match="'evals'") as e:
        client.files.create(file=("a.txt", b"a"), purpose="assistants_output")
    assert e.value.param == "purpose"

"""Which endpoint is asked, with which key."""

import pytest

from understudy.testing.model_server import ModelServer

KEY = "sk-environment-0123456789"
OWN = "sk-settings-0123456789"


@pytest.fixture
def elsewhere():
    with ModelServer() as server:
        yield server


def _key(server):
    return server.requests[-1].headers.get("Authorization")


def test_the_settings_go_before_the_environment(client, server, elsewhere, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", elsewhere.base_url)
    assert client.text() == "You said: hello"
    assert (len(server.requests), len(elsewhere.requests)) == (1, 0)


def test_the_environment_s_endpoint_is_asked_with_the_environment_s_key(
    bare_client, server, monkeypatch
):
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    bare_client.text()
    assert _key(server) == f"Bearer {KEY}"
    bare_client.text(settings={"api_key": OWN})
    assert _key(server) == f"Bearer {OWN}"


def test_the_environment_s_key_is_never_sent_to_an_address_of_the_settings(
    client, server, elsewhere, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    client.text()
    assert _key(server) is None
    monkeypatch.setenv("OPENAI_BASE_URL", elsewhere.base_url)
    client.text()
    assert _key(server) is None


def test_the_environment_s_key_is_sent_where_the_settings_repeat_its_address(
    client, server, monkeypatch
):
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.base_url}/")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    client.text()
    assert _key(server) == f"Bearer {KEY}"


def test_without_a_key_none_is_sent(client, server):
    client.text()
    assert _key(server) is None


def test_empty_variables_count_as_unset(bare_client, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", " ")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert "none is configured" in str(bare_client.error())


@pytest.mark.parametrize("form", ["http://{}", "http://{}/", "{}", " http://{}/v1/ "])
def test_an_address_may_be_written_carelessly(bare_client, server, form):
    address = form.format(f"127.0.0.1:{server.port}")
    assert bare_client.text(settings={"base_url": address}) == "You said: hello"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.com",
        "http://",
        "http://[::1",
        "http://x:port/v1",
        "http://a?b=c",
        "http://u:p@x",
        "http://a b/v1",
        "http://a..b/v1",
        "http://a/\x01",
        f"http://{'a' * 70}.example",
    ],
)
def test_what_is_no_address_is_refused_by_the_name_of_its_setting(
    bare_client, monkeypatch, address
):
    error = bare_client.error(settings={"base_url": address})
    assert (error.kind, "`base_url`" in str(error)) == ("unreachable", True)
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    assert "OPENAI_BASE_URL" in str(bare_client.error())


def test_localhost_is_found_by_its_name(bare_client, server):
    settings = {"base_url": f"http://localhost:{server.port}/v1"}
    assert bare_client.text(settings=settings) == "You said: hello"


def test_a_proxy_is_not_asked_for_loopback(client, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert client.text() == "You said: hello"


def test_a_proxy_is_asked_for_others(bare_client, server, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    settings = {"base_url": "http://models.example.invalid/v1"}
    assert bare_client.text(settings=settings) == "You said: hello"
    assert server.requests[0].headers["Host"] == "models.example.invalid"


@pytest.mark.parametrize("secret", [{"$env": "MY_KEY"}, {"$file": "~/key.txt"}])
def test_a_secret_is_looked_up_when_it_is_used(client, server, monkeypatch, tmp_path, secret):
    monkeypatch.setenv("HOME", str(tmp_path))
    for key in (OWN, KEY):
        monkeypatch.setenv("MY_KEY", key)
        (tmp_path / "key.txt").write_text(f"{key}\n")
        client.text(settings={"api_key": secret})
        assert _key(server) == f"Bearer {key}"


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ({"$env": "NO_SUCH_KEY"}, ("NO_SUCH_KEY", "not set")),
        ({"$file": "/no/such/key"}, ("/no/such/key", "No such file")),
        ({"$vault": "x"}, ("`api_key`", "not a secret")),
        ({}, ("`api_key`", "not a secret")),
        ("two\nlines", ("`api_key`", "no API key has")),
        ("naïve", ("`api_key`", "no API key has")),
    ],
)
def test_a_secret_that_is_none_is_an_error_of_auth(client, server, secret, words):
    error = client.error(settings={"api_key": secret})
    assert error.kind == "auth"
    assert all(word in str(error) for word in words)
    assert error.hint
    assert server.requests == []


def test_an_empty_file_is_not_a_secret(client, tmp_path):
    empty = tmp_path / "key"
    empty.write_text("\n")
    assert "is empty" in str(client.error(settings={"api_key": {"$file": str(empty)}}))
    empty.write_bytes(b"\xff\xfe")
    assert "is not text" in str(client.error(settings={"api_key": {"$file": str(empty)}}))


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": -1},
        {"timeout": "soon"},
        {"max_retries": -1},
        {"base_url": 7},
        {"api_key": [OWN]},
    ],
)
def test_a_malformed_setting_is_named_and_its_value_is_not(client, settings):
    (name,) = settings
    error = client.error(settings=settings)
    assert f"`{name}`" in str(error)
    assert OWN not in str(error)


def test_settings_of_others_are_left_alone(client):
    settings = {"ctx_len": "2048", "ngl": "100", "prompt_template": "{x}", "timeout": "60"}
    assert client.text(settings=settings) == "You said: hello"

"""The guard: who may come in, from where."""

from __future__ import annotations

import pytest


def error(answer, status):
    assert answer.status == status
    assert answer.headers["x-request-id"].startswith("req_")
    return answer.error


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer ", "Basic c2stdGVzdA==", "sk-test"])
def test_without_a_key_nothing_is_served(server, value):
    answer = server.request("GET", "/assistants", headers={"Authorization": value})
    assert "understudy key" in error(answer, 401)["message"]


@pytest.mark.parametrize("key", ["sk-tes", "sk-test2", "sk-te\xdft", "x" * 10_000])
def test_a_wrong_key_is_refused_before_anything_is_stored(server, key):
    headers = {"Authorization": f"Bearer {key}".encode("latin-1").decode("latin-1")}
    before = server.get("/threads").json()
    assert error(server.request("POST", "/threads", {}, headers), 401)["code"] == "invalid_api_key"
    assert server.get("/threads").json() == before


def test_the_scheme_of_the_key_may_be_written_in_any_case(server):
    assert server.get("/assistants", Authorization="bearer sk-test").status == 200


@pytest.mark.parametrize("path", ["//health"])
def test_health_and_the_document_need_no_key(server, path):
    assert server.request("GET", path, headers={"Authorization": None}).status == 200


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"]
)
def test_the_names_of_the_loopback_are_answered_to(server, host):
    assert server.get("/assistants", Host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "10.0.0.1",
        "a@localhost",
    ],
)
def test_a_name_that_somebody_made_to_mean_this_machine_is_refused(server, host):
    for path in ("/assistants", "//health"):
        refused = error(server.get(path, Host=host), 403)
        assert refused["code"] == "invalid_host"
        assert host.partition(":")[0] in refused["message"]
        assert "--name" in refused["message"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000"])
def test_web_pages_are_refused(server, origin):
    for method in ("GET", "POST", "OPTIONS"):
        answer = server.request(method, "/threads", headers={"Origin": origin})
        assert error(answer, 403)["code"] == "invalid_origin"
        assert "access-control-allow-origin" not in answer.headers


def test_names_and_origins_are_let_in_when_asked_for(start_server):
    page = "https://chat.example"
    server = start_server("--host", "0.0.0.0", "--name", "box.lan", "--origin", page)
    assert server.get("/assistants", Host="Box.LAN:80").status == 200
    assert server.get("/assistants", Host="other.lan").status == 403
    answer = server.get("/assistants", Origin=page)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == page
    assert answer.headers["vary"] == "origin"
    refused = server.get("/assistants/none", Origin=page)
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (404, page)
    assert server.get("/assistants", Origin="https://other.example").status == 403


def test_a_browser_that_asks_first_is_answered_without_a_key(start_server):
    server = start_server("--origin", "*")
    asked = {
        "Authorization": None,
        "Origin": "https://any.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-stainless-os",
    }
    answer = server.request("OPTIONS", "/threads", headers=asked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "https://any.example"
    assert answer.headers["access-control-allow-headers"] == "authorization,x-stainless-os"
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    assert server.get("/threads", Authorization="", Origin="https://any.example").status == 401


@pytest.mark.parametrize(
    "beta", ["assistants=v1", "assistants=v2", "realtime=v1", "x=1, assistants=v2"]
)
def test_known_versions_and_other_betas_are_fine(server, beta):
    assert server.get("/assistants", **{"OpenAI-Beta": beta}).status == 200


@pytest.mark.parametrize("beta", ["assistants=v3", "assistants=", "x=1, assistants=v20"])
def test_another_version_of_the_api_is_refused(server, beta):
    refused = error(server.get("/assistants", **{"OpenAI-Beta": beta}), 400)
    assert refused["code"] == "invalid_beta"

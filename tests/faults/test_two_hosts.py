"""Two hosts on one data root, and a data root that cannot be written."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from understudy.testing.server import Server

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def test_two_servers_and_the_command_line_write_one_folder(start_server, understudy):
    servers = [start_server(), start_server()]
    thread = servers[0].post("/threads").json()["id"]

    def write(server):
        ids = []
        for number in range(15):
            body = {"role": "user", "content": f"Message {number}"}
            ids.append(server.post(f"/threads/{thread}/messages", body).json()["id"])
            server.post("/threads", {"metadata": {"n": str(number)}})
        return ids

    with ThreadPoolExecutor() as pool:
        asking = pool.submit(understudy, "run", "math-tutor", "2+2")
        written = list(pool.map(write, servers))
        assert asking.result().returncode == 0
    pages = [server.get(f"/threads/{thread}/messages?order=asc&limit=100") for server in servers]
    assert pages[0].json() == pages[1].json()
    there = [item["id"] for item in pages[0].json()["data"]]
    for ids in written:
        assert [each for each in there if each in ids] == ids
    assert len(there) == 30
    for server in servers:
        assert len(server.get("/threads?limit=100").json()["data"]) == 32


def test_a_root_that_cannot_be_written_is_read_and_says_so(start_server, root):
    server = start_server()
    assistant = server.post("/assistants", {"model": "m", "name": "A"}).json()
    thread = server.post("/threads").json()["id"]
    body = {"role": "user", "content": "Hi"}
    message = server.post(f"/threads/{thread}/messages", body).json()
    server.stop()
    if shutil.which("unshare") is None or subprocess.call([*NAMESPACE, "true"]):
        pytest.skip("needs a mount namespace")
    bind = f"mount --bind {root} {root} && mount -o remount,ro,bind {root} {root}"
    under = [*NAMESPACE, "sh", "-c", f'{bind} && exec "$0" "$@"']
    with Server(root, "--quiet", under=under) as frozen:
        refused = [
            frozen.post("/threads"),
            frozen.post(f"/threads/{thread}/messages", body),
            frozen.post(f"/assistants/{assistant['id']}", {"name": "B"}),
            frozen.delete(f"/threads/{thread}"),
        ]
        assert [answer.status for answer in refused] == [500] * 4
        assert {answer.error["message"] for answer in refused} == {"The store cannot be used now."}
        assert frozen.get(f"/assistants/{assistant['id']}").json() == assistant
        listed = frozen.get(f"/threads/{thread}/messages").json()["data"]
        assert [item["id"] for item in listed] == [message["id"]]
        assert len(frozen.get("/threads").json()["data"]) == 1
        assert "Read-only file system" in "".join(frozen.said)

"""Plain curl, as a person types it."""

import os
import subprocess
from pathlib import Path

from understudy.testing.server import KEY

SCRIPT = Path(__file__).with_name("conversation.sh")


def test_a_whole_conversation_with_curl(server, tmp_path):
    address = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
    done = subprocess.run(
        ["sh", str(SCRIPT)],
        env=os.environ | address,
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines() == [
        "Clerk",
        "1",
        "data: [DONE]",
        "completed",
        "You said: Good day",
        "done",
        "404",
        "invalid_request_error",
    ]

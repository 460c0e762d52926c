"""The whole check: lint, format, types, tests. `python -m tests`, the same in CI and at home."""

import subprocess
import sys

CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("pytest", "-q"),
)


def main() -> int:
    for check in CHECKS:
        code = subprocess.run([sys.executable, "-m", *check], check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())

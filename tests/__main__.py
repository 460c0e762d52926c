"""The whole check: lint, format, types, tests. `python -m tests`, the same in CI and at home."""

import subprocess
import sys

CHECKS = {
    "lint": ("ruff", "check"),
    "format": ("ruff", "format", "--check"),
    "types": ("mypy",),
    "tests": ("pytest", "-q", "-n", "auto", "--dist", "loadfile"),
}


def main() -> int:
    failed = []
    for name, check in CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", *check], check=False).returncode:
            failed.append(name)
    print(f"== failed: {', '.join(failed)}" if failed else "== all is well", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())

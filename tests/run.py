"""Everything that tests, in order, with how long each part took: what `make test` runs."""

import os
import subprocess
import sys
import time

from tests import environment

HERE = [sys.executable, "-m"]
PYTEST = [*HERE, "pytest", "-q", "-n", os.environ.get("TEST_PROCESSES", "3")]
# What one database says, the other would say too: rules of the sources, programs that talk to the portal from outside.
ANY_DATABASE = [
    *(
        f"test_{name}.py"
        for name in ("architecture", "device_api_document", "faults", "postgres", "settings", "translations")
    ),
    "foundation/api/test_schemathesis.py",
    "examples",
    "foundation/oauth/test_libraries.py",
]
ONCE = [f"--ignore=tests/{path}" for path in ANY_DATABASE]
PARTS = {
    "ruff check": [*HERE, "ruff", "check", "."],
    "ruff format": [*HERE, "ruff", "format", "--check", "."],
    "mypy": [*HERE, "mypy"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "Chromium": [*HERE, "tests.chromium"],
    "tests on PostgreSQL": [*HERE, "tests.postgres", *PYTEST, "-m", "not browser and not make_run", *ONCE],
    "tests on SQLite, with a browser": [*PYTEST, "--durations", "10"],
}


def main() -> int:
    """Run each part, go on after a failure, and return 1 if there was one."""
    os.environ.pop("DATABASE_URL", None)  # each part brings its own
    failed = [title for title, command in PARTS.items() if not passes(title, command)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


def passes(title: str, command: list[str]) -> bool:
    print(f"\n=== {title}", flush=True)
    started = time.monotonic()
    code = subprocess.call(command, cwd=environment.ROOT)
    # pytest says by itself how long it took, in its last line, which stays the last.
    if "pytest" not in command:
        print(f"    {time.monotonic() - started:.1f} s", flush=True)
    return code == 0


if __name__ == "__main__":
    sys.exit(main())

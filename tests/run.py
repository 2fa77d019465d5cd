"""What `make test` and `make check` run, part by part, with how long each took.

`python -m tests.run` proves everything. `python -m tests.run check [FOLDER …]` is for every few minutes: what reads the
sources, and the quick tests on SQLite, of all rooms or of those named.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests import environment

HERE = [sys.executable, "-m"]
PYTEST = [*HERE, "pytest", "-q", "--durations", "10", "-n", os.environ.get("TEST_PROCESSES", "3")]
# What has nothing to do with the database: rules of the sources, programs that talk to the portal from outside.
ANY_DATABASE = [
    *(
        f"test_{name}.py"
        for name in ("architecture", "device_api_document", "faults", "postgres", "settings", "translations")
    ),
    "foundation/api/test_schemathesis.py",
    "examples",
    "foundation/oauth/test_libraries.py",
]
# PostgreSQL proves all the rest. SQLite is one machine's database: there the journey, what it must refuse itself, its
# one writer at a time, what several workers share, and a piece of every room.
ON_SQLITE_TOO = [
    "browser",
    "demo",
    "test_make_run.py",
    "test_housekeeping.py",
    "accounts/test_claim_races.py",
    "accounts/test_sign_in.py",
    "devices/test_connect.py",
    "devices/test_device_pages.py",
    "devices/test_move_races.py",
    "devices/test_seat_races.py",
    "downloads/test_download_pages.py",
    "foundation/api/test_idempotency.py",
    "foundation/database",
    "foundation/mail",
    "foundation/queue",
    "foundation/webhooks/test_workers.py",
    "licenses/test_cases.py",
    "licenses/test_history_stays.py",
    "licenses/test_license_admin.py",
    "licenses/test_license_constraints.py",
    "licenses/test_license_pages.py",
    "licenses/test_order_races.py",
    "licenses/test_redeem_races.py",
    "licenses/test_seat_constraints.py",
    "licenses/test_sold_plans.py",
]
ONCE = [f"--ignore=tests/{path}" for path in ANY_DATABASE]
HERE_TOO = [f"tests/{path}" for path in (*ANY_DATABASE, *ON_SQLITE_TOO)]
DJADE = str(Path(sys.executable).with_name("djade"))
TEMPLATES = sorted(str(path) for path in (environment.ROOT / "templates").rglob("*.html"))
READS_SOURCES = {
    "ruff check": [*HERE, "ruff", "check", "."],
    "ruff format": [*HERE, "ruff", "format", "--check", "."],
    "templates": [DJADE, "--target-version", "5.2", "--check", *TEMPLATES],
    "mypy": [*HERE, "mypy"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
}
ALL = {
    **READS_SOURCES,
    "Chromium": [*HERE, "tests.chromium"],
    "tests on PostgreSQL": [*HERE, "tests.postgres", *PYTEST, "-m", "not browser and not make_run", *ONCE],
    "tests on SQLite, with a browser": [*PYTEST, *HERE_TOO],
}
QUICK = [
    *PYTEST,
    "-m",
    "not race and not browser and not make_run",
    *(path for path in ONCE if "test_architecture" not in path),
]


def main() -> int:
    """Run each part, go on after a failure, and return 1 if there was one."""
    os.environ.pop("DATABASE_URL", None)  # each part brings its own
    parts = {**READS_SOURCES, "quick tests": [*QUICK, *sys.argv[2:]]} if sys.argv[1:2] == ["check"] else ALL
    failed = [title for title, command in parts.items() if not passes(title, command)]
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

"""`python -m benchmarks`: starts a PostgreSQL, fills it, serves the floor and the portal, and prints the table."""

import argparse
import json
import os
import platform
import tempfile
import time
from itertools import islice
from pathlib import Path

import psycopg

from benchmarks.rounds import Row, Side, endless, send
from benchmarks.server import ROOT, run, serve
from tests.postgres import CARELESS, cluster, find_binaries

MEMORY = "-c shared_buffers=1GB -c max_wal_size=8GB -c shared_preload_libraries=pg_stat_statements"
# Not counted: what a transaction takes, the look whether a connection lives, and what the server asks itself then,
# which is whether the foreign keys are there. Savepoints are.
CONTROL = r"^(BEGIN|COMMIT|ROLLBACK$|SELECT \$1$|RELEASE|SELECT \S+ FROM ONLY)"
COUNTED = """
SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
WHERE datname = %s AND query !~ %s AND query ~ %s AND query !~ 'pg_stat_statements'
"""
NAMES = ["licenses", "redeem", "devices", "license", "downloads", "check-in"]
COUNTING = 4
LINE = "{:<10} {:>8} {:>8} {:>6} {:>15} {:>15} {:>15} {:>15} {:>9} {:>8}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portal", type=Path, default=ROOT, help="the folder of the portal that is measured")
    parser.add_argument("--rows", type=int, default=int(os.environ.get("BENCH_ROWS", "10000")), help="customers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=40, help="of each kind, in a round")
    options = parser.parse_args()
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("No PostgreSQL found. On Debian: apt-get install postgresql")
    with cluster(binaries, promises=f"{CARELESS} {MEMORY}") as server, tempfile.TemporaryDirectory() as folder:
        print_table(measure(options, server.url, Path(folder)), options)


def measure(options: argparse.Namespace, url: str, folder: Path) -> dict[str, list[Row]]:
    """Return for each page and call the row of the floor and the row of the portal."""
    with psycopg.connect(url, autocommit=True) as counter:
        counter.execute("CREATE DATABASE floor")
        counter.execute("CREATE EXTENSION pg_stat_statements")
        gunicorn = {
            "BENCH_GUNICORN": str(options.portal.resolve() / "deploy/gunicorn.conf.py"),
            "PYTHONPATH": str(ROOT),
        }
        floor = floor_environment(url) | gunicorn
        portal = portal_environment(url, folder, options.rows) | gunicorn
        portal["PYTHONPATH"] = f"{options.portal.resolve()}:{ROOT}"
        floor_requests = make("floor", ROOT, floor)
        portal_requests = make("portal", options.portal, portal)
        run(options.portal, portal, "collectstatic", "--no-input", "-v", "0")
        with (
            serve(ROOT, "benchmarks.floor.wsgi", floor) as below,
            serve(options.portal, "portal.wsgi", portal) as above,
        ):
            sides = [Side(below, floor_requests), Side(above, portal_requests)]
            return take_rounds(sides, options, counter)


def make(name: str, folder: Path, environment: dict[str, str]) -> dict:
    began = time.monotonic()
    program = f"from benchmarks.requests_of_{name} import main; main()"
    requests = endless(json.loads(run(folder, environment, "shell", "-v", "0", "-c", program)))
    print(f"Rows of the {name}: {time.monotonic() - began:.0f} s", flush=True)
    return requests


def take_rounds(sides: list[Side], options: argparse.Namespace, counter: psycopg.Connection) -> dict[str, list[Row]]:
    rows = {name: [Row() for _side in sides] for name in NAMES}
    for name in NAMES:
        for side in sides:
            # Each thread of each worker once, so that it has read what it reads once.
            Row().add(side, name, 16)
    for name in NAMES:
        for side, row, database in zip(sides, rows[name], ["floor", "postgres"], strict=True):
            count_statements(side, name, row, counter, database)
    for _round in range(options.rounds):
        for name in NAMES:
            for side, row in zip(sides, rows[name], strict=True):
                row.add(side, name, options.requests)
    return rows


def count_statements(side: Side, name: str, row: Row, counter: psycopg.Connection, database: str) -> None:
    """Let the server count what some requests ask it."""
    counter.execute("SELECT pg_stat_statements_reset()")
    send(side.server, list(islice(side.requests[name], COUNTING)))
    row.statements, row.savepoints = (
        float((counter.execute(COUNTED, [database, CONTROL, kind]).fetchone() or [0])[0]) / COUNTING
        for kind in ("", "^SAVEPOINT")
    )


def floor_environment(url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url.removesuffix("postgres") + "floor",
        "DJANGO_SETTINGS_MODULE": "benchmarks.floor.settings",
    }


def portal_environment(url: str, folder: Path, rows: int) -> dict[str, str]:
    """Production, behind a proxy that ends TLS."""
    return {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "BENCH_ROWS": str(rows),
        "PORTAL_MODE": "production",
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_HOSTS": "portal.example.com",
        "PORTAL_SITE_NAME": "Portal",
        "PORTAL_BEHIND_PROXY": "true",
        "PORTAL_PROXY_COUNT": "1",
        "SECRET_KEY": "benchmark-" + "s" * 60,
        "PORTAL_CODE_DIGEST_KEYS": "benchmark-digest-" + "d" * 40,
        "PORTAL_CODE_SEAL_KEYS": "benchmark-seal-" + "e" * 40,
    }


def print_table(rows: dict[str, list[Row]], options: argparse.Namespace) -> None:
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    print(f"{options.rows} customers, {options.rounds} rounds of {options.requests} requests")
    print(f"{machine}, load {os.getloadavg()[0]:.1f}")
    print("CPU and times in ms; statements without BEGIN, COMMIT and the look whether a connection lives; floor/portal")
    heads = ("", "floor", "portal", "times", "p50, 1 client", "p95", "p50, 8 clients", "p95", "asked", "bytes")
    print(LINE.format(*heads))
    for name, (floor, portal) in rows.items():
        pairs = [f"{a:.1f}/{b:.1f}" for a, b in zip(floor.percentiles, portal.percentiles, strict=True)]
        asked = f"{floor.statements:.0f}/{portal.statements:.0f}"
        asked += f"({portal.savepoints:.0f})" if portal.savepoints else ""
        cpu = [f"{floor.cpu_ms:.2f}", f"{portal.cpu_ms:.2f}", f"{portal.cpu_ms / floor.cpu_ms:.1f}"]
        print(LINE.format(name, *cpu, *pairs, asked, portal.size))


if __name__ == "__main__":
    main()

"""A PostgreSQL server for as long as one command runs: `python -m tests.postgres pytest -m race`.

It finds installed server binaries, makes a cluster in a temporary folder, listens on a Unix socket only, sets
DATABASE_URL for the command, and stops and removes everything afterwards, however the command ends.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

MISSING = """\
PostgreSQL tests were skipped: no server binaries found. Install them: `apt-get install postgresql` on Debian, \
`brew install postgresql@17` on macOS."""
# Faster and good enough for data that nobody needs a minute later.
CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


def main() -> int:
    folder = find_binaries()
    if folder is None:
        print(MISSING)
        return 1 if os.environ.get("CI") else 0
    # Told to stop, unwind: the server must not outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with cluster(folder) as url:
        return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": url})


def find_binaries() -> Path | None:
    """Return the folder of `initdb` and `pg_ctl` of the newest installed PostgreSQL, or None."""
    folders = [*newest("/usr/lib/postgresql/*/bin"), *newest("/opt/homebrew/opt/postgresql*/bin")]
    folders += [*newest("/usr/local/opt/postgresql*/bin"), *newest("/usr/pgsql-*/bin")]
    folders += [Path(program).parent for program in [shutil.which("initdb")] if program]
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        folders.append(Path(answer.stdout.strip()))
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def newest(pattern: str) -> Iterator[Path]:
    def number(path: Path) -> int:
        return int("".join(filter(str.isdigit, path.parent.name)) or 0)

    return iter(sorted(Path("/").glob(pattern.lstrip("/")), key=number, reverse=True))


@contextmanager
def cluster(binaries: Path) -> Iterator[str]:
    """Make and start a cluster, yield its DATABASE_URL, and remove it."""
    # Short, because the path of a Unix socket may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    data, owner = folder / "data", server_user()
    try:
        if owner:
            shutil.chown(folder, owner.pw_uid, owner.pw_gid)
        initdb = [binaries / "initdb", "--pgdata", data, "--auth=trust", "--username=tests", "--encoding=UTF8"]
        run([*initdb, "--locale=C", "--no-sync", "--no-instructions"], owner, folder)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} {CARELESS}"
        pg_ctl = [binaries / "pg_ctl", "--pgdata", data, "-w"]
        try:
            run([*pg_ctl, "--log", folder / "log", "--options", options, "start"], owner, folder)
            yield f"postgres://tests@{quote(str(folder), safe='')}/postgres"
        finally:
            run([*pg_ctl, "--mode=immediate", "stop"], owner, folder, check=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_user() -> pwd.struct_passwd | None:
    """Return whom the server runs as: initdb refuses root, so root lends the name of somebody who may do less."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name: user for user in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def run(command: list, owner: pwd.struct_passwd | None, folder: Path, *, check: bool = True) -> None:
    """Run one of PostgreSQL's programs quietly; what it says is shown when it fails."""
    who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    with (folder / "said").open("w+") as said:
        # Into a file: a pipe would stay open as long as the server, which inherits it.
        answer = subprocess.run(command, stdout=said, stderr=subprocess.STDOUT, cwd=folder, **who)
        if check and answer.returncode:
            said.seek(0)
            log = (folder / "log").read_text() if (folder / "log").exists() else ""
            raise SystemExit(f"{Path(command[0]).name} failed:\n{said.read()}{log}")


if __name__ == "__main__":
    sys.exit(main())

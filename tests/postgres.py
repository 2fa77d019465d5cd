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
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

MISSING = """\
PostgreSQL tests were skipped: no server binaries found. Install them: `apt-get install postgresql` on Debian, \
`brew install postgresql@17` on macOS."""
# Faster and good enough for data that nobody needs a minute later.
CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def main() -> int:
    folder = find_binaries()
    if folder is None:
        print(MISSING)
        return 1 if os.environ.get("CI") else 0
    # Told to stop, unwind: the server must not outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with cluster(folder) as server:
        return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": server.url})


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


class Cluster:
    """A server with its data in a folder of its own, which may be hurt."""

    def __init__(self, binaries: Path, folder: Path, promises: str):
        self.promises = promises
        self.folder, self.data, self.owner = folder, folder / "data", server_user()
        self.url = f"postgres://tests@{quote(str(folder), safe='')}/postgres"
        self.pg_ctl = [binaries / "pg_ctl", "--pgdata", self.data, "-w"]
        if self.owner:
            shutil.chown(folder, self.owner.pw_uid, self.owner.pw_gid)
        initdb = [binaries / "initdb", "--pgdata", self.data, "--auth=trust", "--username=tests", "--encoding=UTF8"]
        run([*initdb, "--locale=C", "--no-sync", "--no-instructions"], self.owner, folder)

    def start(self) -> None:
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=200 {self.promises}"
        )
        command = [*self.pg_ctl, "--log", self.folder / "log", "--options", options, "start"]
        run(command, self.owner, self.folder)

    def stop(self, mode: str = "fast") -> None:
        run([*self.pg_ctl, f"--mode={mode}", "stop"], self.owner, self.folder, check=False)

    def hang(self) -> None:
        """Let each of its processes stand still, the first one first, so that it starts no other."""
        self.signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """Let all of it die at once, as when the power fails."""
        self.signal(signal.SIGKILL)
        # Until somebody reaps the dead, their number looks alive to who starts next.
        for lock in [self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")]:
            lock.unlink()

    def signal(self, number: int) -> None:
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in listing.stdout.splitlines()]
        for process in [first, *(int(pid) for pid, parent in rows if int(parent) == first)]:
            with suppress(ProcessLookupError):
                os.kill(process, number)


@contextmanager
def cluster(binaries: Path, *, promises: str = CARELESS) -> Iterator[Cluster]:
    """Make and start a cluster, and remove it. Careless, it forgets what it said was written when it is killed."""
    # Short, because the path of a Unix socket may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        server = Cluster(binaries, folder, promises)
        try:
            server.start()
            yield server
        finally:
            server.stop("immediate")
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

"""What the product remembers between two starts: tokens, the lease, and what it must not forget.

Tokens go into the system's keyring where the package `keyring` is installed, else into a file that only its owner can
read. Every file is written whole or not at all, so that a crash loses nothing.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

try:
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError
except ImportError:
    keyring = None

if sys.platform == "win32":
    import msvcrt

    def take(file: TextIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
else:
    import fcntl

    def take(file: TextIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str
    email: str = ""


@dataclass(frozen=True)
class Memory:
    """What is not secret. The lease is verified again each time it is read: files can be edited."""

    has_seat: bool = False  # whether the portal gave one since a person signed in
    lease: str = ""
    highest_iat: int = 0
    keys: dict[str, Any] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


class Storage:
    def __init__(self, folder: Path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.entry = ("example-desktop", str(folder.resolve()))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Let one process of this product at a time change what is remembered."""
        with (self.folder / "lock").open("a+") as file:
            take(file)
            yield

    def memory(self) -> Memory:
        try:
            return Memory(**json.loads((self.folder / "memory.json").read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return Memory()

    def remember(self, **changes: Any) -> None:
        with self.lock():
            write_private(self.folder / "memory.json", json.dumps(asdict(replace(self.memory(), **changes)), indent=2))

    def tokens(self) -> Tokens | None:
        try:
            text = self.read_secret()
            return Tokens(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            return None

    def keep_tokens(self, tokens: Tokens) -> None:
        text = json.dumps(asdict(tokens))
        if keyring:
            with suppress(KeyringError):  # a keyring without a backend, as on a server
                keyring.set_password(*self.entry, text)
                return
        write_private(self.folder / "tokens.json", text)

    def read_secret(self) -> str:
        if keyring:
            with suppress(KeyringError):
                if text := keyring.get_password(*self.entry):
                    return text
        path = self.folder / "tokens.json"
        return path.read_text("utf-8") if path.exists() else ""

    def forget_tokens(self) -> None:
        if keyring:
            with suppress(KeyringError, PasswordDeleteError):
                keyring.delete_password(*self.entry)
        (self.folder / "tokens.json").unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; after a crash it is the old one or the new one, never half of it."""
    half = path.with_suffix(f".{os.getpid()}.half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)

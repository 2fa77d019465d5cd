"""What the example keeps: readable by its owner only, written whole, changed by one process at a time."""

import os
import stat
import subprocess
import sys

import pytest

from examples.desktop.storage import Memory, Storage, Tokens, write_private
from tests.environment import ROOT

TOKENS = Tokens("access", "refresh", "anna@example.com")


@pytest.fixture
def storage(tmp_path):
    return Storage(tmp_path / "state")


def test_only_the_owner_reads(storage):
    old = os.umask(0)
    storage.keep_tokens(TOKENS)
    storage.remember(lease="x")
    os.umask(old)
    assert {stat.S_IMODE((storage.folder / name).stat().st_mode) for name in ("tokens.json", "memory.json")} == {0o600}


def test_tokens_come_back_and_can_be_forgotten(storage):
    storage.keep_tokens(TOKENS)
    assert Storage(storage.folder).tokens() == TOKENS
    storage.forget_tokens()
    assert storage.tokens() is None


def test_remembering_one_thing_keeps_the_others(storage):
    storage.remember(lease="x", highest_iat=7)
    storage.remember(refusal={"code": "blocked"})
    assert storage.memory() == Memory(lease="x", highest_iat=7, refusal={"code": "blocked"})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"other": 1}'])
def test_spoiled_file_is_like_none(storage, text):
    storage.folder.joinpath("memory.json").write_text(text)
    storage.folder.joinpath("tokens.json").write_text(text)
    assert (storage.memory(), storage.tokens()) == (Memory(), None)


def test_crash_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "tokens.json"
    write_private(path, "old")
    monkeypatch.setattr(os, "fsync", lambda _file: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space left"):
        write_private(path, "new")
    assert path.read_text() == "old"


ADD_ONE = """
from pathlib import Path
from examples.desktop.storage import Storage
storage = Storage(Path({folder!r}))
for _time in range(50):
    with storage.lock():
        path = storage.folder / "number"
        path.write_text(str(int(path.read_text()) + 1))
"""


def test_one_process_at_a_time(storage):
    (storage.folder / "number").write_text("0")
    program = ADD_ONE.format(folder=str(storage.folder))
    processes = [subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) for _process in range(3)]
    assert [process.wait(30) for process in processes] == [0, 0, 0]
    assert (storage.folder / "number").read_text() == "150"

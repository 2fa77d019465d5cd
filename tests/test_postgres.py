"""The server for tests starts and goes with one command, and its absence is told in one line."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests import postgres
from tests.environment import ROOT


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_binaries_it_says_how_to_get_them(monkeypatch, capsys, ci, code):
    monkeypatch.setattr(postgres, "find_binaries", lambda: None)
    monkeypatch.setenv("CI", ci)
    assert postgres.main() == code
    (line,) = capsys.readouterr().out.splitlines()
    assert "apt-get install postgresql" in line


@pytest.mark.skipif(postgres.find_binaries() is None, reason=postgres.MISSING)
def test_server_lives_as_long_as_the_command():
    command = [sys.executable, "-m", "tests.postgres", "sh", "-c", "echo $DATABASE_URL; exit 3"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 3, answer.stderr
    folder = Path(unquote(urlsplit(answer.stdout.strip()).netloc.rpartition("@")[2]))
    assert folder.name.startswith("pg-")
    assert not folder.exists()

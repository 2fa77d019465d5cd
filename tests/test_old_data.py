"""A database of the time before the first release is recognized, and not touched."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core import checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db.migrations.recorder import MigrationRecorder

from tests.environment import ROOT

OLD = [("outbox", "0001_initial"), ("licenses", "0025_attempts_of_visitors")]


def found():
    return checks.run_checks(tags=[checks.Tags.database], databases=["default"])


@pytest.mark.django_db
def test_database_of_today_is_taken():
    assert found() == []


@pytest.mark.django_db
def test_migrations_of_other_peoples_apps_are_their_matter():
    MigrationRecorder.Migration.objects.create(app="chat", name="0001_initial")
    assert found() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("app", "name"), OLD)
def test_migrate_refuses_a_database_that_ran_what_no_file_says(app, name):
    MigrationRecorder.Migration.objects.create(app=app, name=name)
    with pytest.raises(SystemCheckError, match=rf"{app}\.{name}"):
        call_command("migrate", skip_checks=False)


@pytest.fixture
def old_var(tmp_path):
    """A data directory as an earlier `make run` left it."""
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as database:
        database.execute("CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied text)")
        rows = [(app, name, "2026-11-01 00:00:00") for app, name in OLD]
        database.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", rows)
        database.commit()
    return tmp_path


def tables(var: Path) -> list[str]:
    with closing(sqlite3.connect(var / "portal.sqlite3")) as database:
        return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


@pytest.mark.parametrize("command", [["run_demo", "--prepare-only"], ["migrate"]], ids=" ".join)
def test_old_folder_is_left_as_it_is_and_the_next_step_named(old_var, command):
    # An address of another database would come first.
    here = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    answer = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**here, "DJANGO_SETTINGS_MODULE": "portal.settings", "PORTAL_DATA_DIR": str(old_var)},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert f"mv '{old_var}' '{old_var}-old'" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert tables(old_var) == ["django_migrations"]

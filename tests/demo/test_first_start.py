"""The first start writes the keys, once and for their owner only."""

import stat

import pytest

from portal.demo import first_start


@pytest.fixture
def keys(monkeypatch, tmp_path):
    monkeypatch.delenv("PORTAL_MODE")
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "new" / "data"))
    return tmp_path / "new" / "data" / "portal.env"


def test_keys_are_random_and_only_the_owners(keys):
    first_start.main()
    text = keys.read_text("utf-8")
    secrets = [line.split("=")[1] for line in text.splitlines() if "KEY" in line and not line.startswith("#")]
    assert len(set(secrets)) == 3
    assert all(len(secret) == 64 for secret in secrets)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert [path.name for path in keys.parent.iterdir()] == ["portal.env"]


def test_second_start_writes_nothing(keys):
    first_start.main()
    before = keys.read_bytes()
    first_start.main()
    assert keys.read_bytes() == before
    assert first_start.write_once(keys, "another process was a moment later") is False
    assert keys.read_bytes() == before


def test_relative_directory_starts_at_the_project(monkeypatch):
    monkeypatch.setenv("PORTAL_DATA_DIR", "elsewhere")
    assert first_start.data_dir() == first_start.BASE_DIR / "elsewhere"


def test_production_is_not_started_by_mistake(keys, monkeypatch):
    monkeypatch.setenv("PORTAL_MODE", "production")
    with pytest.raises(SystemExit, match="PORTAL_MODE is production"):
        first_start.main()


def test_directory_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(SystemExit, match=r"Cannot write .*/file/portal.env"):
        first_start.main()

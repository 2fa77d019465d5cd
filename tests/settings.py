"""The portal's own settings, with the three changes that make a suite fast."""

from datetime import timedelta

from portal.settings import *  # noqa: F403
from portal.settings import DATA_DIR, DATABASES, STORAGES

# Hashing a password is slow on purpose; `slow_passwords` in conftest.py brings the real one back.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Hashed names need a run of collectstatic first; tests/test_make_run.py sees the real ones.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# A database in memory has one connection and no locks, so it would hide what happens between two threads.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

# A test that rolls back takes its signing key along; what a process remembers would outlive it.
SIGNING_KEY_KEPT_FOR = timedelta(0)

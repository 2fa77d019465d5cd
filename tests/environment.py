"""Loaded by pytest before Django reads its settings: the environment in which the suite runs, and nothing else's."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What the suite itself listens to; any other setting of the portal that happens to be in the environment is left out.
OURS = {"PORTAL_CHROMIUM"}
for name in list(os.environ):
    if (name.startswith("PORTAL_") and name not in OURS) or name in {"CACHE_URL", "EMAIL_URL", "SECRET_KEY_FALLBACKS"}:
        del os.environ[name]

# Each process of `pytest -n` has a data directory of its own; real path, because macOS's /tmp is a link.
DATA_DIR = Path(tempfile.mkdtemp(prefix="portal-tests-")).resolve()
(DATA_DIR / "static").mkdir()
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

os.environ.update(
    DJANGO_SETTINGS_MODULE="tests.settings",
    PORTAL_MODE="demo",
    PORTAL_DATA_DIR=str(DATA_DIR),
    PORTAL_HOSTS="localhost,127.0.0.1,testserver",
    PORTAL_URL="http://testserver",
    PORTAL_SITE_NAME="My Kaspersky",
    PORTAL_DISCLAIMER="Independent demonstration, not affiliated with AO Kaspersky Lab",
    PORTAL_SUPPORT_URL="https://support.example.com/",
    SECRET_KEY="tests-only-" + "s" * 60,
    PORTAL_CODE_DIGEST_KEYS="tests-only-digest-" + "d" * 40,
    PORTAL_CODE_SEAL_KEYS="tests-only-seal-" + "e" * 40,
)
# Playwright's loop runs in the thread of the tests; Django's guard against that would stop every browser test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

"""Loaded by pytest before Django reads its settings: the environment in which the suite runs."""

import os
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.update(
    PORTAL_MODE="demo",
    PORTAL_DATA_DIR=os.environ.get("PORTAL_TEST_DATA_DIR") or tempfile.mkdtemp(prefix="portal-tests-"),
    PORTAL_HOSTS="localhost,127.0.0.1,testserver",
    PORTAL_SITE_NAME="My Kaspersky",
    PORTAL_DISCLAIMER="Independent demonstration, not affiliated with AO Kaspersky Lab",
    PORTAL_SUPPORT_URL="https://support.example.com/",
    SECRET_KEY="tests-only-" + "s" * 60,
    PORTAL_CODE_DIGEST_KEYS="tests-only-digest-" + "d" * 40,
    PORTAL_CODE_SEAL_KEYS="tests-only-seal-" + "e" * 40,
)
# Playwright's loop runs in the thread of the tests; Django's guard against that would stop every browser test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

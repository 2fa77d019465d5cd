"""Find a Chromium for the browser tests: `python -m tests.chromium` also installs one when there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
ON_MACOS = [
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
]
MISSING = "Browser tests need Chromium: `apt-get install chromium` on Debian, `playwright install chromium` elsewhere."

# Nothing goes out, and nothing of the machine's is used.
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    ARGUMENTS.append("--no-sandbox")  # Chromium refuses to sandbox root


def find() -> str | None:
    """Return the program to start: the one named by PORTAL_CHROMIUM, an installed one, or Playwright's own."""
    named = os.environ.get("PORTAL_CHROMIUM")
    installed = [shutil.which(name) for name in NAMES] + [str(path) for path in ON_MACOS if path.exists()]
    return named or next(filter(None, installed), None) or playwrights_own()


def playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str | None:
    """Let Playwright download its own, or else Debian install one; return the program."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False)
    return find()


if __name__ == "__main__":
    program = find() or install()
    print(f"Chromium: {program}" if program else MISSING)
    sys.exit(program is None)

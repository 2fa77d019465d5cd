"""Write `portal.env` at the first start; run by `make run` before Django, which needs it, so standard library only."""

import os
import secrets
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
LINES = """\
# Written at the first start of the demonstration; the real environment wins over this file.
# Lose the keys, and sessions, mails that wait and all activation codes are lost with them.
PORTAL_MODE=demo
PORTAL_SITE_NAME="My Kaspersky"
PORTAL_DISCLAIMER="Independent demonstration, not affiliated with AO Kaspersky Lab"
PORTAL_HOSTS=localhost,127.0.0.1,[::1]
PORTAL_MAIL_FROM=no-reply@example.com
PORTAL_SUPPORT_URL=https://example.com/support
PORTAL_HELP_URL=https://example.com/help
PORTAL_PRIVACY_URL=https://example.com/privacy
PORTAL_TERMS_URL=https://example.com/terms
SECRET_KEY={secret_key}
PORTAL_CODE_DIGEST_KEYS={digest_key}
PORTAL_CODE_SEAL_KEYS={seal_key}
"""


def data_dir() -> Path:
    """Return the directory of everything that changes, as portal/settings.py finds it too."""
    return BASE_DIR / (os.environ.get("PORTAL_DATA_DIR") or "var")


def write_once(path: Path, text: str) -> bool:
    """Write a file that only its owner may read, whole or not at all; False when it is there already."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    half.touch(mode=0o600)
    half.write_text(text, "utf-8")
    try:
        os.link(half, path)  # unlike a rename, never replaces what another process has just written
    except FileExistsError:
        return False
    finally:
        half.unlink()
    return True


def main() -> None:
    if os.environ.get("PORTAL_MODE") == "production":
        raise SystemExit("This is the demonstration, but PORTAL_MODE is production. README.md says how to run that.")
    path = data_dir() / "portal.env"
    keys = {name: secrets.token_hex(32) for name in ("secret_key", "digest_key", "seal_key")}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            write_once(path, LINES.format(**keys))
    except OSError as error:
        raise SystemExit(f"Cannot write {path} ({error.strerror}). PORTAL_DATA_DIR names another directory.") from error


if __name__ == "__main__":
    main()

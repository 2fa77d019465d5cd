"""Static files: collected, hashed and compressed once, and again only when one of them changed."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

# Packages that bring static files of their own.
BRING_FILES = ("Django", "django-allauth", "whitenoise")


def collect_if_changed() -> None:
    """Run collectstatic unless the files are those of the last time."""
    stamp = settings.DATA_DIR / "static.fingerprint"
    now = fingerprint()
    if not stamp.exists() or stamp.read_text() != now:
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", verbosity=0, interactive=False, clear=True, skip_checks=True)
        stamp.write_text(now)


def fingerprint() -> str:
    """Describe the source files without reading them: names, sizes, times of change."""
    paths = sorted(path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*") if path.is_file())
    files = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in paths]
    packages = [f"{name} {version(name)}" for name in BRING_FILES]
    return hashlib.sha256("\n".join(packages + files).encode()).hexdigest()

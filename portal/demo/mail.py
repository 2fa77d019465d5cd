"""Mails of the demonstration: each is a file, so that scripts, tests and `/dev/mail/` can read it."""

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage as Parsed
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

# Sorts by time; nothing that comes from an address reaches the file system unless it looks exactly like this.
NAME = r"\d{8}-\d{6}-\d{6}-[0-9a-f]{8}"


class OneFileEachBackend(BaseEmailBackend):
    """Write each mail into a file of its own that only the owner of the process may read."""

    def __init__(self, *args, file_path: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.folder = Path(file_path)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the files and return how many."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}"
            half = self.folder / f"{name}.half"
            half.touch(mode=0o600)
            half.write_bytes(message.message().as_bytes())
            half.rename(self.folder / f"{name}.eml")  # whoever lists the folder sees whole mails only
        return len(email_messages)


class Letter(NamedTuple):
    """A mail as the page shows it."""

    name: str
    subject: str
    sender: str
    to: str
    sent_at: datetime
    text: str
    html: str


def newest_letters(limit: int) -> Iterator[Letter]:
    """Yield the newest mails, newest first."""
    names = sorted((path.stem for path in folder().glob("*.eml") if re.fullmatch(NAME, path.stem)), reverse=True)
    return filter(None, map(read_letter, names[:limit]))


def read_letter(name: str) -> Letter | None:
    """Return the mail in the file of this name; None when there is none, or when it is not a name of ours."""
    path = folder() / f"{name}.eml"
    if not re.fullmatch(NAME, name) or not path.is_file():
        return None
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    return Letter(
        name=name,
        subject=message["Subject"],
        sender=message["From"],
        to=message["To"],
        sent_at=parsedate_to_datetime(message["Date"]),
        text=content(message, "plain"),
        html=content(message, "html"),
    )


def content(message: Parsed, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content() if part else ""


def folder() -> Path:
    return settings.DATA_DIR / "mail"

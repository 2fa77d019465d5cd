"""`/dev/mail/`: each delivered mail is a file and a page; names from addresses reach no other file."""

import re
import stat

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from portal.demo.mail import OneFileEachBackend, newest_letters, read_letter

LINK = "https://portal.example.com/account/confirm-email/" + "MTIz:1abcdef:" + "x" * 120 + "/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "mail"


@pytest.fixture
def deliver(folder):
    """Deliver a mail as the worker of the demonstration does."""

    def deliver(subject="Verify your email address"):
        letter = EmailMultiAlternatives(subject, f"Hello,\n\nopen\n{LINK}\n", "Shop <a@example.com>", ["b@example.com"])
        letter.attach_alternative(
            f'<html><head></head><body style="margin:0"><a href="{LINK}">Verify</a></body>', "text/html"
        )
        OneFileEachBackend(file_path=str(folder)).send_messages([letter])

    return deliver


def test_without_mail_the_page_says_so(client, db):
    assert "No mail yet" in client.get(reverse("demo:mail")).content.decode()


def test_newest_mail_stands_first(client, db, deliver):
    deliver("First")
    deliver("Second")
    page = client.get(reverse("demo:mail")).content.decode()
    assert page.index("Second") < page.index("First")
    assert page.count("b@example.com") == 2


def test_file_is_its_owners_and_holds_the_link_in_one_line(deliver, folder):
    deliver()
    (path,) = folder.iterdir()
    assert re.fullmatch(r"\d{8}-\d{6}-\d{6}-[0-9a-f]{8}\.eml", path.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert LINK in path.read_text("utf-8").splitlines()


def test_mail_is_shown_with_its_envelope_and_a_link_to_click(client, db, deliver):
    deliver()
    (letter,) = newest_letters(5)
    page = client.get(reverse("demo:letter", args=[letter.name])).content.decode()
    assert f'<a href="{LINK}"' in page
    for fact in ("Verify your email address", "Shop &lt;a@example.com&gt;", "b@example.com"):
        assert fact in page


def test_frame_may_be_styled_and_left_but_runs_nothing(client, db, deliver):
    deliver()
    (letter,) = newest_letters(5)
    page = client.get(reverse("demo:letter", args=[letter.name]))
    frame = client.get(reverse("demo:html", args=[letter.name]))
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert b'sandbox="allow-top-navigation-by-user-activation"' in page.content
    for part in ("script-src 'none'", "style-src 'unsafe-inline'", "form-action 'none'", "frame-ancestors 'self'"):
        assert part in frame["Content-Security-Policy"].split("; ")
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert b'<base target="_top">' in frame.content


@pytest.mark.parametrize("name", ["../portal", "..%2fportal", "20260101-000000-000000-0000000g", "x" * 500, "."])
def test_name_that_is_not_ours_reaches_no_file(client, db, folder, name):
    folder.mkdir()
    (folder.parent / "portal.eml").write_text("Subject: secret\n\nsecret")
    assert read_letter(name) is None
    assert client.get(f"/dev/mail/{name}/").status_code == 404
    assert client.get("/dev/mail/20260101-000000-000000-00000000/").status_code == 404

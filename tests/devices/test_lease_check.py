"""A lease that somebody shows: genuine or not, and why, on the staff's page, by command, and for any product."""

import base64
import json
from io import StringIO

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.timezone import now

from devices.leases import read_lease
from devices.models import Device
from devices.services import disconnect, issue_lease
from licenses.models import Seat
from portal.foundation.crypto.keys import rotate_key, signing_key
from portal.foundation.crypto.models import SigningKey
from tests.devices.conftest import plug
from tests.factories import UserFactory, days
from tests.ledger import forget_licenses

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:devices_device_lease")
KEYS = reverse("lease_keys")


@pytest.fixture
def seat(customer, license):
    return plug(customer, license.product)


@pytest.fixture
def issued(seat):
    return issue_lease(seat=seat, at=now())


@pytest.fixture
def office(client_of, staff):
    return client_of(staff)


def piece(data) -> str:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(claims, *, key=None, **header):
    """Sign as the portal does, but for what the test changes."""
    kid, ours = signing_key("lease")
    header = {"typ": "lease+jwt", "kid": kid, **header}
    return jwt.encode(claims, key or ours, algorithm=header.pop("alg", "EdDSA"), headers=header)


def bare(claims, *, signature="", **header):
    """Put any header over any claims."""
    head = {"typ": "lease+jwt", "alg": "EdDSA", "kid": signing_key("lease")[0], **header}
    return f"{piece(head)}.{piece(claims)}.{signature}"


def public_bytes(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


# Why one does not count


def test_genuine_lease_counts(issued, seat):
    verdict = read_lease(issued.token, product=seat.license.product.slug, machine_id=seat.device.machine_id, at=now())
    assert (verdict.code, verdict.is_good, verdict.claims) == ("", True, issued.claims)


FORGERIES = {
    "other key": (lambda claims: signed(claims, key=Ed25519PrivateKey.generate()), "forged"),
    "other claims": (
        lambda claims: bare({**claims, "exp": 2**40}, signature=signed(claims).rpartition(".")[2]),
        "forged",
    ),
    "no signature": (bare, "forged"),
    "alg none": (lambda claims: bare(claims, alg="none"), "wrong_algorithm"),
    "public key as a secret": (
        lambda claims: signed(claims, key=public_bytes(signing_key("lease")[1]), alg="HS256"),
        "wrong_algorithm",
    ),
    "alg in another case": (lambda claims: bare(claims, alg="EDDSA"), "wrong_algorithm"),
    "own key in the header": (
        lambda claims: signed(claims, key=Ed25519PrivateKey.generate(), jwk={"kty": "OKP"}, jku="https://evil.example"),
        "forged",
    ),
    "unknown kid": (lambda claims: signed(claims, kid="made-up"), "unknown_key"),
    "no kid": (lambda claims: f"{piece({'typ': 'lease+jwt', 'alg': 'EdDSA'})}.{piece(claims)}.", "unknown_key"),
    "an ID token": (lambda claims: signed(claims, typ="JWT"), "wrong_type"),
    "critical extension": (lambda claims: bare(claims, crit=["b64"], b64=False), "unreadable"),
    "claims left out": (lambda claims: signed({"exp": claims["exp"]}), "forged"),
    "another portal": (lambda claims: signed({**claims, "iss": "https://other.example"}), "other_portal"),
}


@pytest.mark.parametrize(("forge", "code"), FORGERIES.values(), ids=FORGERIES)
def test_forgery_is_refused_by_name(issued, forge, code):
    verdict = read_lease(forge(issued.claims), at=now())
    assert (verdict.code, verdict.is_genuine, verdict.is_good) == (code, False, False)


HEAD = piece({"alg": "EdDSA", "typ": "lease+jwt"})
GARBAGE = {
    "nothing": "",
    "words": "Dear support, it does not work.",
    "dots": "...",
    "two parts": "e30.e30",
    "a list": f"{piece([])}.{piece([])}.",
    "text as claims": f"{HEAD}.{piece('x')}.",
    "odd kid": f"{piece({'alg': 'EdDSA', 'typ': 'lease+jwt', 'kid': ['x']})}.{piece({})}.",
    "not a number": f"{HEAD}.{piece({'exp': float('nan')})}.",
    "deep": f"{HEAD}.{piece(b'[' * 5000)}.",
    "deep object": f"{HEAD}.{piece(b'{1:' * 1500)}.",
    "surrogate": chr(0xDCFF),
    "control": chr(0),
    "one megabyte": "e" * 1_000_000,
}


@pytest.mark.parametrize("text", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_no_error(text):
    assert read_lease(text, at=now()).code == "unreadable"


def test_genuine_lease_that_is_far_too_long_is_not_even_decoded(issued):
    assert read_lease(signed({**issued.claims, "nonce": "n" * 8000}), at=now()).code == "unreadable"


def test_lease_for_something_else_is_genuine_but_does_not_count(issued):
    assert read_lease(issued.token, product="another", at=now()).code == "other_product"
    verdict = read_lease(issued.token, machine_id="f" * 32, at=now())
    assert (verdict.code, verdict.is_genuine, verdict.is_good) == ("other_device", True, False)


def test_lease_counts_between_its_start_and_its_end(issued):
    assert read_lease(issued.token, at=days(3.001)).code == "expired"
    assert read_lease(issued.token, at=days(2.999)).code == ""
    assert read_lease(issued.token, at=days(-4 / 1440)).code == ""
    assert read_lease(issued.token, at=days(-6 / 1440)).code == "not_yet"


# Keys


def test_keys_are_public_and_kept_for_an_hour(client, issued):
    answer = client.get(KEYS)
    assert answer["Cache-Control"] == "public, max-age=3600"
    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "alg", "use", "kid"}
    assert client.post(KEYS).status_code == 405


def test_keys_are_as_public_to_a_customer(client_of, customer, issued):
    assert client_of(customer).get(KEYS)["Cache-Control"] == "public, max-age=3600"


def test_lease_of_a_rotated_key_counts_for_thirty_days(client, issued):
    call_command("rotate_keys", "lease", stdout=StringIO())
    assert len(client.get(KEYS).json()["keys"]) == 2
    assert read_lease(issued.token, at=now()).is_good
    SigningKey.objects.exclude(retired_at=None).update(retired_at=days(-31))
    assert len(client.get(KEYS).json()["keys"]) == 1
    assert read_lease(issued.token, at=now()).code == "unknown_key"


def test_new_leases_are_signed_with_the_new_key(seat, issued):
    new = rotate_key(purpose="lease", at=now())
    assert jwt.get_unverified_header(issue_lease(seat=seat, at=now()).token)["kid"] == new.kid


# The page of the staff


def check(browser, text):
    return " ".join(browser.post(PAGE, {"lease": text}).content.decode().split())


def test_page_explains_a_genuine_lease(office, issued, seat):
    page = check(office, f"{issued.token[:100]}\r\n  {issued.token[100:]}\n")
    for fact in [
        "✓ This lease is genuine and runs.",
        seat.license.product.name,
        f"Anna’s laptop, {seat.device.public_id}",
        "anna@example.com",
        seat.license.support_key,
        "UTC",
        reverse("admin:devices_device_change", args=[seat.device.pk]),
    ]:
        assert fact in page


def test_page_says_what_has_happened_since(office, customer, seat, issued):
    issue_lease(seat=seat, held="stranger", at=now())
    page = check(office, issued.token)
    assert "A newer one was signed on" in page
    assert "A second machine uses the same identity since" in page
    disconnect(device=seat.device, actor=customer, at=now())
    assert "The device was disconnected; there will be no further lease for it." in check(office, issued.token)
    forget_licenses()
    Device.objects.all().delete()
    assert "does not know this device with this license any more" in check(office, issued.token)


@pytest.mark.parametrize("forge", [forge for forge, _code in FORGERIES.values()], ids=FORGERIES)
def test_page_explains_a_forgery_in_words(office, issued, forge):
    page = check(office, forge({**issued.claims, "plan": "<script>alert(1)</script>"}))
    assert "✗ " in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("text", sorted(set(GARBAGE.values()) - {chr(0), chr(0xDCFF)}))
def test_page_explains_garbage(office, text):
    assert "✗ This cannot be read as a lease." in check(office, text)


def test_page_shows_only_the_beginning_of_what_is_long(office):
    assert len(check(office, "e" * 1_000_000)) < 30_000


def test_more_than_a_form_may_hold_is_no_error_of_ours(office):
    assert office.post(PAGE, {"lease": "e" * 2_000_000}).status_code == 400
    assert office.post(PAGE, {"lease": "\x00"}).status_code == 400


def test_page_is_reached_from_the_list_and_asks_first(office):
    assert f'href="{PAGE}"' in office.get(reverse("admin:devices_device_changelist")).content.decode()
    page = office.get(PAGE).content.decode()
    assert "The lease, as the product keeps it:" in page
    assert "verdict" not in page


def test_lease_in_an_address_is_not_read(office, issued):
    assert issued.token not in office.get(PAGE, {"lease": issued.token}).content.decode()


def test_page_is_for_staff_who_may_see_devices(client_of, customer):
    helper = UserFactory(is_staff=True)
    assert client_of(helper).get(PAGE).status_code == 403
    helper.user_permissions.set(Permission.objects.filter(codename="view_device"))
    assert client_of(helper).get(PAGE).status_code == 200
    assert client_of(customer).get(PAGE).status_code == 302


# The command


def run(file):
    out = StringIO()
    try:
        call_command("lease_check", str(file), stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_command_explains_a_lease(tmp_path, issued, seat):
    file = tmp_path / "lease.jwt"
    file.write_text(issued.token + "\n")
    code, said = run(file)
    assert (code, said.startswith("This lease is genuine and runs.")) == (0, True)
    assert f"  License: {seat.license.support_key}" in said
    Seat.objects.update(disconnected_at=days(1))
    assert "The device was disconnected" in run(file)[1]


def test_command_says_why_one_does_not_count(tmp_path, issued):
    file = tmp_path / "lease.jwt"
    file.write_text(issued.token[:-3] + "AAA")
    code, said = run(file)
    assert (code, said.startswith("This is forged")) == (1, True)
    file.write_bytes(b"\xff\x00" * 500_000)
    assert run(file)[0] == 1


def test_command_names_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "none")

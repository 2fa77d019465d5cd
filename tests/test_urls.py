"""Rules for every address, read from the list of addresses: who may come, what is a stranger's, which methods."""

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.utils.timezone import now

from devices.models import Device
from licenses import services
from licenses.models import CodeClaim, License
from tests.factories import DeviceFactory, InstallerFactory, LicenseFactory, fresh_code

pytestmark = pytest.mark.django_db

# What people may open without an account; everything else asks for one.
PUBLIC = {
    "home",
    "brand_css",
    "api_manual",
    "lease_keys",
    "accounts:language",
    "accounts:send_again",
    "accounts:confirm_email",
    "accounts:close_unused",
    "licenses:add",
    "downloads:store",
    "go",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "admin:login",
    "admin:jsi18n",
    "idp:oidc:configuration",
    "idp:oidc:jwks",
    "idp:oidc:authorization",
    "idp:oidc:logout",
    "idp:oidc:token",
    "idp:oidc:revoke",
    "idp:oidc:device_code",
    "idp:oidc:userinfo",
    "demo:mail",
    "demo:letter",
    "demo:html",
}
ANYTHING = {
    "pk": 1,
    "license_pk": 1,
    "file_name": "setup.exe",
    "platform": "windows",
    "product": "x",
    "key": "a",
    "uidb36": "1",
}
MADE_UP = {"object_id": "1", "app_label": "licenses", "content_type_id": 1, "url": "x", "user_id": "1", "id": "1"}


def addresses(patterns=None, spaces=()):
    """Yield the full name and the arguments of each named address."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from addresses(pattern.url_patterns, inner)
        elif pattern.name:
            yield (
                ":".join([*spaces, pattern.name]),
                sorted(pattern.pattern.converters or pattern.pattern.regex.groupindex),
            )


ALL = dict(addresses())
OURS = sorted(name for name in ALL if name.split(":")[0] in {"licenses", "devices", "downloads", "accounts"})


def address(name: str, **objects) -> str:
    known = {**ANYTHING, **MADE_UP, **objects}
    return reverse(name, kwargs={argument: known[argument] for argument in ALL[name]})


# Programs sign in by a token; tests/foundation/api/ asks each of their addresses.
@pytest.mark.parametrize("name", sorted(name for name in set(ALL) - PUBLIC if not name.startswith("api:")))
def test_address_asks_for_a_sign_in(client, name):
    answer = client.get(address(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith((reverse("account_login"), reverse("admin:login")))


def test_list_of_public_addresses_names_nothing_that_is_gone():
    assert PUBLIC - set(ALL) == set()


@pytest.fixture
def strangers_rows(other_customer):
    """Rows of somebody else, by the room whose addresses take their id."""
    code = fresh_code()
    license = services.redeem_code(user=other_customer, text=code, at=now())
    services.claim_code(user=DeviceFactory().owner, text=code, at=now())
    device = DeviceFactory(owner=other_customer)
    services.take_seat(license=license, device=device, at=now())
    return {"licenses": license.pk, "licenses:release": CodeClaim.objects.get().pk, "devices": device.pk}


@pytest.mark.parametrize("name", [name for name in OURS if "pk" in ALL[name] and not name.startswith("downloads:")])
def test_strangers_object_does_not_exist(client_of, customer, strangers_rows, name):
    pk = strangers_rows.get(name, strangers_rows[name.split(":")[0]])
    before = list(License.objects.values()), list(Device.objects.values())
    browser = client_of(customer)
    url = address(name, pk=pk)
    answers = {browser.get(url, follow=True).status_code, browser.post(url).status_code}
    assert answers - {405} == {404}
    assert (list(License.objects.values()), list(Device.objects.values())) == before


def test_installer_is_not_sent_without_a_license(client_of, customer):
    installer = InstallerFactory()
    LicenseFactory(owner=customer)
    url = reverse("downloads:file", args=[installer.pk, installer.file_name])
    assert client_of(customer).get(url).status_code == 403


@pytest.mark.parametrize("name", OURS)
def test_wrong_method_is_refused(client_of, customer, name):
    assert client_of(customer).patch(address(name)).status_code == 405


WRITING = [
    "licenses:add_waiting",
    "licenses:archive",
    "licenses:claim",
    "licenses:drop_waiting",
    "licenses:restore",
    "downloads:send_link",
    "accounts:language",
    "accounts:send_again",
]


@pytest.mark.parametrize("name", WRITING)
def test_what_writes_takes_a_post_only(client_of, customer, name):
    answer = client_of(customer).get(address(name))
    assert (answer.status_code, address(name).startswith(answer["Location"])) == (302, True)

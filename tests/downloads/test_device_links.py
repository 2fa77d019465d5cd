"""The link for another device, opened there: by nobody known, its owner, somebody else, too late, or guessed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from downloads import services
from downloads.models import DeviceLink
from tests.factories import PASSWORD, LicenseFactory, StoreLinkFactory

pytestmark = pytest.mark.django_db
WINDOWS = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"}
ANDROID = {"user-agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9)"}


@pytest.fixture
def license(licensed, customer):
    return customer.licenses.get()


@pytest.fixture
def link(license, settings):
    """The address without the host, which a test's browser does not need."""
    return services.make_link(license=license, at=timezone.now()).removeprefix(settings.PORTAL_URL)


def box(license) -> str:
    product = license.product.slug
    return f"{reverse('downloads:product', args=['windows', product])}#product-{product}"


def test_visitor_signs_in_with_the_address_filled_in_and_gets_to_the_download(client, license, link):
    page = client.get(link, headers=WINDOWS, follow=True)
    assert page.redirect_chain[-1][0] == f"{reverse('account_login')}?next={link}"
    assert f'value="{license.owner.email}"' in page.content.decode()
    door = {"login": license.owner.email, "password": PASSWORD, "next": link}
    page = client.post(reverse("account_login"), door, headers=WINDOWS, follow=True)
    assert [address for address, _status in page.redirect_chain] == [link, box(license)]


def test_link_says_nothing_else_to_a_visitor(client, license, link):
    page = client.get(link, headers=WINDOWS, follow=True).content.decode()
    assert license.product.name not in page
    assert license.support_key not in page


def test_phone_goes_straight_to_the_store_and_signs_in_with_the_address(client, license, link):
    store = StoreLinkFactory(product=license.product)
    page = client.get(link, headers=ANDROID)
    assert page["Location"] == reverse("downloads:store", args=[license.product.slug])
    assert client.get(page["Location"], headers=ANDROID)["Location"] == store.url
    assert f'value="{license.owner.email}"' in client.get(reverse("account_login")).content.decode()


def test_owner_who_is_signed_in_goes_straight_to_the_download(client_of, customer, license, link):
    assert client_of(customer).get(link, headers=WINDOWS)["Location"] == box(license)


def test_other_account_is_told_and_can_change(client_of, other_customer, license, link):
    browser = client_of(other_customer)
    page = browser.get(link, headers=WINDOWS)
    assert page.status_code == 403
    assert "This link belongs to another account" in page.content.decode()
    assert license.owner.email not in page.content.decode()
    page = browser.post(reverse("account_logout"), {"next": link}, headers=WINDOWS, follow=True)
    assert f'value="{license.owner.email}"' in page.content.decode()


def test_link_can_be_typed_in_any_way(client_of, customer, license, link):
    typed = link.lower().replace("0", "o").replace("1", "l")
    for way in (typed, typed.replace("-", ""), f"{typed}/"):
        assert client_of(customer).get(way, headers=WINDOWS)["Location"] == box(license)


def test_link_ends_after_seven_days(client, license, link):
    DeviceLink.objects.update(expires_at=timezone.now())
    page = client.get(link)
    assert page.status_code == 404
    assert "This link doesn’t work" in page.content.decode()


def test_unknown_link_is_answered_like_one_that_ran_out(client, client_of, customer, license, link):
    DeviceLink.objects.update(expires_at=timezone.now())
    unknown, ended = client.get("/go/00000-00000"), client.get(link)
    assert (unknown.status_code, len(unknown.content)) == (ended.status_code, len(ended.content))
    assert "Protect another device" in client_of(customer).get("/go/00000-00000").content.decode()


def test_link_dies_when_the_license_is_handed_over(client, license, link, other_customer):
    license.owner = other_customer
    license.save()
    assert client.get(link).status_code == 404


def test_link_of_a_closed_account_is_dead(client, customer, license, link):
    customer.is_active = False
    customer.save()
    assert client.get(link).status_code == 404


def test_guessing_is_limited_and_then_finds_nothing(client, license, link):
    assert {client.get(f"/go/{number:05}-00000").status_code for number in range(20)} == {404}
    assert client.get("/go/99999-00000").status_code == 429
    assert client.get(link).status_code == 429


def test_link_is_kept_as_a_digest_only(license, link):
    row = DeviceLink.objects.get()
    assert link.rpartition("/")[2].replace("-", "") not in str(vars(row))
    assert len(row.digest) == 64


def test_links_that_ran_out_are_deleted(license, link):
    services.make_link(license=license, at=timezone.now() - timedelta(days=8))
    assert services.prune_links(at=timezone.now()) == 1
    assert services.find_link(text=link.rpartition("/")[2], at=timezone.now())


def test_two_licenses_and_two_days_have_different_links(license, customer):
    now = timezone.now()
    other = LicenseFactory(owner=customer)
    made = [services.make_link(license=license, at=now + timedelta(days=day)) for day in (0, 1)]
    assert len({*made, services.make_link(license=other, at=now)}) == 3

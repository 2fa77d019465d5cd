"""“Protect another device”: which license, which kind of device, and the mail with the link to oneself."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now

from downloads import services
from downloads.models import DeviceLink
from downloads.verbs import Verb
from licenses.models import Event
from licenses.services import block_license
from tests.factories import (
    DeviceFactory,
    LicenseFactory,
    PlanFactory,
    SeatFactory,
    SeatPoolFactory,
    StoreLinkFactory,
    UserFactory,
    days,
    standing,
)

pytestmark = pytest.mark.django_db
PROTECT = reverse("downloads:protect")


@pytest.fixture
def license(customer, publish):
    """A license with five seats, of a product for Windows and phones."""
    license = LicenseFactory(owner=customer)
    publish(product=license.product)
    StoreLinkFactory(product=license.product)
    return license


@pytest.fixture
def browser(client_of, customer):
    return client_of(customer)


def with_license(license, *tab) -> str:
    return reverse("downloads:protect_with", args=[license.pk, *tab])


def fill(license):
    for _seat in range(standing(license).seats_free):
        SeatFactory(license=license)


def read(browser, address, follow=True) -> str:
    return browser.get(address, follow=follow).content.decode()


def test_phone_comes_first_with_a_short_address(browser, license, settings):
    settings.PORTAL_URL = "https://portal.example"
    page = read(browser, with_license(license))
    assert "Scan this with the phone" in page
    assert "<strong>5 free seats</strong>" in page
    assert 'id="short" dir="ltr">portal.example/go/' in page


def test_computer_types_the_address(browser, license):
    page = read(browser, with_license(license, "windows"))
    assert "Open this on the Windows PC" in page
    assert "never your password" in page


def test_address_is_the_same_on_each_look(browser, license):
    short = {browser.get(with_license(license)).context["token"] for _look in range(2)}
    assert len(short) == 1
    assert DeviceLink.objects.count() == 1


def test_each_look_lets_it_work_for_seven_days(license):
    services.make_link(license=license, at=now())
    later = timezone.now().replace(microsecond=0) + timedelta(minutes=1)
    services.make_link(license=license, at=later)
    assert DeviceLink.objects.latest("expires_at").expires_at == later + timedelta(days=7)


def test_page_is_not_for_anybody_else(client_of, other_customer, license):
    stranger = client_of(other_customer)
    assert stranger.get(with_license(license)).status_code == 404
    assert stranger.post(reverse("downloads:send_link", args=[license.pk])).status_code == 404


def test_system_without_version_says_so(browser, license):
    page = read(browser, with_license(license, "mac"))
    assert "No version for Mac" in page
    assert not DeviceLink.objects.exists()


def test_full_license_leads_to_free_a_seat(browser, license):
    fill(license)
    page = read(browser, with_license(license))
    assert "<strong>All seats</strong>" in page
    assert f'{license.get_absolute_url()}#free"' in page


def test_seats_are_counted_for_the_kind_of_device(browser, customer, publish):
    plan = PlanFactory(seats=0)
    SeatPoolFactory(plan=plan, quantity=2, on_android=False, on_ios=False)
    SeatPoolFactory(plan=plan, quantity=1, on_windows=False, on_macos=False)
    license = LicenseFactory(owner=customer, product=plan.product, terms__plan=plan)
    publish(product=plan.product)
    StoreLinkFactory(product=plan.product)
    assert "<strong>2 free seats</strong>" in read(browser, with_license(license, "windows"))
    SeatFactory(license=license, pool=plan.pools.last(), device=DeviceFactory(owner=customer, platform="android"))
    page = read(browser, with_license(license, "mobile"))
    assert "<strong>no free seat</strong> for this kind of device" in page


def test_blocked_license_says_why(browser, license):
    block_license(license=license, reason="The payment was charged back.", at=now())
    assert "The payment was charged back." in read(browser, with_license(license))


def test_license_that_protects_longest_comes_first(browser, license, customer):
    longer = LicenseFactory(owner=customer, terms__ends_at=days(700))
    assert browser.get(PROTECT)["Location"] == with_license(longer)


def test_another_license_with_room_can_be_chosen(browser, license, customer):
    assert "Choose another license" not in read(browser, with_license(license))
    other = LicenseFactory(owner=customer)
    assert "Choose another license" in read(browser, with_license(license))
    page = read(browser, reverse("downloads:choose_license"))
    assert with_license(other) in page
    assert with_license(license) in page


@pytest.mark.parametrize(("has_license", "words"), [(False, "No license is running"), (True, "All seats are in use")])
def test_without_room_it_says_what_comes_first(browser, license, has_license, words):
    if has_license:
        fill(license)
    else:
        license.terms.update(ends_at=days(-1))
    assert words in read(browser, PROTECT)


def test_link_is_mailed_to_the_own_address_only(browser, license, mailoutbox):
    send = reverse("downloads:send_link", args=[license.pk])
    page = browser.post(send, {"platform": "windows", "email": "ben@example.com"}, follow=True)
    assert [letter.to for letter in mailoutbox] == [[license.owner.email]]
    assert services.make_link(license=license, at=now()) in mailoutbox[0].body
    assert "The link is on its way" in page.content.decode()
    assert page.redirect_chain[-1][0] == with_license(license, "windows")


def test_history_says_that_a_link_was_mailed(browser, license):
    services.send_link(license=license, at=now())
    assert "Link for another device mailed" in read(browser, license.get_absolute_url())


def test_second_mail_has_to_wait_a_minute(browser, license, mailoutbox):
    services.send_link(license=license, at=now())
    page = browser.post(reverse("downloads:send_link", args=[license.pk]), follow=True).content.decode()
    assert "You can ask for it again in 1 minute" in page
    assert len(mailoutbox) == 1


def test_six_mails_an_hour_are_the_most_over_all_licenses(customer, license, mailoutbox):
    began = timezone.now()
    for minute in range(6):
        services.send_link(license=LicenseFactory(owner=customer), at=began + timedelta(minutes=2 * minute))
    with pytest.raises(ValidationError) as refusal:
        services.send_link(license=license, at=began + timedelta(minutes=20))
    assert "in 40 minutes" in refusal.value.messages[0]
    assert len(mailoutbox) == Event.objects.filter(verb=Verb.LINK_MAILED).count() == 6


def test_mail_is_in_the_language_of_its_reader(mailoutbox):
    services.send_link(license=LicenseFactory(owner=UserFactory(language="de")), at=now())
    assert mailoutbox[0].subject.endswith("auf einem weiteren Gerät installieren")


def test_page_takes_the_same_queries_for_one_and_thirty(browser, license, customer, django_assert_num_queries):
    browser.get(with_license(license))
    with django_assert_num_queries(19):
        browser.get(with_license(license))
    for _license in range(29):
        LicenseFactory(owner=customer)
    with django_assert_num_queries(19):
        browser.get(with_license(license))

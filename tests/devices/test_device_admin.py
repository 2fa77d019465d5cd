"""What staff see of devices, and the one thing that they do to them."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from devices.models import Device
from licenses.models import Event, Seat
from tests.devices.conftest import plug
from tests.factories import DeviceFactory, LicenseFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:devices_device_changelist")


@pytest.fixture
def office(client_of, staff):
    """The browser of a staff member."""
    return client_of(staff)


@pytest.fixture
def found(office):
    """Return a function that searches the list and names what it finds."""

    def found(query):
        return [device.name for device in office.get(LIST, {"q": query}).context["cl"].result_list]

    return found


def press_disconnect(browser, *devices):
    data = {"action": "disconnect_devices", "_selected_action": [device.pk for device in devices]}
    return browser.post(LIST, data, follow=True).content.decode()


def test_device_is_found_by_what_a_customer_says(found, customer):
    DeviceFactory(owner=customer, name="Study PC", machine_id="58f120c7" + "0" * 24)
    DeviceFactory(owner=UserFactory(), name="Kitchen PC", machine_id="0a" * 16)
    for said in ["study", "anna@", "D-58F1-20C7", "58f120c7", "58F1", "58f120c7" + "0" * 24]:
        assert found(said) == ["Study PC"]
    assert found("D-58F1-20C8") == []


def test_list_takes_the_same_queries_for_one_and_thirty(office, django_assert_num_queries):
    def add(number):
        license = LicenseFactory()
        plug(license.owner, license.product, number)

    office.get(LIST)
    add(1)
    with CaptureQueriesContext(connection) as one:
        office.get(LIST)
    for number in range(2, 31):
        add(number)
    with django_assert_num_queries(len(one)):
        assert office.get(LIST).context["cl"].result_count == 30
    assert len(one) <= 8


def test_page_tells_all_and_nothing_is_changed_by_hand(office, license, connected):
    address = reverse("admin:devices_device_change", args=[connected.pk])
    page = office.get(address).content.decode()
    for fact in [connected.public_id, license.support_key, f"Anna’s laptop connected with {license.product.name}"]:
        assert fact in page
    assert office.post(address, {"name": "Mine"}).status_code == 403


def test_nothing_is_added_or_deleted(office, connected):
    assert office.get(reverse("admin:devices_device_add")).status_code == 403
    assert office.post(reverse("admin:devices_device_delete", args=[connected.pk]), {"post": "yes"}).status_code == 403
    office.post(LIST, {"action": "delete_selected", "_selected_action": [connected.pk], "post": "yes"})
    assert Device.objects.get() == connected


def test_disconnect_frees_through_the_service(office, staff, connected):
    assert "1 seat is free now." in press_disconnect(office, connected)
    event = connected.events.first()
    assert (event.verb, event.actor) == (Event.Verb.DEVICE_DISCONNECTED, staff)
    assert "0 seats are free now." in press_disconnect(office, connected)


def test_several_devices_are_disconnected_at_once(office, customer, license, connected):
    other = plug(customer, license.product, 2).device
    assert "2 seats are free now." in press_disconnect(office, connected, other)
    assert not Seat.objects.held().exists()


def test_staff_who_may_only_look_do_not_disconnect(client_of, connected):
    helper = UserFactory(is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename="view_device"))
    press_disconnect(client_of(helper), connected)
    assert Device.objects.connected().exists()


def test_customer_is_not_let_in(client_of, customer, connected):
    press_disconnect(client_of(customer), connected)
    assert Device.objects.connected().exists()

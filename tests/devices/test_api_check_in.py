"""A product says over HTTP that it lives: a fresh lease, or a definite refusal that takes protection away."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from devices.leases import read_lease
from devices.models import Device
from devices.services import disconnect
from devices.services.check_in import disconnected
from licenses.models import Seat
from licenses.services import block_license
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins
from tests.devices.conftest import plug, shrink
from tests.factories import DeviceFactory, LicenseFactory, ProductFactory, StaffFactory, days
from tests.foundation.api.conftest import Program, machine, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def laptop(customer, license):
    """The product on Anna’s laptop, connected."""
    program = Program(customer)
    assert program.connect(license.product).status_code == 201
    return program


def test_lease_is_renewed(laptop, license):
    answer = laptop.check_in(nonce="again", app_version="22.0")
    assert answer.status_code == 200
    said = answer.json()
    verdict = read_lease(said["lease"], product=license.product.slug, machine_id=machine(1), at=now())
    assert (verdict.is_good, verdict.claims["nonce"]) == (True, "again")
    assert (said["notices"], Device.objects.get().app_version) == ([], "22.0")


def test_machine_id_in_capitals_is_the_same_machine(customer, license):
    program = Program(customer)
    program.connect(license.product, "ab" * 16)
    assert program.check_in("AB" * 16).status_code == 200


def test_product_says_for_which_of_its_seats_it_asks(laptop, customer, license):
    other = LicenseFactory(owner=customer, terms__ends_at=days(900))
    laptop.connect(other.product)
    for product in (license.product, other.product):
        said = laptop.check_in(product=product.slug).json()
        assert read_lease(said["lease"], product=product.slug, at=now()).is_good
    assert read_lease(laptop.check_in().json()["lease"], product=other.product.slug, at=now()).is_good
    problem(laptop.check_in(product=ProductFactory().slug), 410, "disconnected")
    problem(laptop.check_in(product="nothing"), 404, "not_found")


def test_license_that_ends_soon_is_told(laptop, customer, license):
    customer.time_zone = "Asia/Tokyo"
    customer.save()
    license.terms.update(ends_at=now() + timedelta(days=9))
    [notice] = laptop.check_in().json()["notices"]
    assert notice["code"] == "ends_soon"
    assert notice["text"].startswith(f"Your license for {license.product.name} ends on ")


def test_second_machine_with_this_identity_is_told(laptop):
    laptop.check_in()
    [notice] = laptop.check_in(lease="of a stranger").json()["notices"]
    assert notice["code"] == "copied"
    assert notice["text"].startswith("Another machine uses the place of this device.")


def test_owner_is_named_who_disconnected_it_on_the_portal(laptop, customer):
    disconnect(device=Device.objects.get(), actor=customer, at=now())
    said = problem(laptop.check_in(), 410, "disconnected")
    assert (said["by"], said["device"]) == ("Anna, on the portal", "Anna’s laptop")
    assert said["at"].endswith("Z")
    assert said["detail"].startswith("Anna’s laptop was disconnected on ")
    assert "by Anna, on the portal. To use" in said["detail"]


def test_staff_is_not_named(laptop):
    disconnect(device=Device.objects.get(), actor=StaffFactory(name="Sam"), at=now())
    assert problem(laptop.check_in(), 410, "disconnected")["by"] == "support"


def test_sign_out_is_told(laptop):
    laptop.sign_out()
    assert problem(laptop.check_in(), 410, "disconnected")["by"] == "a sign-out on the device"


def test_seat_that_went_by_itself_is_told_from_the_history(laptop, license):
    """A live token of a device without a seat, as after the license was handed over to its buyer."""
    Seat.objects.update(disconnected_at=now())
    assert problem(laptop.check_in(), 410, "disconnected")["by"] == "the portal"


@pytest.mark.parametrize("end", ["password_changed", "replayed", "too_old", "closed", "staff"])
def test_sign_in_that_ended_for_another_reason_only_has_to_be_made_anew(laptop, end):
    """The device keeps its seat: `disconnected` would tell the product never to come back by itself."""
    end_sign_ins(sign_ins=SignIn.objects.all(), end=end, at=now())
    problem(laptop.check_in(), 401, "invalid_token")
    assert Seat.objects.held().exists()


def test_ended_token_is_good_for_nothing_else(laptop, customer, license):
    disconnect(device=Device.objects.get(), actor=customer, at=now())
    problem(laptop.connect(license.product), 401, "invalid_token")
    problem(laptop.call("GET", "/licenses"), 401, "invalid_token")
    problem(laptop.release(DeviceFactory(owner=customer, machine_id=machine(2))), 401, "invalid_token")


def test_license_that_is_over_is_told(laptop, license):
    license.terms.update(ends_at=now())
    problem(laptop.check_in(), 403, "expired")


def test_blocked_license_is_told_with_its_reason(laptop, license):
    block_license(license=license, reason="Charged back.", at=now())
    said = problem(laptop.check_in(), 403, "blocked")
    assert (said["reason"], said["detail"]) == ("Charged back.", "This license is blocked: Charged back.")


def test_device_without_room_is_told_who_has_the_seats(customer, license, laptop):
    second = Program(customer)
    second.connect(license.product, 2)
    shrink(license)
    assert laptop.check_in().status_code == 200
    said = problem(second.check_in(2), 409, "seat_limit")
    assert said["license"] == license.support_key
    assert [device["id"] for device in said["devices"]] == [Device.objects.get(machine_id=machine(1)).pk]


def test_made_up_state_is_refused(laptop):
    problem(laptop.check_in(state="fine"), 422, "bad_report")


def test_devices_of_others_and_none_are_the_same(customer, license, laptop, other_customer):
    plug(customer, license.product, 2)
    DeviceFactory(owner=other_customer, machine_id=machine(3))
    answers = [problem(laptop.check_in(number), 404, "not_found") for number in (2, 3, 4, "x")]
    assert all(answer == answers[0] for answer in answers)


def test_sign_in_that_never_connected_has_no_device(customer, license, laptop):
    problem(Program(customer).check_in(), 404, "not_found")


# Giving back


def test_sign_out_frees_the_seat_and_ends_the_sign_in(laptop):
    answer = laptop.sign_out()
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Seat.objects.held().exists()
    assert SignIn.objects.get().end == "signed_out"


def test_sign_out_whose_answer_was_lost_is_answered_again(laptop):
    assert [laptop.sign_out().status_code for _time in range(2)] == [204, 204]


def test_sign_out_of_one_product_leaves_the_others(laptop, customer, license):
    other = LicenseFactory(owner=customer)
    laptop.connect(other.product)
    assert laptop.sign_out(query=f"?product={license.product.slug}").status_code == 204
    assert Seat.objects.held().get().license == other
    assert laptop.check_in().status_code == 200
    assert laptop.sign_out(query=f"?product={other.product.slug}").status_code == 204
    assert SignIn.objects.get().end == "signed_out"


def test_sign_out_of_another_device_is_not_possible(laptop, customer, license, other_customer):
    plug(customer, license.product, 2)
    DeviceFactory(owner=other_customer, machine_id=machine(3))
    for number in (2, 3, 4):
        problem(laptop.sign_out(number), 404, "not_found")
    assert Seat.objects.held().count() == 2


def test_token_that_a_new_password_ended_cannot_sign_the_device_out(laptop):
    end_sign_ins(sign_ins=SignIn.objects.all(), end="password_changed", at=now())
    problem(laptop.sign_out(), 401, "invalid_token")
    assert Seat.objects.held().exists()


@pytest.fixture
def full(customer):
    """A license whose only seat an old computer has, and the product on a new one that wants it."""
    license = LicenseFactory(owner=customer, terms__plan__seats=1)
    return license, plug(customer, license.product, 2).device, Program(customer)


def test_seat_of_another_device_is_freed_and_taken(full):
    license, old, program = full
    problem(program.connect(license.product), 409, "seat_limit")
    assert program.release(old).status_code == 204
    assert program.connect(license.product).status_code == 201


def test_release_twice_is_once(full):
    _license, old, program = full
    assert [program.release(old).status_code for _time in range(2)] == [204, 204]


def test_release_takes_a_fresh_sign_in(full):
    _license, old, program = full
    SignIn.objects.update(authenticated_at=now() - timedelta(minutes=5, seconds=1))
    problem(program.release(old), 403, "fresh_sign_in_needed")
    assert Seat.objects.held().exists()


def test_strangers_device_cannot_be_released(full, license, other_customer):
    stranger = plug(other_customer, LicenseFactory(owner=other_customer).product, 5).device
    _license, old, program = full
    problem(program.release(stranger), 404, "not_found")
    problem(program.call("POST", f"/devices/{machine(1)}/release/999999999999999999999"), 404, "not_found")
    problem(program.release(old, 2), 404, "not_found")
    assert Seat.objects.held().count() == 2


def test_release_wants_a_machine_id(full):
    _license, old, program = full
    problem(program.release(old, "x"), 422, "bad_machine_id")


def test_owner_who_released_it_from_another_device_is_named_with_that_device(full, customer):
    license, old, program = full
    SignIn.objects.update(device_name="Kitchen PC")
    program.release(old)
    assert disconnected(old).by == "Anna, on Kitchen PC"
    assert str(old.events.first()) == f"{old.name} disconnected from {license.product.name}"

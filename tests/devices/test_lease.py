"""The lease that a product keeps: what it says, how long it runs, and who is told when two machines have it."""

import random
from datetime import timedelta

import jwt
import pytest
from django.utils import timezone
from django.utils.timezone import now

from devices.models import Lease
from devices.services import disconnect, issue_lease
from devices.verbs import Verb
from licenses.models import Event, License, Plan, Seat
from portal.foundation.crypto.keys import public_jwks
from tests.devices.conftest import plug, refuses
from tests.factories import LicenseFactory, TermFactory, days, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(customer, license):
    return plug(customer, license.product)


def until(claims, name):
    """How long after its signing a claim's moment is."""
    return timedelta(seconds=claims[name] - claims["iat"])


def ending(customer, *, kind=Plan.Kind.COMMERCIAL, at=335):
    """Return a seat of a license that ends in so many days."""
    license = LicenseFactory(owner=customer, terms__plan__kind=kind, terms__ends_at=days(at))
    return plug(customer, license.product)


# What it says


def test_lease_names_device_product_and_license(settings, seat):
    claims = issue_lease(seat=seat, nonce="n-1", at=now()).claims
    assert {name: claims[name] for name in ("iss", "aud", "sub", "license", "plan", "features", "nonce")} == {
        "iss": settings.PORTAL_URL,
        "aud": seat.license.product.slug,
        "sub": seat.device.machine_id,
        "license": seat.license.support_key,
        "plan": standing(seat.license).plan.slug,
        "features": [],
        "nonce": "n-1",
    }
    assert claims["license_ends_at"] == int(standing(seat.license).ends_at.timestamp())


def test_any_library_can_check_it_with_the_public_keys(seat):
    issued = issue_lease(seat=seat, at=now())
    (key,) = public_jwks("lease", at=timezone.now())["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert jwt.get_unverified_header(issued.token) == {"alg": "EdDSA", "typ": "lease+jwt", "kid": key["kid"]}
    assert jwt.decode(issued.token, jwt.PyJWK(key), algorithms=["EdDSA"], audience=seat.license.product.slug) == (
        issued.claims
    )


def test_lease_runs_three_days_and_then_a_week_with_less(seat):
    claims = issue_lease(seat=seat, at=now()).claims
    assert (until(claims, "exp"), until(claims, "nbf")) == (timedelta(hours=72), timedelta(minutes=-5))
    assert until(claims, "grace_until") == timedelta(days=10)


def test_lease_never_outlasts_the_license(customer):
    claims = issue_lease(seat=ending(customer, at=1), at=now()).claims
    assert claims["exp"] == claims["grace_until"] == claims["license_ends_at"]


def test_less_is_given_no_longer_than_the_license_lasts(customer):
    claims = issue_lease(seat=ending(customer, at=5), at=now()).claims
    assert until(claims, "exp") == timedelta(hours=72)
    assert claims["grace_until"] == claims["license_ends_at"]


def test_lease_runs_on_into_the_next_term(customer):
    seat = ending(customer, at=1)
    first = seat.license.terms.get()
    TermFactory(license=seat.license, plan=first.plan, starts_at=first.ends_at, ends_at=days(300))
    claims = issue_lease(seat=Seat.objects.get(), at=now()).claims
    assert until(claims, "exp") == timedelta(hours=72)


def test_gap_between_two_terms_is_not_bridged(customer):
    seat = ending(customer, at=1)
    TermFactory(license=seat.license, plan=standing(seat.license).plan, starts_at=days(2), ends_at=days(300))
    claims = issue_lease(seat=Seat.objects.get(), at=now()).claims
    assert claims["exp"] == claims["license_ends_at"] == int(standing(seat.license).ends_at.timestamp())


def test_subscription_that_renews_itself_may_be_paid_three_days_late(customer):
    seat = ending(customer, kind=Plan.Kind.SUBSCRIPTION, at=1)
    License.objects.update(renews_itself=True)
    claims = issue_lease(seat=Seat.objects.get(), at=now()).claims
    assert until(claims, "exp") == timedelta(hours=72)
    assert claims["grace_until"] - claims["license_ends_at"] == timedelta(days=3).total_seconds()
    assert claims["license_ends_at"] == int(standing(seat.license).ends_at.timestamp())


def test_trial_stops_when_its_lease_ends(customer):
    claims = issue_lease(seat=ending(customer, kind=Plan.Kind.TRIAL), at=now()).claims
    assert claims["grace_until"] == claims["exp"]


def test_check_ins_are_spread_over_some_hours(seat):
    waits = {until(issue_lease(seat=seat, at=now()).claims, "check_in_after") for _number in range(30)}
    assert timedelta(hours=4.8) <= min(waits) < max(waits) <= timedelta(hours=7.2)
    assert len(waits) > 20


def test_check_in_comes_before_a_short_lease_ends(customer):
    seat = ending(customer, at=1 / 24)
    for _number in range(30):
        issued = issue_lease(seat=seat, at=now())
        assert timezone.now() < issued.check_in_after < standing(seat.license).ends_at


# Who gets one


def test_lease_is_remembered_once_a_device_and_product(customer, seat):
    first, second = issue_lease(seat=seat, at=now()), issue_lease(seat=seat, at=now())
    lease = Lease.objects.get()
    assert first.claims["jti"] != lease.jti == second.claims["jti"]
    assert (lease.license, int(lease.expires_at.timestamp())) == (seat.license, second.claims["exp"])
    issue_lease(seat=plug(customer, LicenseFactory(owner=customer).product), at=now())
    assert Lease.objects.count() == 2


def test_disconnected_device_gets_no_more_and_the_last_one_is_history(customer, seat):
    issue_lease(seat=seat, at=now())
    disconnect(device=seat.device, actor=customer, at=now())
    with refuses("disconnected"):
        issue_lease(seat=Seat.objects.get(), at=now())
    assert Lease.objects.count() == 1


def test_license_that_is_over_signs_nothing(license, seat):
    license.terms.update(ends_at=days(-1))
    with refuses("expired"):
        issue_lease(seat=Seat.objects.get(), at=now())
    assert not Lease.objects.exists()


def test_long_nonce_is_refused(seat):
    assert issue_lease(seat=seat, nonce="n" * 200, at=now()).claims["nonce"] == "n" * 200
    with refuses("bad_nonce"):
        issue_lease(seat=seat, nonce="n" * 201, at=now())


def test_signing_takes_a_read_a_write_and_the_key(seat, django_assert_max_num_queries):
    held, stands = issue_lease(seat=seat, at=now()).claims["jti"], standing(seat.license)
    with django_assert_max_num_queries(3):
        issue_lease(seat=seat, standing=stands, held=held, at=now())


# Two machines with one identity


class Machine:
    """A product that keeps its lease and shows it at each check-in; answers may be lost."""

    def __init__(self, seat, held=""):
        self.seat, self.held = seat, held

    def check_in(self, *, arrives=True):
        jti = issue_lease(seat=self.seat, held=self.held, at=now()).claims["jti"]
        if arrives:
            self.held = jti

    def copy(self):
        return Machine(self.seat, self.held)


def is_copied():
    return Lease.objects.filter(copied_at__isnull=False).exists()


def test_one_machine_is_never_taken_for_two(seat):
    """Whatever gets lost or overtakes: three hundred check-ins of one machine, by dice with a fixed start."""
    dice = random.Random(4)
    machine = Machine(seat)
    for _number in range(300):
        machine.check_in(arrives=dice.random() < 0.6)
        if dice.random() < 0.05:
            issue_lease(seat=seat, at=now())  # connects again, without saying what it holds
    assert not is_copied()


def test_answer_that_overtook_another_is_no_copy(seat):
    machine = Machine(seat)
    machine.check_in()
    slow, machine.held = machine.copy(), machine.held
    machine.check_in()
    slow.check_in()  # the same question, answered after the second
    machine.check_in()
    machine.check_in()
    assert not is_copied()


@pytest.mark.parametrize("order", ["abab", "aabb", "abba", "baab"])
def test_second_machine_is_noticed_within_two_rounds(seat, order, mailoutbox, customer):
    first = Machine(seat)
    first.check_in()
    machines = {"a": first, "b": first.copy()}
    for name in order:
        machines[name].check_in()
    assert is_copied()
    assert [mail.to for mail in mailoutbox] == [[customer.email]]
    assert f"Two machines use {seat.device.name}’s place" in mailoutbox[0].subject
    assert f"/devices/{seat.device.pk}/" in mailoutbox[0].body


def test_owner_is_asked_once(seat, mailoutbox):
    first = Machine(seat)
    first.check_in()
    second = first.copy()
    for _number in range(5):
        first.check_in()
        second.check_in()
    assert len(mailoutbox) == Event.objects.filter(verb=Verb.DEVICE_COPIED).count() == 1


def test_made_up_lease_is_foreign(seat):
    Machine(seat).check_in()
    Machine(seat, held="f" * 5000).check_in()
    assert is_copied()
    assert max(map(len, Lease.objects.get().jtis)) == 32


def test_lease_of_the_devices_other_product_is_not_foreign(customer, seat):
    other = issue_lease(seat=plug(customer, LicenseFactory(owner=customer).product), at=now())
    Machine(seat).check_in()
    Machine(seat, held=other.claims["jti"]).check_in()
    assert not is_copied()


def test_new_connect_makes_it_good_and_is_watched_again(customer, license, seat, mailoutbox):
    Machine(seat).check_in()
    Machine(seat, held="stranger").check_in()
    assert Lease.objects.get().is_copied(seat)
    disconnect(device=seat.device, actor=customer, at=now())
    seat = plug(customer, license.product)
    Machine(seat).check_in()
    assert not Lease.objects.get().is_copied(seat)
    Machine(seat, held="stranger").check_in()
    assert Lease.objects.get().is_copied(seat)
    assert len(mailoutbox) == 2


def test_lease_that_was_written_since_it_was_read_is_read_again(seat):
    first = issue_lease(seat=seat, at=now()).claims["jti"]
    known = Lease.objects.get()
    between, last = (issue_lease(seat=seat, at=now(), known=known).claims["jti"] for _time in range(2))
    assert Lease.objects.get().jtis == [first, between, last]


def test_stranger_is_noticed_once_though_the_lease_was_written_since(seat, mailoutbox):
    issue_lease(seat=seat, at=now())
    known = Lease.objects.get()
    for _time in range(2):
        assert issue_lease(seat=seat, at=now(), held="stranger", known=known).is_copied
    assert Event.objects.filter(verb=Verb.DEVICE_COPIED).count() == 1

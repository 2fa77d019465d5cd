"""What happened stays on record: no row of history changes or goes, and no used code becomes usable by a deletion."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now

from devices.models import Device
from licenses import services
from licenses.models import ActivationCode, CodeBatch, Event, License, Seat, Term
from tests.factories import LicenseFactory, PlanFactory, SeatFactory, UserFactory, fresh_code

pytestmark = pytest.mark.django_db


def refuses(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.fixture
def event(customer):
    license = LicenseFactory(owner=customer)
    return services.record_event(Event.Verb.LICENSE_ARCHIVED, actor=customer, license=license, at=now())


CHANGES = {
    "verb": lambda: Event.Verb.LICENSE_RESTORED,
    "at": timezone.now,
    "actor": UserFactory,
    "customer": UserFactory,
    "license": LicenseFactory,
    "device": lambda: SeatFactory().device,
    "details": lambda: {"count": 4},
}


@pytest.mark.parametrize("column", CHANGES)
def test_no_column_of_an_event_changes(event, column):
    value = CHANGES[column]()
    with refuses("events_only_grow"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(**{column: value})


def delete_without_asking(row):
    """As a statement of somebody else would: Django's own look at what hangs on the row does not happen."""
    type(row).objects.filter(pk=row.pk)._raw_delete(connection.alias)


@pytest.mark.parametrize("delete", [Event.delete, delete_without_asking])
def test_event_is_not_deleted(event, delete):
    with refuses("events_only_grow|events_are_not_emptied"), transaction.atomic():
        delete(event)
    assert Event.objects.filter(pk=event.pk).exists()


@pytest.mark.postgres
def test_history_is_not_emptied(event):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has TRUNCATE; the same suite runs there too")
    with refuses("events_are_not_emptied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE licenses_event")


@pytest.fixture
def second_role(customer):
    """A role that runs the portal and does not own its tables; the connection speaks for it."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has roles; the same suite runs there too")
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE portal_web")
        call_command("grant_rights", "portal_web", stdout=StringIO())
        cursor.execute("SET LOCAL ROLE portal_web")


@pytest.mark.postgres
@pytest.mark.parametrize("statement", ["UPDATE licenses_event SET verb = ''", "DELETE FROM licenses_event"])
def test_second_role_has_no_right_to_change_history(second_role, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.postgres
def test_second_role_runs_the_portal(second_role, customer, client_of):
    services.redeem_code(user=customer, text=fresh_code(), at=now())
    assert client_of(customer).get(reverse("licenses:index")).status_code == 200
    assert Event.objects.filter(verb=Event.Verb.CODE_ADDED).count() == 1


@pytest.mark.postgres
def test_owner_of_the_tables_is_no_second_role(db):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has roles; the same suite runs there too")
    with pytest.raises(CommandError, match="owns the tables"):
        call_command("grant_rights", connection.settings_dict["USER"])


def test_without_roles_triggers_have_to_do():
    if connection.vendor == "postgresql":
        pytest.skip("only databases without roles refuse; the same suite runs on SQLite too")
    with pytest.raises(CommandError, match="Only PostgreSQL"):
        call_command("grant_rights", "portal_web")


def test_used_code_stays_used_whatever_is_deleted(customer):
    services.redeem_code(user=customer, text=fresh_code(), at=now())
    code = ActivationCode.objects.get()
    for row in (customer, License.objects.get(), code, code.batch, code.batch.plan):
        with pytest.raises(ProtectedError):
            row.delete()
    for delete in (Term.delete, delete_without_asking):
        with refuses("used_code_stays_used"), transaction.atomic():
            delete(Term.objects.get())
    assert code in ActivationCode.objects.redeemed()


def test_device_and_seat_with_a_history_stay(customer):
    seat = SeatFactory(license=LicenseFactory(owner=customer))
    for row in (seat.device, seat.license, customer):
        with pytest.raises(ProtectedError):
            row.delete()
    assert (Seat.objects.count(), Device.objects.count()) == (1, 1)


def test_batch_stays_with_its_history():
    fresh_code()
    ActivationCode.objects.all().delete()
    with pytest.raises(ProtectedError):
        CodeBatch.objects.get().delete()


def test_staff_who_acted_stay_on_record(event, staff):
    services.block_license(license=LicenseFactory(), reason="fraud", actor=staff, at=now())
    with pytest.raises(ProtectedError):
        staff.delete()


def test_account_without_any_history_can_go():
    UserFactory().delete()
    PlanFactory().delete()

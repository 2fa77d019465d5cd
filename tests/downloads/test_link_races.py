"""The link for another device, asked for many times at the same instant: one row, one mail."""

import pytest
from django.utils import timezone

from downloads import services
from downloads.models import DeviceLink
from licenses.models import License
from tests.factories import LicenseFactory
from tests.races import THREADS, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_link_is_mailed_once_and_kept_once():
    for this in race(
        lambda pk, _number: services.send_link(license=License.objects.get(pk=pk), at=timezone.now()),
        prepare=fresh_license,
    ):
        assert this.errors == []
        assert this.refusals == ["slow_down"] * (THREADS - 1)
        assert DeviceLink.objects.filter(license=this.prepared).count() == 1


def fresh_license() -> int:
    return LicenseFactory().pk

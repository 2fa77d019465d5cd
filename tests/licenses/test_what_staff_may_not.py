"""What staff are refused in the admin, and by the command that issues codes."""

import pytest
from django.core.exceptions import ValidationError

from licenses import services
from licenses.models import ActivationCode
from tests.factories import LicenseFactory, days, fresh_code
from tests.licenses.test_cases import find

pytestmark = pytest.mark.django_db


def refused(why: str, service, **asked):
    with pytest.raises(ValidationError) as refusal:
        service(**asked, at=days(0))
    assert refusal.value.code == why


def test_block_without_a_reason(customer):
    license = LicenseFactory(owner=customer)
    refused("no_reason", services.block_license, license=license, reason=" ")
    license.refresh_from_db()
    assert license.blocked_at is None


def test_archive_of_a_license_that_runs(customer):
    license = LicenseFactory(owner=customer)
    refused("still_running", services.archive_license, license=license)
    license.refresh_from_db()
    assert license.archived_at is None


def test_revoking_a_code_that_was_used(customer):
    text = fresh_code()
    services.redeem_code(user=customer, text=text, at=days(0))
    refused("redeemed", services.revoke_code, code=find(text), reason=ActivationCode.Reason.REFUNDED)
    assert find(text).revoked_at is None

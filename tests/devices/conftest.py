"""Devices as the products know them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from devices.services import connect
from tests.factories import LicenseFactory, PlanFactory, TermFactory, days


@pytest.fixture
def license(customer):
    """Anna's license with five seats for every platform."""
    return LicenseFactory(owner=customer)


@pytest.fixture
def connected(customer, license):
    """Anna's laptop, which holds the first seat of her license."""
    return plug(customer, license.product).device


def plug(user, product, number: int = 1, **facts):
    """Connect the user's machine with this number; what is not said is that of a plain Windows laptop."""
    said = {"platform": "windows", "name": "Anna’s laptop", "machine_id": f"{number:032x}", **facts}
    return connect(user=user, product=product, **{"at": now(), **said})


def refuses(code):
    """Expect a refusal with this code, the one that a program reads."""
    return pytest.raises(ValidationError, check=lambda error: error.code == code)


def shrink(license):
    """Let the next term of the license, one of a plan with a single seat, have begun."""
    license.terms.update(ends_at=days(-1))
    TermFactory(license=license, plan=PlanFactory(product=license.product, seats=1), starts_at=days(-1))

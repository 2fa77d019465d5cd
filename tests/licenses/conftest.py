"""A plan that a store sells, and its orders."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from licenses import services
from tests.factories import PlanFactory


@pytest.fixture
def plan():
    return PlanFactory(slug="family-1y")


@pytest.fixture
def place(store, plan):
    """Return a function that places an order of the plan for Anna."""

    def place(number="A-1", **more):
        content = {"client_id": store.pk, "plan": plan.slug, "email": "anna@example.com"}
        return services.place_order(number=number, **{"at": now(), **content, **more})

    return place


@pytest.fixture
def order(place, customer):
    """An order of Anna, who has its license."""
    return place()[0]


@pytest.fixture
def codes_order(place):
    """An order of three codes."""
    return place("C-1", email="", codes=3)[0]


@pytest.fixture
def refused():
    """Return a function that asserts that something is refused with this code, and returns the refusal."""

    def refused(code, act, *args, **named):
        with pytest.raises(ValidationError) as refusal:
            act(*args, **named)
        assert refusal.value.code == code
        return refusal.value

    return refused

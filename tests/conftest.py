"""What every test may ask for: people, their browsers, and a clean start."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation

from portal import settings as portal_settings
from tests.factories import StaffFactory, StoreFactory, UserFactory
from tests.ledger import rewritable
from tests.moments import TAKEN, HandInMoment

# What takes longest comes first, so that in the end no process of `pytest -n` waits for another.
SLOWEST_FIRST = ["race", "make_run", "browser"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    def place(item) -> int:
        marks = [mark for mark in SLOWEST_FIRST if item.get_closest_marker(mark)]
        return SLOWEST_FIRST.index(marks[0]) if marks else len(SLOWEST_FIRST)

    items.sort(key=place)


@pytest.fixture
def customer(db):
    """Anna, whose address is verified; her password is `factories.PASSWORD`."""
    return UserFactory(email="anna@example.com", name="Anna")


@pytest.fixture
def other_customer(db):
    """Ben, who must never see what is Anna's."""
    return UserFactory(email="ben@example.com", name="Ben")


@pytest.fixture
def staff(db):
    """Sam, who works for the operator and may do everything in the admin."""
    return StaffFactory(email="sam@example.com", name="Sam")


@pytest.fixture
def store(db):
    """A store that sells licenses."""
    return StoreFactory(id="corner-shop", name="Corner shop")


@pytest.fixture
def clock(settings):
    """Return a function that lets each request from then on come at a moment; the real clock is not touched."""
    settings.MIDDLEWARE = [name if name != TAKEN else "tests.moments.HandInMoment" for name in settings.MIDDLEWARE]
    yield lambda moment: setattr(HandInMoment, "moment", moment)
    HandInMoment.moment = None


@pytest.fixture
def client_of():
    """Return a function that signs a person in and returns their browser."""

    def sign_in(user) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in


@pytest.fixture
def slow_passwords(settings):
    """Hash passwords as in production, for tests about exactly that."""
    settings.PASSWORD_HASHERS = portal_settings.PASSWORD_HASHERS


@pytest.fixture(autouse=True)
def english_and_utc():
    """Forget the language and time zone of the test before: a request leaves its own behind in the thread."""
    translation.activate(settings.LANGUAGE_CODE)
    timezone.deactivate()


@pytest.fixture(autouse=True, scope="session")
def history_can_be_flushed():
    """Let Django empty the database after tests that commit, though history is kept for ever."""
    flush = TransactionTestCase._fixture_teardown

    def flush_all(case) -> None:
        with rewritable():
            flush(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_all)
        yield


@pytest.fixture(autouse=True)
def clean_cache(request, _django_db_marker):
    """Empty the cache after tests that commit: it is a table without a model, which flushing does not know."""
    yield
    if commits(request):
        cache.clear()


def commits(request) -> bool:
    """Tell whether this test writes for real instead of rolling back."""
    marker = request.node.get_closest_marker("django_db")
    by_fixture = {"live_server", "transactional_db"} & set(request.fixturenames)
    return bool(by_fixture or (marker and marker.kwargs.get("transaction")))

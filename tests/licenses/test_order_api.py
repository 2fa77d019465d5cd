"""The door for stores, as a program sees it: what it answers, and what it refuses."""

from datetime import UTC

import pytest
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.utils import timezone
from django.utils.timezone import now

from licenses import services
from licenses.models import License, Order, Plan
from tests.factories import LicenseFactory, PlanFactory, StoreFactory, UserFactory, days, standing
from tests.foundation.api.conftest import Program, problem

pytestmark = pytest.mark.django_db
ANNA = {"number": "A-1", "plan": "family-1y", "email": "anna@example.com"}


def shop_of(store, *, scopes=("orders",), lives: float = 1) -> Program:
    """A store that signed in as itself."""
    value = f"token-of-{store.pk}-{'-'.join(scopes)}"
    token = Token(type=Token.Type.ACCESS_TOKEN, client=store, expires_at=days(lives))
    token.hash = get_adapter().hash_token(value)
    token.set_scopes(list(scopes))
    token.save()
    return Program(token=value)


@pytest.fixture
def shop(store, plan):
    return shop_of(store)


def order_of(answer, status=200) -> dict:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_order_of_a_customer_is_answered_with_the_license(shop, customer, plan):
    told = order_of(shop.call("POST", "/orders", ANNA), 201)
    license = License.objects.get()
    assert told["state"] == "delivered"
    assert told["license"]["id"] == license.support_key
    assert told["license"]["state"] == "active"
    assert (told["product"], told["plan"], told["codes"], told["renews"]) == (plan.product.slug, plan.slug, None, None)
    assert told["starts_at"].endswith("Z")
    assert told["ends_at"].endswith("Z")


def test_times_are_utc_wherever_the_customer_lives(shop):
    UserFactory(email="anna@example.com", time_zone="Asia/Tokyo")
    told = order_of(shop.call("POST", "/orders", ANNA), 201)
    assert told["ends_at"] == standing(License.objects.get()).ends_at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def test_order_of_a_person_without_account_waits(shop):
    told = order_of(shop.call("POST", "/orders", ANNA), 201)
    assert (told["state"], told["license"], told["starts_at"]) == ("waiting", None, None)


def test_same_order_again_is_answered_alike_and_without_a_key(shop, customer):
    first = order_of(shop.call("POST", "/orders", ANNA), 201)
    again = order_of(shop.call("POST", "/orders", ANNA), 200)
    del first["server_time"], again["server_time"]
    assert first == again
    assert License.objects.count() == 1


def test_other_order_with_the_number_is_refused(shop, customer):
    shop.call("POST", "/orders", ANNA)
    problem(shop.call("POST", "/orders", {**ANNA, "email": "ben@example.com"}), 409, "order_differs")


def test_codes_are_in_the_answer_to_post_only(shop):
    body = {"number": "C-1", "plan": "family-1y", "codes": 3}
    first = order_of(shop.call("POST", "/orders", body), 201)["codes"]
    assert len(first["clear"]) == first["issued"] == 3
    assert (first["used"], first["revoked"]) == (0, 0)
    assert order_of(shop.call("POST", "/orders", body))["codes"] == first
    looked = order_of(shop.call("GET", "/orders/C-1"))["codes"]
    assert looked == {**first, "clear": None}
    assert sorted(code[-5:] for code in first["clear"]) == looked["hints"]


def test_codes_are_not_shown_after_a_day(shop):
    body = {"number": "C-1", "plan": "family-1y", "codes": 3}
    shop.call("POST", "/orders", body)
    Order.objects.update(created_at=days(-1))
    assert order_of(shop.call("POST", "/orders", body))["codes"]["clear"] is None


def test_key_keeps_the_answer(shop):
    body = {"number": "C-1", "plan": "family-1y", "codes": 1}
    first = shop.call("POST", "/orders", body, **{"Idempotency-Key": "k-1"})
    again = shop.call("POST", "/orders", body, **{"Idempotency-Key": "k-1"})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotency-Replayed"] == "true"


def test_store_renews_refunds_and_cancels(shop, customer):
    Plan.objects.update(kind=Plan.Kind.SUBSCRIPTION)
    first = order_of(shop.call("POST", "/orders", ANNA), 201)
    renewed = order_of(shop.call("PATCH", "/orders/A-1", {"action": "renew", "number": "A-2"}))
    assert (renewed["number"], renewed["renews"], renewed["starts_at"]) == ("A-2", "A-1", first["ends_at"])
    assert renewed["license"]["ends_at"] == renewed["ends_at"]
    cancelled = order_of(shop.call("PATCH", "/orders/A-1", {"action": "cancel"}))
    assert cancelled["cancelled_at"]
    assert not cancelled["license"]["renews_itself"]
    assert order_of(shop.call("PATCH", "/orders/A-2", {"action": "refund"}))["state"] == "refunded"
    refunded = order_of(shop.call("PATCH", "/orders/A-1", {"action": "refund"}))
    assert (refunded["state"], refunded["license"]["state"]) == ("refunded", "blocked")


def test_refund_of_codes_says_how_many(shop, customer):
    codes = order_of(shop.call("POST", "/orders", {"number": "C-1", "plan": "family-1y", "codes": 3}), 201)["codes"]
    services.redeem_code(user=customer, text=codes["clear"][0], at=now())
    told = order_of(shop.call("PATCH", "/orders/C-1", {"action": "refund"}))["codes"]
    assert (told["issued"], told["used"], told["revoked"], told["clear"]) == (3, 1, 2, None)


def test_each_refusal_is_a_problem(shop, customer, plan):
    trial = PlanFactory(product=plan.product, kind=Plan.Kind.TRIAL).slug
    far = PlanFactory(product=plan.product, region="americas").slug
    long_ago = days(-40).isoformat()

    def place(**facts):
        return shop.call("POST", "/orders", {**ANNA, "number": "X-1", **facts})

    def change(**facts):
        return shop.call("PATCH", "/orders/A-1", facts)

    shop.call("POST", "/orders", ANNA)
    problem(place(plan="nothing"), 422, "unknown_plan")
    problem(place(plan=trial), 422, "plan_is_trial")
    problem(place(plan=far), 409, "region")
    problem(place(email="anna"), 422, "bad_email")
    problem(place(codes=3), 422, "bad_count")
    problem(place(bought_at=long_ago), 422, "bad_bought_at")
    problem(change(action="renew", number="A-2", plan=PlanFactory().slug), 422, "other_product")
    problem(change(action="cancel"), 409, "nothing_to_cancel")
    services.block_license(license=License.objects.get(), reason="Charged back.", at=now())
    problem(change(action="renew", number="A-2"), 409, "license_blocked")
    change(action="refund")
    problem(change(action="renew", number="A-2"), 409, "order_refunded")
    problem(change(action="cancel"), 409, "order_refunded")
    waiting = {**ANNA, "number": "W-1", "email": "new@example.com"}
    shop.call("POST", "/orders", waiting)
    shop.call("PATCH", "/orders/W-1", {"action": "cancel"})
    problem(shop.call("PATCH", "/orders/W-1", {"action": "renew", "number": "W-2"}), 409, "order_cancelled")
    shop.call("POST", "/orders", {"number": "C-1", "plan": plan.slug, "codes": 1})
    problem(shop.call("PATCH", "/orders/C-1", {"action": "renew", "number": "C-2"}), 409, "not_renewable")
    assert Order.objects.count() == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"number": "A 1"},
        {"number": "A/1"},
        {"number": "A-1\n"},
        {"number": "x" * 65},
        {"plan": "ä"},
        {"codes": -1},
        {"codes": 10_001},
        {"codes": "many"},
        {"codes": "3"},
        {"codes": True},
        {"codes": None},
        {"bought_at": 1_790_000_000},
        {"bought_at": "1790000000"},
        {"bought_at": "9999-99-99T10:00:00Z"},
        {"bought_at": "2026-10-04T10:00:00"},
        {"bought_at": "soon"},
        {"language": "xx"},
        {"email": "x" * 255},
        {"price": 10},
    ],
    ids=str,
)
def test_wrong_input_is_named(shop, body):
    document = problem(shop.call("POST", "/orders", {**ANNA, **body} if body else {}), 422, "invalid_request")
    assert document["errors"][0]["field"].split(".")[0] in (body or ANNA)


@pytest.mark.parametrize("bought_at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_moment_at_the_edge_of_the_calendar_is_refused(shop, bought_at):
    problem(shop.call("POST", "/orders", {**ANNA, "bought_at": bought_at}), 422, "bad_bought_at")


@pytest.mark.parametrize(
    "body", [{}, {"action": "eat"}, {"action": "renew"}, {"action": "refund", "number": "A-2"}], ids=str
)
def test_wrong_change_is_named(shop, customer, body):
    shop.call("POST", "/orders", ANNA)
    problem(shop.call("PATCH", "/orders/A-1", body), 422, "invalid_request")
    assert Order.objects.get().state == Order.State.DELIVERED


def test_order_of_another_store_does_not_exist(shop, customer):
    shop.call("POST", "/orders", ANNA)
    other = shop_of(StoreFactory())
    problem(other.call("GET", "/orders/A-1"), 404, "not_found")
    problem(other.call("PATCH", "/orders/A-1", {"action": "refund"}), 404, "not_found")
    assert License.objects.get().blocked_at is None


def test_only_a_store_may_order(client, store, plan, customer):
    problem(client.post("/api/v1/orders", ANNA, content_type="application/json"), 401, "invalid_token")
    product = Program(customer)
    problem(product.call("POST", "/orders", ANNA), 403, "insufficient_scope")
    problem(shop_of(store, scopes=("devices",)).call("POST", "/orders", ANNA), 403, "insufficient_scope")
    problem(shop_of(store, lives=-1).call("POST", "/orders", ANNA), 401, "invalid_token")
    assert not Order.objects.exists()


def test_person_with_the_scope_is_no_store(customer, plan):
    """A client that was wrongly allowed both must not let a person order in the store’s name."""
    person = Program(customer, scopes="openid orders")
    problem(person.call("POST", "/orders", ANNA), 403, "insufficient_scope")


def test_store_is_slowed_down_and_its_neighbor_is_not(shop, store, settings):
    settings.LIMITS = {**settings.LIMITS, "orders": (2, timezone.timedelta(minutes=1))}
    for _call in range(2):
        problem(shop.call("GET", "/orders/A-1"), 404, "not_found")
    document = problem(shop.call("GET", "/orders/A-1"), 429, "slow_down")
    assert document["status"] == 429
    problem(shop_of(StoreFactory()).call("GET", "/orders/A-1"), 404, "not_found")


def test_detail_is_in_the_language_of_the_caller(shop):
    answer = shop.call("POST", "/orders", {**ANNA, "email": "anna"}, **{"Accept-Language": "de"})
    assert answer["Content-Language"] == "de"


def test_looking_takes_the_same_queries_however_much_was_sold(shop, customer, django_assert_max_num_queries):
    shop.call("POST", "/orders", ANNA)
    shop.call("POST", "/orders", {"number": "C-1", "plan": "family-1y", "codes": 50})
    LicenseFactory.create_batch(5, owner=customer)
    for number in range(2, 6):
        shop.call("PATCH", "/orders/A-1", {"action": "renew", "number": f"A-{number}"})
    for path in ("/orders/A-1", "/orders/C-1"):
        with django_assert_max_num_queries(13):
            shop.call("GET", path)

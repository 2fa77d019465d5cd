"""Rows by the hundred thousand, made by the database itself: `fill(Device, 100_000, name="'Laptop ' || n")`.

Each column is a piece of SQL over `n`, the number of the row and its primary key; a column that is not named has what
Django would give it. PostgreSQL only. What staff look for seldom stands in the oldest rows, where it is found last by
whoever reads a table from its new end.
"""

import json

from allauth.account.models import EmailAddress
from django.db import connection, models, transaction

from devices.models import Device
from licenses.models import ActivationCode, CodeBatch, Event, License, Order, Seat, SeatPool, Term
from portal.accounts.models import User
from portal.foundation.mail.models import Mail
from portal.foundation.oauth.models import SignIn
from portal.foundation.webhooks.models import Delivery, Endpoint
from tests.factories import AppFactory, PlanFactory, StoreFactory

# Rows that tests make by the way keep the numbers below.
FIRST = 1001
SEALED = f"'gAAAAA{'x' * 114}'"


def fill(model: type[models.Model], count: int, **columns: str) -> None:
    """Insert so many rows."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    named = {"id": "n", **columns}
    assert named.keys() <= fields.keys(), f"{model.__name__} has no {named.keys() - fields.keys()}"
    values = {field.column: named.get(name) or as_django_would(field) for name, field in fields.items()}
    into, what = (", ".join(part) for part in ((f'"{column}"' for column in values), values.values()))
    table, last = model._meta.db_table, FIRST + count - 1
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({into}) SELECT {what} FROM generate_series({FIRST}, {last}) AS n')  # noqa: S608


def as_django_would(field: models.Field) -> str:
    """Write the default of a column as SQL."""
    if field.null:
        return "NULL"
    if isinstance(field, models.DateTimeField):
        return "now()"
    if isinstance(field, models.BinaryField):
        return "''::bytea"
    default = field.get_default()
    if isinstance(field, models.JSONField):
        return f"'{json.dumps(default)}'"
    return str(default) if isinstance(default, int) else f"'{default}'"


@transaction.atomic
def make_customers(*, customers: int, codes: int, batches: int) -> None:
    """Fill every table that grows with customers; one half of the licenses came by a code, the other by an order.

    PostgreSQL does not look whether each row points at another one that exists: that takes longest, and they do.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")

    def rare(often: str, rare: str, every: int = 500) -> str:
        return f"CASE WHEN n < {FIRST + customers // every} THEN {rare} ELSE {often} END"

    # One each 20 seconds, but the last twentieth within seconds: "today" finds thousands at any time of the day.
    newer = f"({FIRST + customers} - n)"
    ago = f"now() - {newer} * CASE WHEN {newer} < {customers // 20} THEN interval '1 ms' ELSE interval '20 s' END"
    never = "NULL::timestamptz"
    plans = PlanFactory.create_batch(4)
    plan = f"(ARRAY{[one.pk for one in plans[1:]]})[1 + n % 3]"
    plan = rare(plan, str(plans[0].pk))
    product = rare(f"(ARRAY{[one.product_id for one in plans[1:]]})[1 + n % 3]", str(plans[0].product_id))
    pool = f"{SeatPool.objects.filter(plan=plans[1]).get().pk}"
    stores, apps = StoreFactory.create_batch(3), AppFactory.create_batch(3)
    store, app = (
        rare(f"(ARRAY{[one.pk for one in rows[1:]]})[1 + n % 2]", f"'{rows[0].pk}'") for rows in (stores, apps)
    )
    url = "https://store.example.com/hook"
    endpoints = [Endpoint.objects.create(client=one, url=f"{url}{number}") for number, one in enumerate(stores)]
    endpoint = rare(f"(ARRAY{[one.pk for one in endpoints[1:]]})[1 + n % 2]", str(endpoints[0].pk))
    email = "'customer-' || n || '@example.com'"
    key = "regexp_replace(upper(substr(md5('k' || n), 1, 12)), '(....)(....)(....)', '\\1-\\2-\\3')"

    fill(
        User,
        customers,
        email=email,
        name="(ARRAY['Anna', 'Ben', 'Cleo', 'Dora'])[1 + n % 4] || ' ' || n",
        password="'!'",
        language=rare("'en'", "'de'"),
        region=rare("'europe'", "'americas'"),
        is_active=rare("true", "false"),
        is_staff=rare("false", "true", 5000),
        date_joined=ago,
    )
    fill(
        EmailAddress,
        customers,
        user_id="n",
        email=email,
        verified=rare("true", "false"),
        primary=rare("true", "false", 5000),
    )
    fill(
        CodeBatch,
        batches,
        plan_id=plan,
        name="'Delivery ' || n",
        reference="'PO-' || n",
        created_at=f"now() - ({FIRST + batches} - n) * interval '1 hour'",
        suspended_at="CASE WHEN n % 50 = 0 THEN now() END",
    )
    fill(
        ActivationCode,
        codes,
        batch_id=f"{FIRST} + (n - {FIRST}) * {batches}::bigint / {codes}",
        digest="md5(n::text) || md5('b' || n)",
        sealed=SEALED,
        hint="upper(substr(md5('h' || n), 1, 5))",
        revoked_at=rare(never, "now()"),
        revoked_reason=rare("''", "'lost'"),
    )
    fill(
        Order,
        customers,
        client_id=store,
        number="'N-' || n",
        kind=rare("'license'", "'codes'", 50),
        email=rare(email, "''", 50),
        plan_id=plan,
        user_id="n",
        bought_at=ago,
        created_at=ago,
        delivered_at=rare(ago, never, 100),
        cancelled_at=rare(never, "now()", 250),
        refunded_at=rare(never, "now()", 500),
    )
    fill(
        License,
        customers,
        owner_id="n",
        product_id=product,
        support_key=key,
        created_at=ago,
        blocked_at=rare(never, "now()"),
    )
    fill(
        Term,
        customers,
        license_id="n",
        plan_id=plan,
        code_id="CASE WHEN n % 2 = 0 THEN n END",
        order_id="CASE WHEN n % 2 = 1 THEN n END",
        starts_at="now() - interval '30 days'",
        ends_at="now() + interval '335 days'",
    )
    fill(
        Device,
        customers,
        owner_id="n",
        machine_id="md5(n::text)",
        name="(ARRAY['Laptop', 'Desk', 'Phone'])[1 + n % 3] || ' ' || n",
        platform=rare("(ARRAY['windows', 'macos', 'android'])[1 + n % 3]", "'server'"),
        report=rare("'protected'", "'off'"),
        created_at=ago,
        last_seen_at="now()",
    )
    fill(Seat, customers, license_id="n", device_id="n", holder_id="n", pool_id=pool, number="1", connected_at=ago)
    fill(
        Event,
        customers,
        verb=rare("(ARRAY['device_connected', 'order_delivered'])[1 + n % 2]", "'license_blocked'"),
        at=ago,
        actor_id="n",
        customer_id="n",
        license_id="n",
        order_id="CASE WHEN n % 2 = 1 THEN n END",
        device_id="CASE WHEN n % 2 = 0 THEN n END",
        details="""'{"device": "Laptop", "product": "Cloud", "order": "N", "reason": "x"}'""",
    )
    fill(
        SignIn,
        customers,
        user_id="n",
        client_id=app,
        device_name="'Laptop ' || n",
        started_at=ago,
        ended_at=rare(never, "now()"),
        end=rare("''", "'closed'"),
    )
    gone = {"created_at": ago, "next_try_at": ago, "done_at": rare("now()", never), "given_up_at": rare(never, "now()")}
    fill(Mail, customers, recipients=email, subject="'Your license'", **gone)
    fill(
        Delivery,
        customers,
        endpoint_id=endpoint,
        event_id="'added-' || n",
        topic=rare("'license.added'", "'license.ended'"),
        subject=key,
        body="'{}'",
        **gone,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

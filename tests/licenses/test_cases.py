"""The 33 cases of an activation code, one row a case: what the page answers, what was used, and whether it counts."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from licenses import services
from licenses.models import ActivationCode, CodeAttempt, CodeBatch, License, Plan, Term, WaitingCode
from licenses.services.attempts import begin_attempt, end_attempt
from tests.factories import CodeBatchFactory, LicenseFactory, PlanFactory, ProductFactory, TermFactory, fresh_code

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def mistyped(code: str) -> str:
    """The code with another second symbol."""
    return code[0] + ("A" if code[1] != "A" else "B") + code[2:]


def find(code: str) -> ActivationCode:
    return services.redeem.find_code(code)


def incomplete(customer, other):
    return fresh_code()[:-1]


def bad_symbol(customer, other):
    return "U" + fresh_code()[1:]


def typo(customer, other):
    return mistyped(fresh_code())


def not_a_code(customer, other):
    return LicenseFactory(owner=customer).support_key


def unknown(customer, other):
    code = fresh_code()
    ActivationCode.objects.all().delete()
    return code


def yours_already(customer, other):
    code = fresh_code()
    services.redeem_code(user=customer, text=code, at=timezone.now())
    return code


def taken(customer, other):
    code = fresh_code()
    services.redeem_code(user=other, text=code, at=timezone.now())
    return code


def region(customer, other):
    return fresh_code(PlanFactory(region="americas"))


def too_late(customer, other):
    return fresh_code(activate_before=timezone.now() - DAY)


def term_over(customer, other):
    return fresh_code(fixed_end=timezone.now() - DAY)


def not_yet(customer, other):
    return fresh_code(starts_at=timezone.now() + DAY)


def revoked(customer, other):
    code = fresh_code()
    services.revoke_code(code=find(code), reason=ActivationCode.Reason.REFUNDED, at=timezone.now())
    return code


def suspended(customer, other):
    code = fresh_code()
    services.suspend_batch(batch=CodeBatch.objects.get(), reason="lost delivery", at=timezone.now())
    return code


def nothing_to_renew(customer, other):
    return fresh_code(renewal_only=True)


def trial_used(customer, other):
    trial = PlanFactory(kind=Plan.Kind.TRIAL)
    license = LicenseFactory(owner=customer, product=trial.product, terms=[])
    TermFactory(license=license, plan=trial, starts_at=timezone.now() - 90 * DAY, ends_at=timezone.now() - 60 * DAY)
    return fresh_code(trial)


def trial_pointless(customer, other):
    paid = PlanFactory()
    services.redeem_code(user=customer, text=fresh_code(paid), at=timezone.now())
    return fresh_code(PlanFactory(kind=Plan.Kind.TRIAL, product=paid.product))


def account_full(customer, other):
    for _number in range(settings.CODE_LIMITS["licenses_per_account"]):
        LicenseFactory(owner=customer, terms=[])
    return fresh_code()


REFUSALS = [
    # case, code, what stands in the message, whether it is counted
    (1, incomplete, "incomplete", "This code has 24 characters; a full code has 25.", False),
    (2, bad_symbol, "bad_symbol", "No code has the character U.", False),
    (3, typo, "typo", "There is a typing mistake in group 1.", False),
    (4, not_a_code, "not_a_code", "This looks like a license, support or order number.", False),
    (5, unknown, "unknown", "We don’t know this code.", True),
    (6, yours_already, "yours_already", "You have added this code already, for", False),
    (7, taken, "taken", "This code belongs to another account.", True),
    (8, region, "region", "is meant for North and South America, and your account for Europe", False),
    (9, too_late, "too_late", "could be added until", False),
    (10, term_over, "term_over", "The time of this code ended on", False),
    (12, not_yet, "not_yet", "This code starts on", False),
    (13, revoked, "revoked", "This code was withdrawn. The purchase was refunded.", False),
    (14, suspended, "suspended", "This code is on hold.", False),
    (19, nothing_to_renew, "nothing_to_renew", "This code renews", False),
    (21, trial_used, "trial_used", "You tried this product already", False),
    (22, trial_pointless, "trial_pointless", "a trial would change nothing", False),
    (27, account_full, "account_full", "the most it can", False),
]


@pytest.mark.parametrize(
    ("case", "prepare", "code", "words", "counted"), REFUSALS, ids=[f"case {row[0]}: {row[2]}" for row in REFUSALS]
)
def test_refusal_names_cause_and_uses_nothing(customer, other_customer, case, prepare, code, words, counted):
    text = prepare(customer, other_customer)
    before = set(Term.objects.values_list("pk", "code", "license__owner"))
    with pytest.raises(ValidationError) as refusal:
        services.submit_code(user=customer, text=text, at=timezone.now())
    assert refusal.value.code == code
    assert words in refusal.value.messages[0]
    assert set(Term.objects.values_list("pk", "code", "license__owner")) == before
    assert CodeAttempt.objects.get().counted is counted


@pytest.mark.parametrize("case", [7], ids=["case 7: taken"])
def test_taken_never_says_whose(customer, other_customer, case):
    with pytest.raises(ValidationError) as refusal:
        services.submit_code(user=customer, text=taken(customer, other_customer), at=timezone.now())
    assert other_customer.email not in refusal.value.messages[0]


SIDE_BY_SIDE = [15, 16, 17, 18, 20, 23, 24, 26]


def own_before(case, customer) -> tuple[Plan, dict]:
    """Give the customer what the case says they have; return the plan and the rules of the code they add."""
    product = ProductFactory()
    paid, other = PlanFactory(product=product), PlanFactory(product=product)
    kinds = {23: Plan.Kind.TRIAL, 26: Plan.Kind.SUBSCRIPTION}
    owned = PlanFactory(product=product, kind=kinds.get(case, Plan.Kind.COMMERCIAL))
    for _license in range({18: 2, 24: 0}.get(case, 1)):
        license = services.redeem_code(
            user=customer, text=fresh_code(owned if case in kinds else paid), at=timezone.now()
        )
    if case == 20:
        end = license.terms.get().ends_at
        TermFactory(license=license, plan=paid, starts_at=end, ends_at=end + 365 * DAY)
    return (other if case == 16 else paid), {"renewal_only": case in (17, 18)}


@pytest.mark.parametrize("case", SIDE_BY_SIDE, ids=[f"case {case}" for case in SIDE_BY_SIDE])
def test_code_with_a_choice_is_added_side_by_side(customer, case):
    plan, rules = own_before(case, customer)
    before = list(Term.objects.values_list("pk", "starts_at", "ends_at", "license"))
    code = fresh_code(plan, **rules)
    if case == 24:
        services.withdraw_from_sale(row=plan.product, at=timezone.now())
    license = services.submit_code(user=customer, text=code, at=timezone.now())
    assert license.terms.get().plan == plan
    assert list(Term.objects.exclude(license=license).values_list("pk", "starts_at", "ends_at", "license")) == before
    assert not CodeAttempt.objects.get().counted


def test_page_says_that_a_second_license_runs_beside(client_of, customer):  # cases 15 to 18
    plan = PlanFactory()
    services.redeem_code(user=customer, text=fresh_code(plan), at=timezone.now())
    page = client_of(customer).post(reverse("licenses:add"), {"code": fresh_code(plan)}, follow=True)
    assert "This license was added beside it" in page.content.decode()


def test_fixed_end_shortens_the_term(client_of, customer):  # case 11
    end = timezone.now() + 30 * DAY
    page = client_of(customer).post(reverse("licenses:add"), {"code": fresh_code(fixed_end=end)}, follow=True)
    assert License.objects.get().terms.get().ends_at == end
    assert "Licenses of this offer end on" in page.content.decode()


def test_smaller_plan_leaves_devices_where_they_are(customer):  # case 25
    big = LicenseFactory(owner=customer)
    services.redeem_code(user=customer, text=fresh_code(PlanFactory(product=big.product, seats=1)), at=timezone.now())
    assert big.terms.count() == 1


def test_visitors_code_waits_until_it_can_be_added(client, customer):  # case 28
    code = fresh_code()
    client.post(reverse("licenses:add"), {"code": code})
    assert code.replace("-", "") not in str(dict(client.session))
    services.move_waiting_code(session=client.session, user=customer, at=timezone.now())
    assert License.objects.count() == 0
    services.add_waiting_code(user=customer, at=timezone.now())
    assert License.objects.get().owner == customer
    assert not WaitingCode.objects.exists()


def test_sixth_mistake_has_to_wait(customer):  # case 29
    code = fresh_code()
    for _try in range(settings.CODE_LIMITS["counted_per_account"]):
        with pytest.raises(ValidationError):
            services.submit_code(user=customer, text=unknown(customer, None), at=timezone.now())
    good = fresh_code()
    with pytest.raises(ValidationError) as refusal:
        services.submit_code(user=customer, text=good, at=timezone.now())
    assert refusal.value.code == "slow_down"
    assert "You can try again in 15 minutes" in refusal.value.messages[0]
    assert not Term.objects.exists()
    assert code


def test_pressed_twice_makes_one_license(customer):  # case 30
    code = fresh_code()
    services.submit_code(user=customer, text=code, at=timezone.now())
    with pytest.raises(ValidationError) as refusal:
        services.submit_code(user=customer, text=code, at=timezone.now())
    assert refusal.value.code == "yours_already"
    assert License.objects.count() == 1


def test_later_account_is_told_that_it_is_taken(customer, other_customer):  # case 31
    code = fresh_code()
    services.submit_code(user=customer, text=code, at=timezone.now())
    with pytest.raises(ValidationError) as refusal:
        services.submit_code(user=other_customer, text=code, at=timezone.now())
    assert refusal.value.code == "taken"
    assert License.objects.get().owner == customer


@pytest.mark.parametrize("statement", ['INSERT INTO "licenses_term"', 'UPDATE "licenses_codeattempt"'])
def test_database_that_fails_uses_nothing(customer, statement):  # case 32
    code = fresh_code()

    def fail(execute, sql, params, many, context):
        if sql.startswith(statement):
            raise OperationalError("connection lost")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(ValidationError) as refusal:
        services.submit_code(user=customer, text=code, at=timezone.now())
    assert refusal.value.code == "not_used"
    assert "Your code was not used; try again." in refusal.value.messages[0]
    assert not License.objects.exists()
    assert services.submit_code(user=customer, text=code, at=timezone.now())


def test_blocked_license_says_why(client_of, customer):  # case 33
    license = services.submit_code(user=customer, text=fresh_code(), at=timezone.now())
    services.block_license(license=license, reason="The payment was charged back.", at=timezone.now())
    page = client_of(customer).get(license.get_absolute_url()).content.decode()
    assert "This license is blocked" in page
    assert "The payment was charged back." in page


def with_imported_codes(**facts):
    """Let codes of 20 characters be known, as those of another maker are."""
    services.import_codes(
        batch=CodeBatchFactory.build(plan=PlanFactory(), groups=4, **{"has_checks": False, **facts}),
        texts=["abcde-fghjk-mnpqr-stvwx"],
        at=timezone.now(),
    )


def refused_by_form(customer, text):
    with pytest.raises(ValidationError) as refusal:
        services.submit_code(user=customer, text=text, at=timezone.now())
    return refusal.value


def test_code_that_was_cut_off_is_incomplete_also_where_short_ones_exist(customer):  # case 1
    with_imported_codes()
    refusal = refused_by_form(customer, fresh_code()[:23])
    assert refusal.code == "incomplete"
    assert "This code has 20 characters; a full code has 25." in refusal.messages[0]
    assert not CodeAttempt.objects.get().counted


def test_visitor_hears_that_a_code_was_cut_off(client):  # case 1
    with_imported_codes()
    page = client.post(reverse("licenses:add"), {"code": fresh_code()[:23]}).content.decode()
    assert "This code has 20 characters" in page


def test_short_code_without_our_checks_is_unknown_and_counted(customer):  # case 5
    with_imported_codes()
    swapped = fresh_code()[:23].split("-")
    assert refused_by_form(customer, "-".join(reversed(swapped))).code == "unknown"
    assert CodeAttempt.objects.get().counted


def test_short_code_is_a_guess_where_short_ones_have_our_checks(customer):  # case 5
    with_imported_codes(has_checks=True)
    assert refused_by_form(customer, fresh_code()[:23]).code == "unknown"


@pytest.mark.parametrize("number", ["A-1001", "C-000123", "#WEB-2026-11873"])
def test_number_of_an_order_or_a_case_shows_where_the_code_is_found(client_of, customer, number):  # case 4
    page = client_of(customer).post(reverse("licenses:add"), {"code": number}).content.decode()
    assert "This looks like a license, support or order number." in page
    assert '<details class="more" open>' in page


@pytest.mark.parametrize(
    ("kind", "ends", "blocked", "renewable"),
    [
        (Plan.Kind.TRIAL, -1, False, False),
        (Plan.Kind.TRIAL, 1, False, True),
        (Plan.Kind.COMMERCIAL, 1, True, False),
        (Plan.Kind.COMMERCIAL, -1, True, False),
        (Plan.Kind.COMMERCIAL, -1, False, True),
        (Plan.Kind.SUBSCRIPTION, -1, False, True),
    ],
)
def test_what_can_be_renewed(customer, kind, ends, blocked, renewable):  # case 19
    now = timezone.now()
    plan = PlanFactory(kind=kind)
    license = LicenseFactory(owner=customer, product=plan.product, terms=[], blocked_at=now if blocked else None)
    TermFactory(license=license, plan=plan, starts_at=now - 30 * DAY, ends_at=now + ends * DAY)
    code = fresh_code(PlanFactory(product=plan.product), renewal_only=True)
    if renewable:
        assert services.submit_code(user=customer, text=code, at=timezone.now())
    else:
        assert refused_by_form(customer, code).code == "nothing_to_renew"


def test_every_case_of_the_table_has_a_row():
    here = {row[0] for row in REFUSALS} | set(SIDE_BY_SIDE) | {11, 25, 28, 29, 30, 31, 32, 33}
    assert here == set(range(1, 34))


def test_legacy_code_without_checks_is_accepted(customer):
    batch = CodeBatchFactory.build(plan=PlanFactory(), groups=4, has_checks=False)
    services.import_codes(batch=batch, texts=["abcde-fghjk-mnpqr-stvwx"], at=timezone.now())
    assert services.submit_code(user=customer, text="ABCDE FGHJK MNPQR STVWX", at=timezone.now())


def test_attempt_without_an_answer_counts_while_it_may_still_come(customer):
    limit = settings.CODE_LIMITS["counted_per_account"]
    attempts = [begin_attempt(user=customer, address=None, at=timezone.now()) for _try in range(limit)]
    with pytest.raises(ValidationError) as refusal:
        begin_attempt(user=customer, address=None, at=timezone.now())
    assert refusal.value.code == "slow_down"
    end_attempt(attempt=attempts[0], refusal="", at=timezone.now())
    assert begin_attempt(user=customer, address=None, at=timezone.now())

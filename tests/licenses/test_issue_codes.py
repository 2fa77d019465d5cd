"""Fresh codes by command, and keys that change while codes stay good."""

import csv
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from licenses import services, spelling
from licenses.models import ActivationCode, CodeBatch, Event
from tests.factories import CodeBatchFactory, PlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return PlanFactory(slug="security-cloud-personal-3-1y")


def test_command_prints_codes_one_a_line_and_nothing_else(plan, capsys):
    call_command("issue_codes", plan=plan.slug, count=3)
    lines = capsys.readouterr().out.splitlines()
    assert len(set(lines)) == 3
    assert {services.redeem.find_code(line).batch.plan for line in lines} == {plan}


def test_command_prints_csv(plan, capsys):
    call_command("issue_codes", plan=plan.slug, count=2, format="csv")
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["plan"] for row in rows] == [plan.slug] * 2


@pytest.mark.parametrize("count", [1, 3])
def test_command_prints_json(plan, capsys, count):
    call_command("issue_codes", plan=plan.slug, count=count, format="json")
    assert len({row["code"] for row in json.loads(capsys.readouterr().out)}) == count


def test_command_names_the_plans_when_there_is_no_such_plan(plan):
    with pytest.raises(CommandError, match=plan.slug):
        call_command("issue_codes", plan="nonsense", count=1)


def test_less_than_one_code_is_refused(plan):
    with pytest.raises(CommandError, match="at least one"):
        call_command("issue_codes", plan=plan.slug, count=0)
    assert not CodeBatch.objects.exists()


def test_issuing_is_recorded_with_who_and_how_many(plan, staff):
    services.issue_codes(plan=plan, count=4, actor=staff, at=now())
    event = Event.objects.get()
    assert (event.actor, event.details) == (staff, {"count": 4})


def test_event_and_codes_are_stored_when_the_service_returns(plan):
    issue = services.issue_codes(plan=plan, count=3, at=now())
    assert issue.batch.codes.count() == len(issue.codes) == Event.objects.get().details["count"] == 3


def test_a_failure_in_the_middle_stores_nothing_and_says_nothing(plan, monkeypatch):
    monkeypatch.setattr("licenses.services.codes.AT_ONCE", 2)

    def stop(_count):
        raise RuntimeError("the power fails after the first chunk")

    with pytest.raises(RuntimeError):
        services.issue_codes(plan=plan, count=3, progress=stop, at=now())
    assert [rows.objects.count() for rows in (CodeBatch, ActivationCode, Event)] == [0, 0, 0]


def test_database_holds_no_code_in_clear(plan):
    code = services.issue_codes(plan=plan, count=1, at=now()).codes[0]
    row = ActivationCode.objects.values_list("digest", "sealed", "hint").get()
    assert row[2] == code[-5:]
    assert all(code[:23] not in value and spelling.normalize(code)[:20] not in value for value in row)


def test_many_codes_are_made_chunk_by_chunk(plan, monkeypatch):
    monkeypatch.setattr("licenses.services.codes.AT_ONCE", 5)
    made = services.issue_codes(plan=plan, count=23, at=now()).codes
    assert len(set(made)) == ActivationCode.objects.count() == 23
    assert services.redeem.find_code(made[-1])


@pytest.mark.parametrize(
    "texts", [["ABCDE-FGHJK-MNPQR-STVWX", "abcdefghjkmnpqrstvwx"], ["ABCDE"], ["ABCDE-FGHJK-MNPQR-STVW7"] * 2]
)
def test_import_is_whole_or_nothing(plan, texts):
    batch = CodeBatchFactory.build(plan=plan, groups=4, has_checks=False)
    with pytest.raises(ValidationError) as refusal:
        services.import_codes(batch=batch, texts=texts, at=now())
    assert refusal.value.code == "bad_import"
    assert not ActivationCode.objects.exists()


def test_import_of_a_known_code_stores_nothing(plan):
    texts = ["ABCDE-FGHJK-MNPQR-STVWX"]
    services.import_codes(batch=CodeBatchFactory.build(plan=plan, groups=4, has_checks=False), texts=texts, at=now())
    with pytest.raises(ValidationError):
        services.import_codes(
            batch=CodeBatchFactory.build(plan=plan, groups=4, has_checks=False),
            texts=["00000" * 4, *texts],
            at=now(),
        )
    assert ActivationCode.objects.count() == 1


def test_codes_survive_a_rotation_of_both_keys(plan, customer, settings):
    unused, used, waiting = services.issue_codes(plan=plan, count=3, at=now()).codes
    services.redeem_code(user=customer, text=used, at=now())
    services.keep_code(user=customer, text=waiting, at=now())
    new = {"CODE_DIGEST_KEYS": "new-digest-" + "n" * 40, "CODE_SEAL_KEYS": "new-seal-" + "n" * 40}
    for name, key in new.items():
        setattr(settings, name, [key, *getattr(settings, name)])
    call_command("rotate_code_keys")
    for name, key in new.items():
        setattr(settings, name, [key])
    assert services.redeem_code(user=customer, text=unused, at=now())
    assert services.add_waiting_code(user=customer, at=now())
    with pytest.raises(ValidationError) as refusal:
        services.redeem_code(user=customer, text=used, at=now())
    assert refusal.value.code == "yours_already"


def test_rotation_without_the_old_key_stops_and_says_so(plan, settings):
    services.issue_codes(plan=plan, count=1, at=now())
    settings.CODE_SEAL_KEYS = ["new-seal-" + "n" * 40]
    with pytest.raises(CommandError, match="sealed with a key that is not configured"):
        call_command("rotate_code_keys")

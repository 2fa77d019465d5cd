"""Issue, import, suspend and revoke activation codes; the clear text passes through and is never stored."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from licenses import code_keys, spelling
from licenses.models import ActivationCode, CodeBatch, Event, Plan
from licenses.refusals import staff as refusals

from .catalog import refuse_withdrawn
from .events import record_event

AT_ONCE = 50_000
# Many rows of one table: bulk_create takes four times as long, most of it for what is the same in each row.
COPY = "COPY licenses_activationcode (digest, sealed, hint, batch_id, revoked_reason) FROM STDIN"
INSERT = """
INSERT INTO licenses_activationcode (digest, sealed, hint, batch_id, revoked_reason) VALUES (%s, %s, %s, %s, %s)
"""


class Issue(NamedTuple):
    """A batch that is stored, and its codes in clear, spelled with hyphens."""

    batch: CodeBatch
    codes: list[str]


def issue_codes(
    *,
    plan: Plan,
    count: int,
    at: datetime,
    actor=None,
    progress: Callable[[int], object] | None = None,
    **batch_rules,
) -> Issue:
    """Make a batch of fresh codes. When this returns, batch, codes and event are stored; if it fails, none of them.

    `batch_rules` are fields of `CodeBatch`; `progress` hears of each chunk how many codes it has. Raises `bad_count`
    for less than one code, and `plan_withdrawn`.
    """
    if count < 1:
        raise refusals.NoCodes()
    if "order" not in batch_rules:  # an order was bought when the plan was sold
        refuse_withdrawn(plan, at)
    batch = CodeBatch(plan=plan, created_by=actor, created_at=at, **batch_rules)
    batch.full_clean(exclude=["created_by", "form_key"])
    fresh: list[str] = []
    with transaction.atomic():
        batch.save()
        for chunk in fresh_chunks(count):
            fresh += store_chunk(batch, chunk)
            if progress:
                progress(len(chunk))
        record_event(Event.Verb.CODES_ISSUED, actor=actor, batch=batch, details={"count": len(fresh)}, at=at)
    return Issue(batch, fresh)


def issue_codes_once(*, form_key: UUID, **asked) -> tuple[CodeBatch, bool]:
    """As `issue_codes`, for a form that may be sent twice: return its one batch, and whether it was made just now."""
    try:
        return issue_codes(form_key=form_key, **asked).batch, True
    except IntegrityError:
        earlier = CodeBatch.objects.filter(form_key=form_key).first()
        if earlier is None:
            raise
        return earlier, False


@transaction.atomic
def fetch_codes(*, batch: CodeBatch, actor, at: datetime) -> list[str]:
    """Return the codes of a batch in clear, but for revoked ones, to the person who issued them, and record it.

    Raises `not_yours` for everybody else, `too_late` after an hour: then nobody reads them again.
    """
    if batch.created_by_id is None or batch.created_by_id != actor.pk:
        raise refusals.NotYours()
    if at >= batch.fetched_until:
        raise refusals.FetchedTooLate(date=batch.fetched_until, reader=actor)
    rows = batch.codes.filter(revoked_at__isnull=True).order_by("pk")
    record_event(Event.Verb.CODES_FETCHED, actor=actor, batch=batch, at=at)
    return [spelling.display(unsealed(row)) for row in rows]


def import_codes(*, batch: CodeBatch, texts: Iterable[str], at: datetime, actor=None) -> int:
    """Store codes of another maker under a batch that says how they look; return how many.

    Raises `bad_import` and stores nothing when a code is unreadable, twice in the list, or known already.
    """
    spelled = [spelling.normalize(text) for text in texts]
    length = batch.groups * spelling.GROUP
    wrong = next((number for number, code in enumerate(spelled, 1) if len(code) != length), None)
    if wrong or len(set(spelled)) != len(spelled):
        detail = _("line %(line)s has another length") if wrong else _("a code stands there twice")
        raise refusals.BadImport(detail=detail, line=wrong)
    try:
        with transaction.atomic():
            batch.save()
            stored = sum(len(store_chunk(batch, chunk)) for chunk in chunks_of(map(code_keys.make, spelled)))
            record_event(Event.Verb.CODES_ISSUED, actor=actor, batch=batch, details={"count": stored}, at=at)
    except IntegrityError as error:
        raise refusals.BadImport(detail=_("a code is known already")) from error
    return stored


def chunks_of(made: Iterable[code_keys.Made]) -> Iterator[list[code_keys.Made]]:
    made = iter(made)
    while chunk := list(islice(made, AT_ONCE)):
        yield chunk


def fresh_chunks(count: int) -> Iterator[list[code_keys.Made]]:
    for start in range(0, count, AT_ONCE):
        yield code_keys.make_fresh(min(AT_ONCE, count - start))


def store_chunk(batch: CodeBatch, chunk: list[code_keys.Made]) -> list[str]:
    """Store codes, and return them spelled with hyphens."""
    rows = sorted((made.digest, made.sealed, made.code[-spelling.GROUP :], batch.pk, "") for made in chunk)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(COPY) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(INSERT, rows)
    return [spelling.display(made.code) for made in chunk]


@transaction.atomic
def suspend_batch(*, batch: CodeBatch, reason: str, at: datetime, actor=None) -> CodeBatch:
    """Put all unused codes of a batch on hold; licenses that run already go on."""
    batch = CodeBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.suspended_at is None:
        batch.suspended_at, batch.suspended_reason = at, reason
        batch.save(update_fields=["suspended_at", "suspended_reason"])
        record_event(Event.Verb.BATCH_SUSPENDED, actor=actor, batch=batch, details={"reason": reason}, at=at)
    return batch


@transaction.atomic
def resume_batch(*, batch: CodeBatch, at: datetime, actor=None) -> CodeBatch:
    """Let the codes of a suspended batch be used again."""
    batch = CodeBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.suspended_at:
        batch.suspended_at, batch.suspended_reason = None, ""
        batch.save(update_fields=["suspended_at", "suspended_reason"])
        record_event(Event.Verb.BATCH_RESUMED, actor=actor, batch=batch, at=at)
    return batch


@transaction.atomic
def revoke_code(*, code: ActivationCode, reason: ActivationCode.Reason, at: datetime, actor=None) -> ActivationCode:
    """Make an unused code useless for ever. Raises `redeemed`: then the license is what must be blocked."""
    code = ActivationCode.objects.select_for_update(no_key=True).get(pk=code.pk)
    if hasattr(code, "term"):
        raise refusals.Redeemed(license=code.term.license)
    if code.revoked_at is None:
        code.revoked_at, code.revoked_reason = at, reason
        code.save(update_fields=["revoked_at", "revoked_reason"])
        details = {"reason": str(ActivationCode.Reason(reason).label)}
        record_event(Event.Verb.CODE_REVOKED, actor=actor, code=code, batch=code.batch, details=details, at=at)
    return code


def rotate_keys() -> int:
    """Bring every code under the current keys, a few thousand at a time; return how many changed.

    Raises `unreadable` when a code was sealed with a key that is no longer configured.
    """
    changed, last = 0, 0
    while rows := list(ActivationCode.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for row in rows:
            text = unsealed(row)
            row.digest, row.sealed = code_keys.digest(text), code_keys.seal(text)
        with transaction.atomic():
            ActivationCode.objects.bulk_update(rows, ["digest", "sealed"])
        changed, last = changed + len(rows), rows[-1].pk
    return changed


def unsealed(row: ActivationCode) -> str:
    """Return a code in clear. Raises `unreadable` when it was sealed with a key that is no longer configured."""
    text = code_keys.unseal(row.sealed)
    if text is None:
        raise refusals.Unreadable(row=row)
    return text

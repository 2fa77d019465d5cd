"""Change many rows in short transactions, so that nobody waits for them."""

from collections.abc import Iterator

from django.db.models import QuerySet

BATCH = 1000


def in_batches(rows: QuerySet) -> Iterator[list]:
    """Yield the keys of these rows, a batch at a time; each batch is looked for behind the one before."""
    left = rows.order_by("pk")
    while keys := list(left.values_list("pk", flat=True)[:BATCH]):
        yield keys
        left = rows.order_by("pk").filter(pk__gt=keys[-1])


def delete_in_batches(rows: QuerySet) -> int:
    """Delete these rows, each batch in a transaction of its own; return how many they were."""
    gone = 0
    for keys in in_batches(rows):
        rows.model._base_manager.filter(pk__in=keys).delete()
        gone += len(keys)
    return gone

"""Jobs that wait in a table, each in the hand of one worker at a time; and when periodic work is due."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_ERROR = 300
WAITS = Q(done_at__isnull=True, given_up_at__isnull=True)


def due_index(*line: str) -> models.Index:
    """Return the index by which a worker finds its next job; if jobs wait in lines, by the column of these first."""
    return models.Index(fields=[*line, "next_try_at", "id"], condition=WAITS, name="%(class)s_due")


class JobQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Jobs that are neither done nor given up."""
        return self.filter(WAITS)

    def due(self, at: datetime) -> Self:
        """Jobs to try at this moment, oldest first."""
        return self.waiting().filter(next_try_at__lte=at).order_by("next_try_at", "pk")

    def next_due(self, at: datetime) -> Self:
        """Due jobs, of which the first is taken next; where jobs wait in several lines, only the heads of these."""
        return self.due(at)


class Job(models.Model):
    """Something to do once, outside of the database. A model that inherits this says what, and how patiently."""

    # While a worker has a job in hand, no other takes it; if that worker dies, it is due again after this time.
    IN_HAND: ClassVar = timedelta(minutes=10)
    FIRST_WAIT: ClassVar = timedelta(seconds=30)
    LONGEST_WAIT: ClassVar = timedelta(hours=1)
    GIVE_UP_AFTER: ClassVar = timedelta(days=3)
    KEPT_FOR: ClassVar = timedelta(days=30)

    created_at = models.DateTimeField(_("written"), default=timezone.now)
    tried_since = models.DateTimeField(_("tried since"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=LONGEST_ERROR, blank=True)
    done_at = models.DateTimeField(_("done"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(given_up_at__isnull=True), name="done_%(class)s_is_not_given_up"
            )
        ]
        indexes = [
            models.Index(fields=["created_at"], name="%(class)s_by_date"),
            # Pruning looks for old ones among many that are gone.
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="%(class)s_done"),
            models.Index(fields=["given_up_at"], condition=Q(given_up_at__isnull=False), name="%(class)s_given_up"),
        ]

    @property
    def is_waiting(self) -> bool:
        return self.done_at is None and self.given_up_at is None


class PeriodicRun(models.Model):
    """When a piece of periodic work is due: who moves the moment on does it, so that of several workers one does."""

    name = models.CharField(_("work"), max_length=60, primary_key=True)
    next_run_at = models.DateTimeField(_("next run"))

    class Meta:
        verbose_name = _("periodic work")
        verbose_name_plural = _("periodic work")

    def __str__(self) -> str:
        return self.name

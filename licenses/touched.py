"""Whom a change of a product or a plan touches: said before it happens."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.utils.translation import ngettext

from licenses.models import ActivationCode, License, Plan, Product, Seat, Term
from portal.ui.words import number


class Touched(NamedTuple):
    """How many licenses run with it now, how many devices they protect, how many of its codes may still be added."""

    licenses: int
    devices: int
    codes: int

    def __str__(self) -> str:
        licenses = ngettext("%(number)s license", "%(number)s licenses", self.licenses)
        devices = ngettext("%(number)s device", "%(number)s devices", self.devices)
        codes = ngettext("%(number)s unused code", "%(number)s unused codes", self.codes)
        return ", ".join(
            text % {"number": number(count)} for text, count in zip((licenses, devices, codes), self, strict=True)
        )


def touched_by(row: Product | Plan, at: datetime) -> Touched:
    codes = ActivationCode.objects.unused()
    if isinstance(row, Product):
        licenses = License.objects.filter(product=row).active_at(at)
        codes = codes.filter(batch__plan__product=row)
    else:
        running = Term.objects.filter(license=OuterRef("pk"), plan=row).active_at(at)
        licenses = License.objects.filter(Exists(running), blocked_at__isnull=True)
        codes = codes.filter(batch__plan=row)
    devices = Seat.objects.held().filter(license__in=licenses).values("device").distinct()
    return Touched(licenses.count(), devices.count(), codes.count())

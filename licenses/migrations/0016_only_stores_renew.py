"""What nobody bills again does not renew by itself, and what renews was not cancelled.

A subscription from a code was said to renew; a renewal left the date of the cancelling before it.
"""

from django.db import migrations
from django.db.models import OuterRef, Q, Subquery


def tell_the_truth(apps, schema_editor):
    database = schema_editor.connection.alias
    licenses = apps.get_model("licenses", "License").objects.using(database).filter(renews_itself=True)
    sold = apps.get_model("licenses", "Term").objects.using(database).filter(order__isnull=False)
    newest = sold.filter(license=OuterRef("pk")).order_by("-starts_at")
    kinds = licenses.annotate(
        kind=Subquery(newest.values("plan__kind")[:1]), refunded=Subquery(newest.values("order__refunded_at")[:1])
    )
    billed = kinds.filter(kind="subscription", refunded__isnull=True).values_list("pk", flat=True)
    licenses.exclude(pk__in=list(billed)).update(renews_itself=False)
    firsts = sold.filter(license__renews_itself=True).values_list("order", flat=True)
    orders = apps.get_model("licenses", "Order").objects.using(database)
    orders.filter(Q(pk__in=firsts) | Q(renews__in=firsts), delivered_at__isnull=False).update(cancelled_at=None)


class Migration(migrations.Migration):
    dependencies = [("licenses", "0015_password_set")]
    operations = [migrations.RunPython(tell_the_truth, migrations.RunPython.noop)]

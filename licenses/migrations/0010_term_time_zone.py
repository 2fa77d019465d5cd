"""Each term says whose days it counts; those that are there count the days of where their owner lives now."""

from importlib import import_module

from django.conf import settings
from django.db import migrations, models


def take_from_owner(apps, schema_editor):
    terms = apps.get_model("licenses", "Term").objects.using(schema_editor.connection.alias)
    owners = terms.filter(pk=models.OuterRef("pk")).values("license__owner__time_zone")
    terms.update(time_zone=models.Subquery(owners))


def forbid_again(apps, schema_editor):
    """SQLite rebuilds the table for a new column, and drops the trigger with it."""
    if schema_editor.connection.vendor == "sqlite":
        written_once = import_module("licenses.migrations.0009_events_are_written_once")
        trigger = next(text for text in written_once.FORBID["sqlite"] if "used_code_stays_used" in text)
        schema_editor.execute("DROP TRIGGER IF EXISTS used_code_stays_used")
        schema_editor.execute(trigger, params=None)


class Migration(migrations.Migration):
    dependencies = [("licenses", "0009_events_are_written_once"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, forbid_again),
        migrations.AddField(
            model_name="term",
            name="time_zone",
            field=models.CharField(blank=True, default="", editable=False, max_length=64, verbose_name="time zone"),
            preserve_default=False,
        ),
        migrations.RunPython(take_from_owner, migrations.RunPython.noop),
        migrations.RunPython(forbid_again, migrations.RunPython.noop),
    ]

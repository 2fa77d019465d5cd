"""Each term says whose days it counts; those that are there count the days of where their owner lives now."""

from django.conf import settings
from django.db import migrations, models


def take_from_owner(apps, schema_editor):
    terms = apps.get_model("licenses", "Term").objects.using(schema_editor.connection.alias)
    owners = terms.filter(pk=models.OuterRef("pk")).values("license__owner__time_zone")
    terms.update(time_zone=models.Subquery(owners))


class Migration(migrations.Migration):
    dependencies = [("licenses", "0009_events_are_written_once"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField(
            model_name="term",
            name="time_zone",
            field=models.CharField(blank=True, default="", editable=False, max_length=64, verbose_name="time zone"),
            preserve_default=False,
        ),
        migrations.RunPython(take_from_owner, migrations.RunPython.noop),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("licenses", "0002_lists_of_staff")]

    operations = [
        migrations.RemoveIndex("term", "ends_to_note"),
        migrations.RenameField("term", "end_noted_at", "expiry_announced_at"),
        migrations.AddIndex(
            "term",
            models.Index(
                condition=models.Q(("expiry_announced_at__isnull", True)), fields=["ends_at"], name="expiries_to_announce"
            ),
        ),
    ]

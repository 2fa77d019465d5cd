"""The same constraint, the machine first: its index is how `connect` finds a machine in all accounts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="device", name="machine_is_one_device_an_account"),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                fields=("machine_id", "owner"),
                name="machine_is_one_device_an_account",
                violation_error_message="This machine is a device of the account already.",
            ),
        ),
    ]

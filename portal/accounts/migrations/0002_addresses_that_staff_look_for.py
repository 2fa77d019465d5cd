"""The few addresses that are not verified, or not those of a sign-in, in a table that is allauth's."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX addresses_not_verified ON account_emailaddress (id) WHERE NOT verified",
            "DROP INDEX addresses_not_verified",
        ),
        migrations.RunSQL(
            'CREATE INDEX addresses_not_primary ON account_emailaddress (id) WHERE NOT "primary"',
            "DROP INDEX addresses_not_primary",
        ),
    ]

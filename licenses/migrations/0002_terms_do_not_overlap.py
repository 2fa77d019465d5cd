"""On PostgreSQL the database itself refuses overlapping terms of a license; SQLite has no such constraint,
there the lock on the license guards the rule."""

from django.db import migrations

FORBID = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE licenses_term ADD CONSTRAINT terms_do_not_overlap
    EXCLUDE USING gist (license_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
"""
ALLOW = "ALTER TABLE licenses_term DROP CONSTRAINT terms_do_not_overlap;"


def run_on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("licenses", "0001_initial")]
    operations = [migrations.RunPython(run_on_postgresql(FORBID), run_on_postgresql(ALLOW))]

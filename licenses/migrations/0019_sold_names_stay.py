"""On PostgreSQL the database itself keeps the short names by which devices and stores know what was sold."""

from django.db import migrations

FORBID = """
CREATE FUNCTION licenses_sold_name_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sold boolean;
BEGIN
    IF TG_TABLE_NAME = 'licenses_product' THEN
        SELECT EXISTS (SELECT 1 FROM licenses_license WHERE product_id = OLD.id)
            OR EXISTS (SELECT 1 FROM licenses_codebatch b JOIN licenses_plan p ON p.id = b.plan_id WHERE p.product_id = OLD.id)
            OR EXISTS (SELECT 1 FROM licenses_order o JOIN licenses_plan p ON p.id = o.plan_id WHERE p.product_id = OLD.id)
            INTO sold;
    ELSE
        SELECT EXISTS (SELECT 1 FROM licenses_term WHERE plan_id = OLD.id)
            OR EXISTS (SELECT 1 FROM licenses_codebatch WHERE plan_id = OLD.id)
            OR EXISTS (SELECT 1 FROM licenses_order WHERE plan_id = OLD.id)
            INTO sold;
    END IF;
    IF sold THEN RAISE EXCEPTION 'sold_name_stays' USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sold_name_stays BEFORE UPDATE ON licenses_product
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION licenses_sold_name_stays();
CREATE TRIGGER sold_name_stays BEFORE UPDATE ON licenses_plan
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION licenses_sold_name_stays();
"""
ALLOW = """
DROP TRIGGER sold_name_stays ON licenses_product;
DROP TRIGGER sold_name_stays ON licenses_plan;
DROP FUNCTION licenses_sold_name_stays();
"""


def run_on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("licenses", "0018_plans_are_withdrawn")]
    operations = [migrations.RunPython(run_on_postgresql(FORBID), run_on_postgresql(ALLOW))]

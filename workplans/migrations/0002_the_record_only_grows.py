from importlib import import_module

from django.db import migrations

record = import_module("secretariat.migrations.0002_the_register_only_grows")

TABLES = (
    "workplans_revision",
    "workplans_position",
    "workplans_decision",
    "workplans_progress",
)


class Migration(migrations.Migration):
    dependencies = [
        ("workplans", "0001_initial"),
        ("secretariat", "0002_the_register_only_grows"),
    ]

    operations = [
        migrations.RunSQL(record.only_grows(table), record.may_change(table)) for table in TABLES
    ]

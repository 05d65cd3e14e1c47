"""The texts of drafts become prose: what looks like a sign in them was none until now."""

from django.db import migrations

from workplans.prose import escaped

TEXTS = (
    ("WorkPlan", "preamble"),
    ("Objective", "text"),
    ("Activity", "description"),
    ("TextBlock", "text"),
)


def escape(apps, schema_editor):
    for name, field in TEXTS:
        rows = apps.get_model("workplans", name).objects
        for pk, text in rows.exclude(**{field: ""}).values_list("pk", field).iterator():
            if (prose := escaped(text)) != text:
                rows.filter(pk=pk).update(**{field: prose})


class Migration(migrations.Migration):
    dependencies = [("workplans", "0008_milestones")]

    operations = [migrations.RunPython(escape, migrations.RunPython.noop, elidable=True)]

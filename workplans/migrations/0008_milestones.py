import uuid

import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
from django.db import migrations, models

import secretariat.dates


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0004_rules_in_words"),
        ("workplans", "0007_writing"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="written_in",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.fields.json.KeyTextTransform(
                    "form", django.db.models.functions.comparison.Cast("text", models.JSONField())
                ),
                output_field=models.CharField(max_length=40),
            ),
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("changed", models.DateTimeField(auto_now=True)),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "position",
                    models.PositiveIntegerField(default=0, verbose_name="place in the order"),
                ),
                ("text", models.CharField(max_length=300, verbose_name="what is reached")),
                (
                    "date",
                    secretariat.dates.PartialDateField(
                        blank=True, max_length=10, null=True, verbose_name="date"
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="workplans.activity",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="secretariat.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "milestone",
                "verbose_name_plural": "milestones",
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
    ]

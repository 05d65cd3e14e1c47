import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0004_rules_in_words"),
        ("workplans", "0006_hand_over_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Parked",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=16, verbose_name="kind of part")),
                ("part", models.UUIDField(verbose_name="part")),
                (
                    "page",
                    models.UUIDField(
                        default=uuid.uuid4,
                        help_text="Two windows of one person put aside two texts, and neither hides the other.",
                        verbose_name="page",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("conflict", "Somebody else changed the same text"),
                            ("gone", "The part was removed meanwhile"),
                            ("settled", "The text was settled meanwhile"),
                            ("invalid", "A field could not be read"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("sent", models.JSONField(default=dict, verbose_name="fields as sent")),
                ("at", models.DateTimeField(verbose_name="put aside")),
                ("cleared", models.DateTimeField(blank=True, null=True, verbose_name="cleared")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parked",
                        to="secretariat.person",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parked",
                        to="workplans.workplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "parked text",
                "verbose_name_plural": "parked texts",
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared", None)),
                        fields=("plan", "person", "part", "page"),
                        name="a_page_parks_one_text",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began", models.DateTimeField(verbose_name="began")),
                ("ended", models.DateTimeField(verbose_name="last saved")),
                ("saves", models.PositiveIntegerField(default=0, verbose_name="times saved")),
                (
                    "parts",
                    models.JSONField(
                        default=list,
                        help_text="Kind, identity and title, in order.",
                        verbose_name="parts touched",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        editable=False,
                        help_text="Empty while it goes on.",
                        verbose_name="canonical form",
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        blank=True, editable=False, max_length=64, verbose_name="digest"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sittings",
                        to="secretariat.person",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sittings",
                        to="workplans.workplan",
                    ),
                ),
                (
                    "restores",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restored_by",
                        to="workplans.sitting",
                    ),
                ),
            ],
            options={
                "verbose_name": "sitting",
                "verbose_name_plural": "sittings",
                "ordering": ["-began", "-id"],
                "indexes": [models.Index(fields=["plan", "-began"], name="sitting_of_a_plan")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended__gte", models.F("began"))),
                        name="a_sitting_ends_no_earlier_than_it_began",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("text", "")),
                        fields=("plan",),
                        name="one_sitting_of_a_plan_goes_on",
                    ),
                ],
            },
        ),
    ]

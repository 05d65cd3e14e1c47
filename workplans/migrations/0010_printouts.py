import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0004_rules_in_words"),
        ("workplans", "0009_prose"),
    ]

    operations = [
        migrations.CreateModel(
            name="Printout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.TextField(editable=False, verbose_name="work order")),
                ("step", models.CharField(blank=True, max_length=20, verbose_name="step")),
                ("attempt", models.PositiveSmallIntegerField(default=0, verbose_name="attempt")),
                (
                    "lease",
                    models.DateTimeField(blank=True, null=True, verbose_name="claimed until"),
                ),
                ("error", models.TextField(blank=True, verbose_name="reason")),
                ("file", models.CharField(blank=True, editable=False, max_length=200)),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("size", models.PositiveIntegerField(editable=False, null=True)),
                ("pages", models.PositiveSmallIntegerField(editable=False, null=True)),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("circulated", "Circulated text"),
                            ("comparison", "Comparison"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("older", models.CharField(blank=True, max_length=24, verbose_name="older text")),
                ("newer", models.CharField(max_length=24, verbose_name="text")),
                (
                    "as_of",
                    models.DateTimeField(
                        help_text="When the texts were read.", verbose_name="as of"
                    ),
                ),
                (
                    "draft_digest",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Of the draft as it was read; empty where none is printed.",
                        max_length=64,
                    ),
                ),
                (
                    "inputs",
                    models.CharField(
                        editable=False,
                        help_text="Names what is printed, whenever and by whomever it is asked for.",
                        max_length=64,
                        unique=True,
                    ),
                ),
                ("requested", models.DateTimeField(verbose_name="last asked for")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting for the worker"),
                            ("typesetting", "Being typeset"),
                            ("ready", "Ready"),
                            ("failed", "Could not be typeset"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("made", models.DateTimeField(editable=False, null=True, verbose_name="made")),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="printouts",
                        to="workplans.workplan",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="printouts",
                        to="secretariat.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "printout",
                "verbose_name_plural": "printouts",
                "ordering": ["-as_of", "-id"],
                "indexes": [
                    models.Index(
                        fields=["plan", "kind", "older", "newer"], name="printout_of_texts"
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["queued", "typesetting"])),
                        fields=["lease"],
                        name="printout_unfinished",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind", "comparison"), ("older", ""), _connector="XOR"),
                        name="a_comparison_names_two_texts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ready"), _negated=True),
                            models.Q(
                                models.Q(("file", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                                ("size__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="a_ready_printout_has_its_bytes",
                    ),
                ],
            },
        ),
    ]

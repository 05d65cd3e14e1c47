import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workplans", "0019_chair_statement"),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.TextField(editable=False, verbose_name="work order")),
                ("requested", models.DateTimeField(auto_now_add=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting for the worker"),
                            ("typesetting", "Being typeset"),
                            ("ready", "Ready"),
                            ("failed", "Could not be typeset"),
                        ],
                        default="queued",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
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
                    "position",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper",
                        to="workplans.position",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["queued", "typesetting"])),
                        fields=["lease"],
                        name="receipt_unfinished",
                    )
                ],
                "constraints": [
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
                        name="a_ready_receipt_has_its_bytes",
                    )
                ],
            },
        ),
    ]

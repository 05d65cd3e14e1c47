from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import secretariat.instants

record = import_module("secretariat.migrations.0002_the_register_only_grows")


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_by_correspondence"),
        ("secretariat", "0005_mail_and_what_became_of_it"),
        ("workplans", "0014_in_writing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("approves", "Approves"),
                            ("approves_with_reservation", "Approves with a reservation"),
                            ("objects", "Objects"),
                            ("asks_for_time", "Asks for time"),
                            ("proposes_amendment", "Proposes an amendment"),
                            ("returns", "Returns"),
                        ],
                        max_length=26,
                        verbose_name="position",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "digest",
                    models.CharField(max_length=64, verbose_name="digest of the text in the room"),
                ),
                ("on", models.DateField(verbose_name="date")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="recorded",
                    ),
                ),
                ("key", models.UUIDField(verbose_name="submission")),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heard",
                        to="secretariat.appointment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heard",
                        to="secretariat.person",
                    ),
                ),
                (
                    "consideration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heard",
                        to="workplans.consideration",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heard",
                        to="meetings.seat",
                    ),
                ),
            ],
            options={
                "verbose_name": "what was heard",
                "verbose_name_plural": "what was heard",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="position",
            name="heard",
            field=models.OneToOneField(
                blank=True,
                help_text="What was written down in the room, which this confirms.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="confirmed",
                to="workplans.heard",
            ),
        ),
        migrations.AddConstraint(
            model_name="heard",
            constraint=models.UniqueConstraint(
                fields=("key", "seat"), name="a_form_hears_each_seat_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="heard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["", "approves"]), ("text", "")),
                    models.Q(
                        ("kind__in", ["approves_with_reservation", "objects"]),
                        models.Q(("text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="what_is_heard_beside_an_approval_has_a_text",
            ),
        ),
        migrations.RunSQL(
            record.only_grows("workplans_heard"), record.may_change("workplans_heard")
        ),
    ]

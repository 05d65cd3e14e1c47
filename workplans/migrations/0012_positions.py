from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import secretariat.instants

record = import_module("secretariat.migrations.0002_the_register_only_grows")

# Whatever a web host sends as the instant of a position, the database's own clock stands there:
# a silence is broken, or not, by this instant.
STAMPED = """
CREATE FUNCTION stamp_a_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER a_position_is_stamped BEFORE INSERT ON workplans_position
  FOR EACH ROW EXECUTE FUNCTION stamp_a_position();
"""
NOT_STAMPED = """
DROP TRIGGER a_position_is_stamped ON workplans_position;
DROP FUNCTION stamp_a_position();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0003_a_form_convenes_one_meeting"),
        ("secretariat", "0004_rules_in_words"),
        ("workplans", "0011_reminders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ruling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("granted", models.BooleanField(verbose_name="granted")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="recorded",
                    ),
                ),
            ],
            options={
                "verbose_name": "ruling",
                "verbose_name_plural": "rulings",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="consideration",
            name="visibility",
            field=models.CharField(
                choices=[("open", "As they are given"), ("after_close", "Once the text is closed")],
                default="open",
                help_text="To the delegations; the chair and the secretariat see them as they come.",
                max_length=12,
                verbose_name="positions are shown",
            ),
        ),
        migrations.AddField(
            model_name="position",
            name="recorded_as",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="positions_recorded",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="position",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                help_text="The secretariat, on the instruction of the person.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="positions_recorded",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="position",
            name="until",
            field=models.DateField(
                blank=True, help_text="The time asked for.", null=True, verbose_name="until"
            ),
        ),
        migrations.AddField(
            model_name="position",
            name="would_join",
            field=models.TextField(
                blank=True,
                help_text="What would let the state join the consensus.",
                verbose_name="wording",
            ),
        ),
        migrations.AlterField(
            model_name="position",
            name="at",
            field=models.DateTimeField(
                db_default=secretariat.instants.ClockTimestamp(),
                editable=False,
                verbose_name="received",
            ),
        ),
        migrations.AlterField(
            model_name="position",
            name="kind",
            field=models.CharField(
                choices=[
                    ("approves", "Approves"),
                    ("approves_with_reservation", "Approves with a reservation"),
                    ("objects", "Objects"),
                    ("asks_for_time", "Asks for time"),
                    ("returns", "Returns"),
                ],
                max_length=26,
                verbose_name="position",
            ),
        ),
        migrations.CreateModel(
            name="Instruction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.CharField(editable=False, max_length=100)),
                ("name", models.CharField(max_length=120, verbose_name="file name")),
                ("media_type", models.CharField(max_length=40, verbose_name="media type")),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="attached",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions_kept",
                        to="secretariat.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "instruction",
                "verbose_name_plural": "instructions",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="position",
            name="instruction",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="position",
                to="workplans.instruction",
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "objects"), ("would_join", ""), _connector="OR"),
                name="only_an_objection_says_what_would_let_it_join",
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "asks_for_time"), ("until__isnull", False)),
                    models.Q(models.Q(("kind", "asks_for_time"), _negated=True), ("until", None)),
                    _connector="OR",
                ),
                name="a_request_for_time_says_until_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("instruction", None), ("recorded_as", None), ("recorded_by", None)),
                    models.Q(
                        ("instruction__isnull", False),
                        ("recorded_as__isnull", False),
                        ("recorded_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="nothing_is_recorded_for_a_state_without_its_note",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rulings",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rulings",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="position",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ruling",
                to="workplans.position",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("granted", True), models.Q(("text", ""), _negated=True), _connector="OR"
                ),
                name="refused_time_has_a_reason",
            ),
        ),
        migrations.RunSQL(STAMPED, NOT_STAMPED),
        *(
            migrations.RunSQL(record.only_grows(table), record.may_change(table))
            for table in ("workplans_instruction", "workplans_ruling")
        ),
    ]

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import secretariat.instants

record = import_module("secretariat.migrations.0002_the_register_only_grows")

# What a body decided stays decided, and an end is moved only while it has not come: the database
# looks at its own clock.
OUTCOMES = """
CREATE FUNCTION keep_the_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.outcome IN ('adopted', 'approved', 'broken') THEN
    RAISE EXCEPTION 'An outcome is written once: % stays %', OLD.id, OLD.outcome
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.expires IS DISTINCT FROM OLD.expires AND (
    OLD.closed IS NOT NULL OR NEW.expires IS NULL OR OLD.expires IS NULL
    OR NEW.expires <= OLD.expires OR clock_timestamp() >= OLD.expires
  ) THEN
    RAISE EXCEPTION 'An end is moved to a later instant, before it has come: %', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_outcome_is_written_once BEFORE UPDATE ON workplans_consideration
  FOR EACH ROW EXECUTE FUNCTION keep_the_outcome();
"""
NO_OUTCOMES = """
DROP TRIGGER an_outcome_is_written_once ON workplans_consideration;
DROP FUNCTION keep_the_outcome();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_by_correspondence"),
        ("secretariat", "0004_rules_in_words"),
        ("workplans", "0012_positions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Extension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.DateTimeField(verbose_name="end until then")),
                ("until", models.DateTimeField(verbose_name="end from then on")),
                ("reason", models.TextField(verbose_name="reason")),
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
                "verbose_name": "extension",
                "verbose_name_plural": "extensions",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="consideration",
            name="appointment",
            field=models.ForeignKey(
                blank=True,
                help_text="On which the chair opened it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="considerations_opened",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="consideration",
            name="expires",
            field=models.DateTimeField(
                blank=True,
                help_text="By the clock of the database.",
                null=True,
                verbose_name="ends at",
            ),
        ),
        migrations.AddField(
            model_name="consideration",
            name="procedure",
            field=models.CharField(
                choices=[("meeting", "At a meeting"), ("silence", "Under silence")],
                default="meeting",
                max_length=10,
                verbose_name="procedure",
            ),
        ),
        migrations.AddField(
            model_name="consideration",
            name="reason",
            field=models.TextField(blank=True, verbose_name="reason for the procedure"),
        ),
        migrations.AlterField(
            model_name="consideration",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("adopted", "Adopted"),
                    ("approved", "Approved"),
                    ("returned", "Returned"),
                    ("superseded", "Superseded by a new revision"),
                    ("withdrawn", "Withdrawn"),
                    ("lapsed", "Ended without a decision"),
                    ("broken", "Silence broken"),
                ],
                max_length=12,
                verbose_name="outcome",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="appointment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="secretariat.appointment",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="by",
            field=models.ForeignKey(
                blank=True,
                help_text="Nobody, where a silence that was not broken adopts.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="secretariat.person",
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
                    ("proposes_amendment", "Proposes an amendment"),
                    ("returns", "Returns"),
                ],
                max_length=26,
                verbose_name="position",
            ),
        ),
        migrations.AddIndex(
            model_name="consideration",
            index=models.Index(
                condition=models.Q(("closed__isnull", True), ("expires__isnull", False)),
                fields=["expires"],
                name="silence_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="consideration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("appointment", None),
                        ("expires", None),
                        ("procedure", "meeting"),
                        ("reason", ""),
                    ),
                    models.Q(
                        models.Q(("procedure", "meeting"), _negated=True),
                        ("appointment__isnull", False),
                        ("expires__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_silence_has_its_end_its_reason_and_its_chair",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("appointment__isnull", False), ("by__isnull", False)),
                    models.Q(("act", "adopted"), ("appointment", None), ("by", None)),
                    _connector="OR",
                ),
                name="only_an_adoption_is_nobodys_act",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="extensions",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="extensions",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="consideration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="extensions",
                to="workplans.consideration",
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("at__lt", models.F("before")), ("until__gt", models.F("before"))
                ),
                name="what_has_ended_is_not_extended",
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="an_extension_has_a_reason"
            ),
        ),
        migrations.RunSQL(OUTCOMES, NO_OUTCOMES),
        migrations.RunSQL(
            record.only_grows("workplans_extension"), record.may_change("workplans_extension")
        ),
    ]

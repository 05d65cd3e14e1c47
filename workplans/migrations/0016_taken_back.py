from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import secretariat.instants

record = import_module("secretariat.migrations.0002_the_register_only_grows")
before = import_module("workplans.migrations.0013_silence")

# As before, but that an adoption nobody had acted on can be taken back: the decision stays, with
# its retraction beside it, and the text is before the states again. A silence is never taken back.
OUTCOMES = """
CREATE OR REPLACE FUNCTION keep_the_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.outcome IN ('adopted', 'approved', 'broken') AND NOT (
    OLD.outcome = 'adopted' AND NEW.outcome = '' AND OLD.procedure <> 'silence'
    AND NOT EXISTS (
      SELECT 1 FROM workplans_decision AS d
      LEFT JOIN workplans_retraction AS r ON r.decision_id = d.id
      WHERE d.consideration_id = OLD.id AND r.id IS NULL
    )
  ) THEN
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
"""
# The function as it was made before, without the trigger that calls it.
AS_BEFORE = before.OUTCOMES.partition("CREATE TRIGGER")[0].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_by_correspondence"),
        ("secretariat", "0005_mail_and_what_became_of_it"),
        ("workplans", "0015_heard_in_the_room"),
    ]

    operations = [
        migrations.CreateModel(
            name="Retraction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                "verbose_name": "retraction",
                "verbose_name_plural": "retractions",
            },
        ),
        migrations.RemoveConstraint(
            model_name="decision",
            name="a_text_is_decided_once_in_each_way",
        ),
        migrations.AddField(
            model_name="decision",
            name="attempt",
            field=models.PositiveSmallIntegerField(
                default=1,
                editable=False,
                help_text="Which decision of its consideration it is; those before were taken back.",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="consideration",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="workplans.consideration",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("act", "submitted"), _negated=True),
                fields=("revision", "act", "attempt"),
                name="a_text_is_decided_once_in_each_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("consideration__isnull", False)),
                fields=("consideration", "attempt"),
                name="a_consideration_is_decided_once",
            ),
        ),
        migrations.AddField(
            model_name="retraction",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retractions",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="retraction",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retractions",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="retraction",
            name="decision",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retraction",
                to="workplans.decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="retraction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_retraction_has_a_reason"
            ),
        ),
        migrations.RunSQL(OUTCOMES, AS_BEFORE),
        migrations.RunSQL(
            record.only_grows("workplans_retraction"), record.may_change("workplans_retraction")
        ),
    ]

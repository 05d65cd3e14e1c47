import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# An amendment is closed once, nothing else about it changes, and none is taken off the record.
ONCE = """
CREATE FUNCTION keep_the_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.closed IS NOT NULL
    OR (OLD.plan_id, OLD.number, OLD.amends_id, OLD.reason, OLD.opened, OLD.opened_on, OLD.by_id,
        OLD.appointment_id)
    IS DISTINCT FROM
       (NEW.plan_id, NEW.number, NEW.amends_id, NEW.reason, NEW.opened, NEW.opened_on, NEW.by_id,
        NEW.appointment_id)
  THEN
    RAISE EXCEPTION 'An amendment is closed once and stays on the record: %', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_amendment_is_closed_once BEFORE UPDATE OR DELETE ON workplans_amendment
  FOR EACH ROW EXECUTE FUNCTION keep_the_amendment();
ALTER TABLE workplans_amendment ENABLE ALWAYS TRIGGER an_amendment_is_closed_once;
"""
NOT_ONCE = """
DROP TRIGGER an_amendment_is_closed_once ON workplans_amendment;
DROP FUNCTION keep_the_amendment();
"""
# What the ministers had approved before there were amendments is in force.
IN_FORCE = """
UPDATE workplans_workplan SET in_force_id = revision_id, in_force_as = status
  WHERE status IN ('approved', 'reported');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0005_mail_and_what_became_of_it"),
        ("workplans", "0021_consultation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "opened",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="opened",
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="opened on")),
                ("closed", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "Approved"), ("withdrawn", "Withdrawn")],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "why_withdrawn",
                    models.TextField(blank=True, verbose_name="reason of the withdrawal"),
                ),
            ],
            options={
                "verbose_name": "amendment",
                "verbose_name_plural": "amendments",
                "ordering": ["plan", "number"],
            },
        ),
        migrations.AddField(
            model_name="revision",
            name="amends",
            field=models.ForeignKey(
                blank=True,
                help_text="The text in force when this one was circulated to amend it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amended_by",
                to="workplans.revision",
            ),
        ),
        migrations.AddField(
            model_name="workplan",
            name="in_force",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The text the ministers approved last.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="workplans.revision",
            ),
        ),
        migrations.AddField(
            model_name="workplan",
            name="in_force_as",
            field=models.CharField(
                blank=True,
                choices=[("approved", "Approved"), ("reported", "Reported")],
                editable=False,
                help_text="Whether the text in force has been reported.",
                max_length=20,
                verbose_name="in force as",
            ),
        ),
        migrations.RunSQL(IN_FORCE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="workplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("in_force", None), ("in_force_as", "")),
                    models.Q(
                        ("in_force__isnull", False), ("in_force_as__in", ["approved", "reported"])
                    ),
                    _connector="OR",
                ),
                name="a_text_in_force_is_approved_or_reported",
            ),
        ),
        migrations.AddConstraint(
            model_name="workplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "reported"]), _negated=True),
                    models.Q(
                        ("in_force", models.F("revision")), ("in_force_as", models.F("status"))
                    ),
                    _connector="OR",
                ),
                name="what_the_ministers_approved_is_in_force",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="amends",
            field=models.ForeignKey(
                help_text="The text in force when it was opened.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="workplans.revision",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments_opened",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments_opened",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="workplans.workplan",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(
                fields=("plan", "number"), name="an_amendment_number_is_given_once_in_a_plan"
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed__isnull", True)),
                fields=("plan",),
                name="one_amendment_of_a_plan_is_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="an_amendment_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed__isnull", True), ("outcome", "")),
                    models.Q(("closed__isnull", False), models.Q(("outcome", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_closed_amendment_has_an_outcome",
            ),
        ),
        migrations.RunSQL(ONCE, NOT_ONCE),
    ]

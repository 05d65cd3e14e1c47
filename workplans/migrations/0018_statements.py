from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import secretariat.instants

record = import_module("secretariat.migrations.0002_the_register_only_grows")

# The order in which statements are printed is that of the database's own clock, whatever a web
# host sends.
STAMPED = """
CREATE FUNCTION stamp_a_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER a_statement_is_stamped BEFORE INSERT ON workplans_statement
  FOR EACH ROW EXECUTE FUNCTION stamp_a_statement();
CREATE TRIGGER a_withdrawal_is_stamped BEFORE INSERT ON workplans_statementwithdrawal
  FOR EACH ROW EXECUTE FUNCTION stamp_a_statement();
"""
NOT_STAMPED = """
DROP TRIGGER a_withdrawal_is_stamped ON workplans_statementwithdrawal;
DROP TRIGGER a_statement_is_stamped ON workplans_statement;
DROP FUNCTION stamp_a_statement();
"""

# The reservations that are on record already, received when their positions were. The second
# line lets the checks of the first happen at once, since the table is altered afterwards.
RESERVATIONS = """
INSERT INTO workplans_statement (kind, own_text, own_parts, digest, "on", at, key, appointment_id,
                                 consideration_id, person_id, position_id, seat_id)
SELECT 'reservation', '', '[]', digest, "on", at, key, appointment_id,
       consideration_id, person_id, id, seat_id
FROM workplans_position WHERE kind = 'approves_with_reservation' ORDER BY id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_by_correspondence"),
        ("secretariat", "0005_mail_and_what_became_of_it"),
        ("workplans", "0017_proof"),
    ]

    operations = [
        migrations.CreateModel(
            name="Statement",
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
                        choices=[
                            ("reservation", "Reservation"),
                            ("interpretative_statement", "Interpretative statement"),
                            ("explanation_of_position", "Explanation of position"),
                        ],
                        max_length=26,
                        verbose_name="kind",
                    ),
                ),
                ("own_text", models.TextField(blank=True, verbose_name="text")),
                (
                    "own_parts",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Of the text; none means the whole.",
                        verbose_name="parts",
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        max_length=64, verbose_name="digest of the text it is attached to"
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="received",
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        help_text="Sending the same form twice has one effect.",
                        unique=True,
                        verbose_name="submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "statement",
                "verbose_name_plural": "statements",
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="StatementWithdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("on", models.DateField(verbose_name="date")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="received",
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        help_text="Sending the same form twice has one effect.",
                        unique=True,
                        verbose_name="submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "withdrawal of a statement",
                "verbose_name_plural": "withdrawals of statements",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="position",
            name="parts",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Of the text; none means the whole.",
                verbose_name="parts",
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parts", []), models.Q(("text", ""), _negated=True), _connector="OR"
                ),
                name="parts_are_named_beside_a_text",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="consideration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="workplans.consideration",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="position",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservation",
                to="workplans.position",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="meetings.seat",
            ),
        ),
        migrations.AddField(
            model_name="statementwithdrawal",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements_withdrawn",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="statementwithdrawal",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements_withdrawn",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="statementwithdrawal",
            name="statement",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withdrawal",
                to="workplans.statement",
            ),
        ),
        migrations.AddIndex(
            model_name="statement",
            index=models.Index(fields=["consideration", "at"], name="statement_order_received"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("position", None), models.Q(("own_text", ""), _negated=True)),
                    models.Q(
                        ("kind", "reservation"),
                        ("own_parts", []),
                        ("own_text", ""),
                        ("position__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="the_words_of_a_statement_stand_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementwithdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="a_withdrawal_has_a_note"
            ),
        ),
        migrations.RunSQL(RESERVATIONS, migrations.RunSQL.noop),
        migrations.RunSQL(STAMPED, NOT_STAMPED),
        *(
            migrations.RunSQL(record.only_grows(table), record.may_change(table))
            for table in ("workplans_statement", "workplans_statementwithdrawal")
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models

import secretariat.instants

# A note is never rewritten. Its author may take it back, and then its words are gone.
KEEP = """
CREATE FUNCTION keep_a_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.taken_back IS NULL AND NEW.taken_back IS NOT NULL
    AND to_jsonb(NEW) - ARRAY['text', 'advice', 'taken_back']
      = to_jsonb(OLD) - ARRAY['text', 'advice', 'taken_back']
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A note is not changed: % is refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_note_is_kept BEFORE UPDATE OR DELETE ON workplans_note
  FOR EACH ROW EXECUTE FUNCTION keep_a_note();
"""
LET_GO = """
DROP TRIGGER a_note_is_kept ON workplans_note;
DROP FUNCTION keep_a_note();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_by_correspondence"),
        ("secretariat", "0007_notices_apart"),
        ("workplans", "0020_receipts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "advice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("would_approve", "Would approve"),
                            ("would_reserve", "Would approve with a reservation"),
                            ("would_object", "Would object"),
                            ("needs_time", "Needs more time"),
                            ("no_view", "Has no view"),
                        ],
                        max_length=16,
                        verbose_name="advice",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="written",
                    ),
                ),
                (
                    "taken_back",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken back"),
                ),
                (
                    "key",
                    models.UUIDField(
                        help_text="Sending the same form twice has one effect.",
                        unique=True,
                        verbose_name="submission",
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="secretariat.appointment",
                    ),
                ),
                (
                    "consideration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="workplans.consideration",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="secretariat.person",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="meetings.seat",
                    ),
                ),
            ],
            options={
                "verbose_name": "note to the own delegation",
                "verbose_name_plural": "notes to the own delegation",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["consideration", "seat", "id"], name="note_of_delegation")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("taken_back", None),
                                models.Q(
                                    models.Q(("text", ""), _negated=True),
                                    models.Q(("advice", ""), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(("advice", ""), ("taken_back__isnull", False), ("text", "")),
                            _connector="OR",
                        ),
                        name="a_note_says_something_or_was_taken_back",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="asked",
                    ),
                ),
                (
                    "asked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="secretariat.person",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions_put",
                        to="secretariat.person",
                    ),
                ),
                (
                    "consideration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="workplans.consideration",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="meetings.seat",
                    ),
                ),
            ],
            options={
                "verbose_name": "question to the own delegation",
                "verbose_name_plural": "questions to the own delegation",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        fields=["consideration", "seat", "id"], name="question_of_delegation"
                    )
                ],
            },
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]

from importlib import import_module

from django.db import migrations, models

before = import_module("workplans.migrations.0016_taken_back")

# What a body decided stays decided, and so does what the chair stated in its place.
OUTCOMES = before.OUTCOMES.replace("'broken')", "'broken', 'no_consensus')")


class Migration(migrations.Migration):
    dependencies = [
        ("workplans", "0018_statements"),
    ]

    operations = [
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
                    ("no_consensus", "Closed by a Chair’s statement"),
                    ("broken", "Silence broken"),
                ],
                max_length=12,
                verbose_name="outcome",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="act",
            field=models.CharField(
                choices=[
                    ("adopted", "Adopted"),
                    ("submitted", "Submitted"),
                    ("approved", "Approved"),
                    ("returned", "Returned"),
                    ("reported", "Reported"),
                    ("stated", "Closed by a Chair’s statement"),
                ],
                max_length=10,
                verbose_name="act",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="edition",
            field=models.CharField(
                choices=[
                    ("adopted", "As adopted"),
                    ("approved", "As approved"),
                    ("report", "As reported"),
                    ("stated", "Not adopted; it binds nobody"),
                    ("handed_over", "As handed over"),
                ],
                max_length=12,
                verbose_name="edition",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("work_plan", "Work plan"),
                    ("summit_report", "Report to the summit"),
                    ("chair_statement", "Chair’s statement"),
                    ("hand_over_note", "Hand-over note"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.RunSQL(OUTCOMES, before.OUTCOMES),
    ]

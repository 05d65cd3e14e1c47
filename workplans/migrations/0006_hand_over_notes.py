import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0003_who_and_when"),
        ("workplans", "0005_the_title_of_a_revision"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="hand_over",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="note",
                to="secretariat.handover",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="decision",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="document",
                to="workplans.decision",
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
                    ("hand_over_note", "Hand-over note"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="plan",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="workplans.workplan",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="requested_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Nobody, where an act of the calendar issues it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="secretariat.person",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="revision",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="workplans.revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decision__isnull", False),
                        ("hand_over", None),
                        ("plan__isnull", False),
                        ("revision__isnull", False),
                    ),
                    models.Q(
                        ("decision", None),
                        ("hand_over__isnull", False),
                        ("plan", None),
                        ("revision", None),
                    ),
                    _connector="OR",
                ),
                name="a_document_follows_a_decision_or_a_hand_over",
            ),
        ),
    ]

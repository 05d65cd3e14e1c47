import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_by_correspondence"),
        ("secretariat", "0005_mail_and_what_became_of_it"),
        ("workplans", "0013_silence"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="consideration",
            name="a_silence_has_its_end_its_reason_and_its_chair",
        ),
        migrations.RenameIndex(
            model_name="consideration",
            new_name="correspondence_running",
            old_name="silence_running",
        ),
        migrations.AlterField(
            model_name="consideration",
            name="procedure",
            field=models.CharField(
                choices=[
                    ("meeting", "At a meeting"),
                    ("silence", "Under silence"),
                    ("written", "By written procedure"),
                ],
                default="meeting",
                max_length=10,
                verbose_name="procedure",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="by",
            field=models.ForeignKey(
                blank=True,
                help_text="Nobody, where the end of a procedure by correspondence adopts.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="secretariat.person",
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
                name="by_correspondence_it_has_its_end_its_reason_and_its_chair",
            ),
        ),
    ]

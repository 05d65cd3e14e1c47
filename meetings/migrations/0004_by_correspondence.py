from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0003_a_form_convenes_one_meeting"),
        ("secretariat", "0004_rules_in_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="by_correspondence",
            field=models.BooleanField(
                default=False, editable=False, help_text="In writing, without a sitting."
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("by_correspondence", False),
                    models.Q(("mode", ""), ("place", ""), ("starts_at", None)),
                    _connector="OR",
                ),
                name="a_session_by_correspondence_sits_nowhere",
            ),
        ),
    ]

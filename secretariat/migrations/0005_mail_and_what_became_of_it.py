import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat

HELD_BACK = (
    "example data",
    "the appointment has ended",
    "the invitation is not open any more",
)


def say_what_became_of_each(apps, schema_editor):
    """What a row said by its attempts and its error, in one word; and its address in its text.

    Mails that wait were to end with their address when they left; now it stands in their text.
    """
    notices = apps.get_model("secretariat", "Notice")._default_manager
    notices.filter(sent__isnull=False).update(delivery="sent")
    given_up = notices.filter(sent=None, attempts__gte=8)
    given_up.filter(error__in=HELD_BACK).update(delivery="held_back")
    given_up.exclude(error__in=HELD_BACK).update(delivery="failed")
    notices.filter(delivery="waiting").update(
        body=Concat(F("body"), Value(f"\n\n{settings.PORTAL_URL}"), F("path"), Value("\n"))
    )


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0004_rules_in_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("body", models.TextField(verbose_name="text")),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("waiting", "On its way"),
                            ("gathered", "Goes with the next daily mail"),
                            ("sent", "Sent"),
                            ("failed", "Not delivered"),
                            ("held_back", "Held back"),
                            ("not_mailed", "In the portal only"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="delivery",
                    ),
                ),
                ("sent", models.DateTimeField(blank=True, null=True)),
                ("sent_to", models.EmailField(blank=True, max_length=254, verbose_name="sent to")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "day",
                    models.DateField(
                        help_text="By the calendar of the person’s capital.", verbose_name="day"
                    ),
                ),
            ],
            options={
                "verbose_name": "daily mail",
                "verbose_name_plural": "daily mails",
                "ordering": ["-day", "-id"],
            },
        ),
        migrations.RemoveIndex(
            model_name="notice",
            name="notice_unsent",
        ),
        migrations.AddField(
            model_name="notice",
            name="binding",
            field=models.BooleanField(default=True, verbose_name="of legal effect"),
        ),
        migrations.AddField(
            model_name="notice",
            name="delivery",
            field=models.CharField(
                choices=[
                    ("waiting", "On its way"),
                    ("gathered", "Goes with the next daily mail"),
                    ("sent", "Sent"),
                    ("failed", "Not delivered"),
                    ("held_back", "Held back"),
                    ("not_mailed", "In the portal only"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="delivery",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="news",
            field=models.CharField(
                blank=True,
                help_text="A line of the table.",
                max_length=40,
                verbose_name="what it tells",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="sent_to",
            field=models.EmailField(blank=True, max_length=254, verbose_name="sent to"),
        ),
        migrations.AddField(
            model_name="notice",
            name="thread",
            field=models.CharField(
                blank=True,
                help_text="The record it speaks of.",
                max_length=80,
                verbose_name="thread",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="mailing",
            field=models.CharField(
                choices=[("at_once", "At once"), ("daily", "Once a day"), ("off", "Not by e-mail")],
                default="at_once",
                help_text="Notices of legal effect are always sent at once.",
                max_length=8,
                verbose_name="notices by e-mail",
            ),
        ),
        migrations.AddField(
            model_name="dailymail",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="daily_mails",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="daily",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="secretariat.dailymail",
            ),
        ),
        migrations.RunPython(say_what_became_of_each, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("delivery__in", ["waiting", "gathered"])),
                fields=["next_attempt"],
                name="notice_unsent",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["thread", "delivery"], name="notice_thread"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("delivery", "failed")), fields=["-id"], name="notice_failed"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delivery", "sent"), ("sent__isnull", False)),
                    models.Q(models.Q(("delivery", "sent"), _negated=True), ("sent__isnull", True)),
                    _connector="OR",
                ),
                name="a_notice_is_sent_at_an_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("binding", True), ("delivery__in", ["gathered", "not_mailed"]), _negated=True
                ),
                name="a_notice_of_legal_effect_waits_for_no_daily_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailymail",
            constraint=models.UniqueConstraint(
                fields=("person", "day"), name="one_daily_mail_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="dailymail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delivery", "sent"), ("sent__isnull", False)),
                    models.Q(models.Q(("delivery", "sent"), _negated=True), ("sent__isnull", True)),
                    _connector="OR",
                ),
                name="a_daily_mail_is_sent_at_an_instant",
            ),
        ),
    ]

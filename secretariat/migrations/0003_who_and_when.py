import uuid

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import secretariat.models.states


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0002_the_register_only_grows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("remarks", models.TextField(blank=True, verbose_name="remarks")),
                ("offered", models.DateTimeField(blank=True, null=True, verbose_name="offered")),
                ("at", models.DateTimeField(blank=True, null=True, verbose_name="handed over")),
                ("is_example", models.BooleanField(default=False, verbose_name="example data")),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
                "ordering": ["-outgoing__period"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("made", models.DateTimeField(verbose_name="made")),
                ("accepted", models.DateTimeField(blank=True, null=True, verbose_name="accepted")),
                (
                    "withdrawn",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn"),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-made"],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "roles",
                    models.JSONField(
                        default=list, editable=False, verbose_name="roles it was made with"
                    ),
                ),
                ("made", models.DateTimeField(verbose_name="made")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "ordering": ["-made"],
            },
        ),
        migrations.CreateModel(
            name="Tick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("point", models.SlugField(max_length=40, verbose_name="point")),
                (
                    "side",
                    models.CharField(
                        choices=[("outgoing", "Outgoing"), ("incoming", "Incoming")],
                        max_length=8,
                        verbose_name="side",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "ticked point",
                "verbose_name_plural": "ticked points",
                "ordering": ["point", "side"],
            },
        ),
        migrations.AddField(
            model_name="authority",
            name="continued_by",
            field=models.ForeignKey(
                blank=True,
                help_text="What it became when it was renamed, or merged into another.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="continues",
                to="secretariat.authority",
                verbose_name="continued by",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="appointment",
            field=models.ForeignKey(
                blank=True,
                help_text="What the person is told it for; once that has ended, it is not sent.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="state",
            name="holidays",
            field=models.CharField(
                blank=True,
                help_text="Two-letter code of the country whose public holidays are kept here.",
                max_length=2,
                verbose_name="public holidays of",
            ),
        ),
        migrations.AddField(
            model_name="state",
            name="weekend",
            field=models.JSONField(
                blank=True,
                default=secretariat.models.states.saturday_and_sunday,
                help_text="Days of the week without work, from 1 for Monday to 7 for Sunday: [6, 7].",
                validators=[secretariat.models.states.check_weekend],
                verbose_name="weekend",
            ),
        ),
        migrations.AlterField(
            model_name="state",
            name="time_zone",
            field=models.CharField(
                blank=True,
                max_length=64,
                validators=[secretariat.models.states.check_zone],
                verbose_name="time zone of the capital",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("person"),
                            models.F("person"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("state"),
                            models.F("state"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.Func(models.F("function"), function="hashtext"),
                            models.Func(models.F("function"), function="hashtext"),
                            models.Value("[]"),
                            function="int4range",
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="nobody_holds_a_function_twice_at_once",
                violation_error_message="The person holds this function in these days already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("function", "head")),
                expressions=[
                    (
                        models.Func(
                            models.F("state"),
                            models.F("state"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="one_head_of_delegation_at_a_time",
                violation_error_message="The state has a head of delegation in these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("function", "chair"), ("level__in", ["ministerial", "departmental"])
                ),
                expressions=[
                    (
                        models.Func(
                            models.F("state"),
                            models.F("state"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="one_chair_of_a_state_at_a_time",
                violation_error_message="The state has a chair in these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="authority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("continued_by", None),
                    models.Q(("continued_by", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="an_authority_does_not_continue_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="an_address_is_one_persons",
                violation_error_message="Somebody else is on record with this address.",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="incoming",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="take_over",
                to="secretariat.presidency",
                verbose_name="incoming",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="offered_as",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="offered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="outgoing",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hand_over",
                to="secretariat.presidency",
                verbose_name="outgoing",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="taken_as",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="secretariat.appointment",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="taken_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subscriptions",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="tick",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="secretariat.person",
            ),
        ),
        migrations.AddField(
            model_name="tick",
            name="hand_over",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ticks",
                to="secretariat.handover",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(("outgoing", models.F("incoming")), _negated=True),
                name="nobody_hands_over_to_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("offered", None),
                    models.Q(("offered_as__isnull", False), ("offered_by__isnull", False)),
                    _connector="OR",
                ),
                name="an_offer_names_who_made_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taken_by", None),
                    models.Q(
                        ("at__isnull", False),
                        ("offered__isnull", False),
                        ("taken_as__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="taking_over_answers_an_offer",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted", None), ("withdrawn", None)),
                fields=("person",),
                name="a_person_has_one_open_invitation",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted", None), ("withdrawn", None), _connector="OR"),
                name="an_invitation_is_accepted_or_withdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended", None)),
                fields=("person",),
                name="a_person_has_one_calendar_of_their_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="tick",
            constraint=models.UniqueConstraint(
                fields=("hand_over", "point", "side"), name="a_side_ticks_a_point_once"
            ),
        ),
    ]

import django.contrib.postgres.constraints
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0003_who_and_when"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="authority",
            name="an_authority_is_on_record_once",
            constraint=models.UniqueConstraint(
                models.F("state"),
                models.F("name"),
                django.db.models.functions.text.Lower("period"),
                django.db.models.functions.text.Upper("period"),
                name="an_authority_is_on_record_once",
                violation_error_message="This authority is on record for these days already.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="authority",
            name="an_authority_does_not_continue_itself",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("continued_by", None),
                    models.Q(("continued_by", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="an_authority_does_not_continue_itself",
                violation_error_message="An authority does not continue itself.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="membership",
            name="a_state_belongs_in_one_way_at_a_time",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
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
                name="a_state_belongs_in_one_way_at_a_time",
                violation_error_message="The state is on record with another membership in some of these days.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="membership",
            name="a_membership_lasts_a_day_or_more",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__isempty", False)),
                name="a_membership_lasts_a_day_or_more",
                violation_error_message="A membership lasts a day or more.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="milestone",
            name="a_milestone_is_told_once",
            constraint=models.UniqueConstraint(
                fields=("on", "title"),
                name="a_milestone_is_told_once",
                violation_error_message="This milestone is on record already.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="presidency",
            name="one_presidency_at_a_time",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("period", "&&")],
                name="one_presidency_at_a_time",
                violation_error_message="A state presides in some of these days already.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="presidency",
            name="a_presidency_lasts_a_day_or_more",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__isempty", False)),
                name="a_presidency_lasts_a_day_or_more",
                violation_error_message="A presidency lasts a day or more.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="presidency",
            name="a_state_presides_once_a_year",
            constraint=models.UniqueConstraint(
                fields=("state", "year"),
                name="a_state_presides_once_a_year",
                violation_error_message="The state has a presidency of this year already.",
            ),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models

PARTS = ("activity", "indicator", "objective", "priorityarea", "textblock")


def saved_by(model_name):
    return migrations.AddField(
        model_name=model_name,
        name="changed_by",
        field=models.ForeignKey(
            blank=True,
            editable=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to="secretariat.person",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0002_the_register_only_grows"),
        ("workplans", "0002_the_record_only_grows"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=part,
                name="changed",
                field=models.DateTimeField(auto_now=True),
            )
            for part in PARTS
        ),
        *(saved_by(model) for model in (*PARTS, "workplan")),
    ]

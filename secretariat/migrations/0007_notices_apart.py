import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0006_failed_confirmations"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="entry",
            field=models.ForeignKey(
                help_text="The act it tells of; none where it comes from the person’s own delegation.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="secretariat.entry",
            ),
        ),
    ]

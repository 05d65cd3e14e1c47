from django.db import migrations, models

from workplans import codes


def give_codes(apps, schema_editor):
    """What was issued before has no code on its pages; its symbol and digest lead to it as well."""
    documents = apps.get_model("workplans", "Document")
    for document in documents.objects.defer("order").iterator():
        documents.objects.filter(pk=document.pk).update(code=codes.new())


class Migration(migrations.Migration):
    dependencies = [("workplans", "0016_taken_back")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="code",
            field=models.CharField(max_length=12, null=True, editable=False, verbose_name="code"),
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="document",
            name="code",
            field=models.CharField(max_length=12, unique=True, editable=False, verbose_name="code"),
        ),
    ]

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import secretariat.instants
from workplans import codes

record = import_module("secretariat.migrations.0002_the_register_only_grows")

TABLES = ("workplans_withdrawal", "workplans_signedcopy")


def give_codes(apps, schema_editor):
    """What was issued before has no code on its pages; its symbol and digest lead to it as well."""
    documents = apps.get_model("workplans", "Document")
    for pk in list(documents.objects.values_list("pk", flat=True)):
        documents.objects.filter(pk=pk).update(code=codes.new())


class Migration(migrations.Migration):
    dependencies = [
        ("secretariat", "0005_mail_and_what_became_of_it"),
        ("workplans", "0016_taken_back"),
    ]

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
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("on", models.DateField(verbose_name="date")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="recorded",
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="secretariat.appointment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="secretariat.person",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="workplans.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "withdrawal",
                "verbose_name_plural": "withdrawals",
                "constraints": [
                    models.CheckConstraint(
                        name="a_withdrawal_has_its_reason", condition=~models.Q(reason="")
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignedCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.CharField(editable=False, max_length=200)),
                ("sha256", models.CharField(editable=False, max_length=64, unique=True)),
                ("size", models.PositiveIntegerField(editable=False)),
                ("signer", models.CharField(max_length=300, verbose_name="signed by")),
                (
                    "certificate",
                    models.CharField(max_length=64, verbose_name="SHA-256 of the certificate"),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=secretariat.instants.ClockTimestamp(),
                        editable=False,
                        verbose_name="recorded",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signed",
                        to="workplans.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "signed copy",
                "verbose_name_plural": "signed copies",
                "constraints": [
                    models.CheckConstraint(
                        name="a_signed_copy_has_its_bytes_on_record",
                        condition=~models.Q(file="") & ~models.Q(sha256="") & models.Q(size__gt=0),
                    )
                ],
            },
        ),
        *(
            migrations.RunSQL(record.only_grows(table), record.may_change(table))
            for table in TABLES
        ),
    ]

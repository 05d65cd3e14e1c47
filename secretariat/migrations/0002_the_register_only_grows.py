from django.db import migrations

# One function for every table of the record, and a trigger on each. ENABLE ALWAYS: a session that
# replays replication does not get around it either.
FUNCTION = """
CREATE FUNCTION keep_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The record only grows: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""


def only_grows(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION keep_the_record();
CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION keep_the_record();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_emptied;
"""


def may_change(table: str) -> str:
    return f"""
DROP TRIGGER {table}_only_grows ON {table};
DROP TRIGGER {table}_is_not_emptied ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("secretariat", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION keep_the_record();"),
        migrations.RunSQL(only_grows("secretariat_entry"), may_change("secretariat_entry")),
    ]

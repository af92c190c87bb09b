"""Nobody stops working for an upgrade: each migration leaves the running version whole."""

import pytest
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q

from tests.migration_rules import problems_of

APPS = ("accounts", "bdc", "campaigns", "dealers", "leads", "outbox")
# The last ones from before Spits was in use anywhere, when nothing could be in the way.
BEFORE_USE = {"dealers": 6, "leads": 23, "outbox": 2}
# What takes something away, and since which release nothing uses it: {"leads.0030_...": "1.3"}.
GONE_SINCE: dict[str, str] = {}


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def test_no_migration_keeps_people_from_working(loader):
    later = [
        (app, name)
        for app, name in sorted(loader.disk_migrations)
        if app in APPS and int(name[:4]) > BEFORE_USE.get(app, 1)
    ]

    problems = [
        problem
        for app, name in later
        if f"{app}.{name}" not in GONE_SINCE
        for problem in problems_of(
            loader.disk_migrations[app, name], loader.project_state((app, name), at_end=False)
        )
    ]

    assert problems == []


WORDS = models.CharField(max_length=20)
IS_OLD = models.CheckConstraint(name="is_old", condition=Q(number__gte=0))


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (migrations.AddField("lead", "later", models.CharField(max_length=9)), "db_default"),
        (migrations.AddField("lead", "later", models.TextField(default="")), "db_default"),
        (migrations.RemoveField("lead", "source"), "one release before"),
        (migrations.RenameField("lead", "source", "origin"), "its old name"),
        (migrations.DeleteModel("Quote"), "one release before"),
        (migrations.AlterField("lead", "source", models.IntegerField()), "written anew"),
        (migrations.AlterField("lead", "source", models.CharField(max_length=3)), "written anew"),
        (migrations.AlterField("lead", "next_call_at", models.DateTimeField()), "leaves it empty"),
        (migrations.AddIndex("lead", models.Index(fields=["source"], name="x")), "Concurrently"),
        (migrations.AddConstraint("lead", IS_OLD), "AddConstraintNotValid"),
        (migrations.RunSQL("CREATE INDEX x ON leads_lead (source)"), "CONCURRENTLY"),
        (
            migrations.SeparateDatabaseAndState([migrations.RunSQL("create unique index x on y")]),
            "CONCURRENTLY",
        ),
    ],
)
def test_what_would_be_in_the_way_is_found(loader, operation, told):
    assert [told in problem for problem in found(loader, operation)] == [True]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("lead", "later", models.CharField(max_length=9, null=True)),
        migrations.AddField("lead", "later", models.CharField(max_length=9, db_default="")),
        migrations.AddField("lead", "others", models.ManyToManyField("leads.Lead")),
        migrations.AlterField("lead", "source", models.CharField(max_length=4_000)),
        migrations.AlterField("lead", "source", models.TextField()),
        AddIndexConcurrently("lead", models.Index(fields=["source"], name="x")),
        AddConstraintNotValid("lead", IS_OLD),
        ValidateConstraint("lead", "is_old"),
        migrations.CreateModel("Later", [("words", WORDS)]),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON leads_lead (source)"),
    ],
)
def test_what_is_in_nobodys_way_is_let_pass(loader, operation):
    assert found(loader, operation) == []


def test_a_table_that_is_made_at_the_same_time_is_in_nobodys_way(loader):
    made = migrations.CreateModel("Later", [("words", WORDS)])
    added = migrations.AddField("later", "more", models.CharField(max_length=9))

    assert found(loader, made, added) == []


def found(loader: MigrationLoader, *operations) -> list[str]:
    migration = migrations.Migration("later", "leads")
    migration.operations = list(operations)
    return list(problems_of(migration, loader.project_state()))

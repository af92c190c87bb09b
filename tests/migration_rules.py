"""Which migrations keep people from working, or break the version that still runs.

While a new version is put in place, the old one works on the new tables for some minutes. So a
release only adds, and what nobody uses any more goes with the release after it (docs/operations.md,
"Upgrade").
"""

import re
from collections.abc import Iterator

from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Those that a lock for as long as it takes to read the whole table would be felt of.
BIG = {
    *("attempt", "call", "callback", "consent", "conversation", "customer", "customeremail"),
    *("customerphone", "customervehicle", "effect", "event", "lead", "note", "offer", "rawinput"),
    *("round", "step", "importrow"),
}
INDEX_WITH_LOCK = re.compile(r"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", re.I)
WORDS = re.compile(r"varchar\((\d+)\)")


def problems_of(migration: migrations.Migration, state: ProjectState) -> Iterator[str]:
    """Tell what is wrong with each operation; `state` is that before it, and is moved on."""
    app = migration.app_label
    made_here: set[str] = set()
    for operation in migration.operations:
        for part in _of_the_database(operation):
            if problem := _problem(part, app, state, made_here):
                yield f"{app}.{migration.name}: {part.describe()}: {problem}"
        if isinstance(operation, migrations.CreateModel):
            made_here.add(operation.name_lower)
        operation.state_forwards(app, state)


def _of_the_database(operation: Operation) -> list[Operation]:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return list(operation.database_operations)
    return [operation]


def _problem(
    operation: Operation, app: str, state: ProjectState, made_here: set[str]
) -> str | None:
    model = getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))
    if model in made_here:
        return None
    match operation:
        case migrations.RemoveField() | migrations.DeleteModel():
            return "the version that still runs uses it: stop using it one release before"
        case migrations.RenameField() | migrations.RenameModel():
            return "the version that still runs knows it by its old name: add a new one instead"
        case migrations.AddField() if _cannot_be_left_out(operation.field):
            return "the version that still runs does not fill it in: give it a db_default"
        case migrations.AlterField():
            return _change_problem(operation, app, state)
        case migrations.RunSQL() if INDEX_WITH_LOCK.search(str(operation.sql)):
            return "nobody can write meanwhile: CREATE INDEX CONCURRENTLY, with atomic = False"
    if model not in BIG:
        return None
    # Their subclasses for PostgreSQL, with CONCURRENTLY and NOT VALID, are other types.
    if type(operation) is migrations.AddIndex:
        return "nobody can write meanwhile: use AddIndexConcurrently, with atomic = False"
    if type(operation) is migrations.AddConstraint:
        return (
            "nobody can work while it reads the table: use AddConstraintNotValid and, in a "
            "migration after it, ValidateConstraint; for a unique one, make the index concurrently"
        )
    return None


def _cannot_be_left_out(field: models.Field) -> bool:
    filled_in = field.null or field.has_db_default() or field.generated
    return not field.many_to_many and not filled_in


def _change_problem(operation: migrations.AlterField, app: str, state: ProjectState) -> str | None:
    before = state.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
    after = operation.field.clone()
    after.set_attributes_from_name(operation.name)
    after.model = before.model
    if before.null and not after.null:
        return "the version that still runs leaves it empty: add a constraint in two releases"
    was, becomes = before.db_type(connection), after.db_type(connection)
    if was == becomes or _is_wider(was, becomes) or operation.model_name_lower not in BIG:
        return None
    return f"{was} becomes {becomes}, for which each row is written anew: add a column instead"


def _is_wider(was: str, becomes: str) -> bool:
    widths = [WORDS.fullmatch(kind) for kind in (was, becomes)]
    if widths[0] and becomes == "text":
        return True
    return all(widths) and int(widths[0][1]) <= int(widths[1][1])

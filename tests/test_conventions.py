"""Rules about the code itself, so that nobody has to remember them (style.md section 4)."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from bdc import celery_app

ROOT = Path(__file__).resolve().parent.parent
APPS = ("bdc", "dealers", "leads", "campaigns", "reporting")
CODE = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
DOORS = [
    path
    for path in CODE
    if {"views", "api"} & set(path.relative_to(ROOT).parts) or path.name == "views.py"
]
TASKS = [path for path in CODE if path.name == "tasks.py"]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def found_in(
    paths: list[Path], pattern: str, *, leaving_out: re.Pattern[str] | None = None
) -> list[str]:
    """Every place in `paths` where `pattern` stands, as "file: what"."""
    found = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if leaving_out is not None:
            text = leaving_out.sub("", text)
        found += [f"{named(path)}: {match.group(0)}" for match in re.finditer(pattern, text)]
    return found


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# What a door may ask of the database by itself: reference data, and the user's own things.
OPEN_TO_DOORS = re.compile(
    r"\b(CloseReason|Campaign|Dealership|DealerGroup|ApiToken|User|IdempotentAnswer|Membership)"
    r"\.objects\b"
)
GATES = r"\w+\.objects\.(?!visible_to\(|none\()\w+|\blead_for_answer\((?!acted_on\))"


def test_doors_load_leads_only_through_the_gate():
    assert DOORS
    assert found_in(DOORS, GATES, leaving_out=OPEN_TO_DOORS) == []


@pytest.mark.parametrize("path", TASKS, ids=named)
def test_tasks_are_thin(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tasks = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    late_imports = (ast.Import, ast.ImportFrom)

    too_long = [
        task.name
        for task in tasks
        if len([line for line in task.body if not isinstance(line, late_imports)]) > 2
    ]

    assert tasks
    assert too_long == []


def test_every_scheduled_task_exists():
    celery_app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled
    assert scheduled <= set(celery_app.tasks)


def test_only_the_clock_asks_the_time():
    others = [path for path in CODE if named(path) != "bdc/clock.py"]

    assert found_in(others, r"timezone\.now\(|datetime\.now\(|date\.today\(|localdate\(") == []


def test_no_module_has_a_name_that_says_nothing():
    empty_names = {"utils", "helpers", "common", "misc", "manager", "managers"}

    assert [named(path) for path in CODE if path.stem in empty_names] == []


def test_no_signal_handler_changes_our_own_models():
    assert found_in(CODE, r"\b(pre|post)_(save|delete)\b|m2m_changed") == []


def test_every_module_says_what_it_is_about():
    modules = [path for path in CODE if path.name != "__init__.py" and path.stat().st_size]

    silent = [
        named(path)
        for path in modules
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


ACTIONS = sorted(
    path for app in ("dealers", "leads") for path in (ROOT / app / "domain").glob("*.py")
)


def actions_of(source):
    """The functions of a module that are an action, each a transaction."""
    return [
        function
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef)
        and "retrying_atomic" in map(ast.unparse, function.decorator_list)
    ]


def goes_on_after(function, names):
    """Whether a part of `function` acts by one of `names`, and may fail without its whole."""
    for part in ast.walk(function):
        goes_on = (isinstance(part, ast.Try) and part.handlers) or (
            isinstance(part, ast.With) and "suppress(" in ast.unparse(part.items[0])
        )
        asked = {ast.unparse(one.func) for one in ast.walk(part) if isinstance(one, ast.Call)}
        if goes_on and asked & names and "transaction.atomic" not in ast.unparse(part):
            return True
    return False


def test_an_action_that_goes_on_after_another_failed_has_a_savepoint_for_it():
    """What fails within an action fails it as a whole (bdc/transactions.py)."""
    found = {named(path): actions_of(path.read_text(encoding="utf-8")) for path in ACTIONS}
    names = {function.name for functions in found.values() for function in functions}

    assert len(names) > 50
    assert [
        f"{module}: {function.name}"
        for module, functions in found.items()
        for function in functions
        if goes_on_after(function, names)
    ] == []


@pytest.mark.parametrize(
    ("body", "goes_on"),
    [
        ("try: act()\n except Wrong: pass", True),
        ("with suppress(Wrong): act()", True),
        ("try: look()\n except Wrong: pass\n act()", False),
        ("try:\n  with transaction.atomic(): act()\n except Wrong: pass", False),
    ],
)
def test_going_on_after_an_action_is_noticed(body, goes_on):
    [function] = actions_of(f"@retrying_atomic\ndef whole():\n {body}")

    assert goes_on_after(function, {"act"}) is goes_on


def test_who_acts_and_when_are_said_by_name():
    """`by` and `now` of a public action are keyword-only; a policy may take them in order."""
    loose = [
        f"{named(path)}: {function.name}"
        for path in ACTIONS
        for function in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef)
        and not function.name.startswith("_")
        and not function.name.endswith("_problem")
        and any(argument.arg == "by" for argument in function.args.args)
    ]

    assert loose == []


PUBLIC = {
    "healthz",
    "metrics",  # by a token of its own
    "set_language",
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_reauthenticate",
    "api-documents",  # asks for a session or a token itself
    "live",  # so does the stream of news, which answers 401
}


def url_patterns(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from url_patterns(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern


def test_only_listed_pages_are_public():
    """The API answers for itself: see the walk over every route in tests/test_access.py."""
    public = {
        pattern.name
        for pattern in url_patterns(get_resolver().url_patterns)
        if not getattr(pattern.callback, "login_required", True)
        and not hasattr(pattern.callback, "cls")
    }

    assert public - {None, "login", "logout", "jsi18n"} <= PUBLIC


def test_templates_hold_no_inline_script_or_style():
    templates = sorted((ROOT / "templates").rglob("*.html"))

    assert templates
    inline = r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\""
    assert found_in(templates, inline) == []


def test_buttons_lie_above_the_row_that_is_a_link():
    """The link of a row covers it whole, so that what else is there could not be pressed."""
    covered = [
        f"{named(path)}: {form}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for row in re.findall(r"<(?:li|tr)\b.*?</(?:li|tr)>", path.read_text("utf-8"), re.S)
        if "row-link" in row
        for form in re.findall(r"<form\b[^>]*>", row)
        if "above-link" not in form and "list-text" not in form  # that is the row's own words
    ]

    assert covered == []


def test_lock_files_hold_hashes_and_no_addresses():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text

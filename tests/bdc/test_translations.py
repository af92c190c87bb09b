"""Nothing on the screen stays in English: what is missing is found, what is there is kept."""

from gettext import GNUTranslations
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bdc import translations

CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext

def words(count):
    return (
        _("Call now"),
        gettext_lazy("Not reached"),
        pgettext("of a car", "Model"),
        ngettext("%(count)d call", "%(count)d calls", count) % {"count": count},
    )
"""
TEMPLATE = """{% load i18n %}
{% comment %}Nobody reads this.{% endcomment %}
<h1 title="{% translate "Close" %}">{% translate "Queue" %}</h1>
  {% if empty %}
    {% blocktranslate trimmed count n=n %}{{ n }} lead left{% plural %}
    {{ n }} leads left{% endblocktranslate %}
{% endif %}
"""
DUTCH = {
    "Call now": "Bel nu",
    "Not reached": "Niet bereikt",
    "Model": "Type",
    "%(count)d call": ("%(count)d belpoging", "%(count)d belpogingen"),
    "Close": "Sluiten",
    "Queue": "Wachtrij",
    "%(n)s lead left": ("Nog %(n)s lead", "Nog %(n)s leads"),
}


@pytest.fixture
def project(tmp_path, settings):
    """A small project of one module and one template, complete in Dutch."""
    (tmp_path / "leads").mkdir()
    (tmp_path / "leads" / "words.py").write_text(CODE)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "queue.html").write_text(TEMPLATE)
    settings.BASE_DIR = tmp_path
    call_command("update_translations", stdout=StringIO())
    translate(DUTCH)
    return tmp_path


def translate(dutch, *, flags=frozenset()):
    """Write `dutch` into the catalogue, as a translator would."""
    path = translations.catalogue_path()
    catalogue = translations.read_catalogue(path)
    for message in catalogue:
        english = message.id if isinstance(message.id, str) else message.id[0]
        if english in dutch:
            message.string = dutch[english]
            message.flags |= flags
    translations.write_catalogue(catalogue, path)


def check():
    call_command("check_translations", stdout=StringIO())


def problem():
    with pytest.raises(CommandError) as refused:
        check()
    return str(refused.value).split("\n\n")[0]


def test_a_complete_catalogue_passes(project):
    check()


def test_every_kind_of_marked_string_is_found(project):
    found = translations.strings_of(project)

    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in found}
    assert ids == {"", *DUTCH}
    assert found.get("Model", context="of a car") is not None


def test_tests_and_hidden_folders_are_not_read(project):
    for folder in ("tests", ".venv"):
        (project / folder).mkdir()
        (project / folder / "words.py").write_text('_("Not ours")')

    assert translations.strings_of(project).get("Not ours") is None


def test_a_new_string_is_missed_and_then_added_without_loss(project):
    (project / "leads" / "more.py").write_text('_("Save and next")')
    assert problem() == "not in the catalogue: 'Save and next' (leads/more.py)"

    call_command("update_translations", stdout=StringIO())

    assert problem() == "no Dutch: 'Save and next' (leads/more.py)"
    assert translations.read_catalogue(translations.catalogue_path()).get("Call now").string == (
        "Bel nu"
    )


def test_a_string_that_is_gone_is_named_and_then_dropped(project):
    (project / "leads" / "words.py").write_text(CODE.replace('_("Call now"),', ""))
    assert problem() == "no longer used: 'Call now'"

    call_command("update_translations", stdout=StringIO())

    check()
    assert "Call now" not in translations.catalogue_path().read_text()


def test_fuzzy_dutch_is_no_dutch_and_stays_marked(project):
    translate({"Queue": "Rij"}, flags={"fuzzy"})

    call_command("update_translations", stdout=StringIO())

    assert problem() == "fuzzy Dutch: 'Queue' (templates/queue.html)"


@pytest.mark.parametrize(
    "dutch",
    [
        ("%(count)d belpoging", ""),
        ("%(count)d belpoging", "%(aantal)d belpogingen"),
        ("een belpoging", "veel belpogingen"),
    ],
    ids=["no plural", "another placeholder", "placeholder lost"],
)
def test_a_half_translated_plural_is_found(project, dutch):
    translate({"%(count)d call": dutch})

    assert "'%(count)d call' (leads/words.py)" in problem()


def test_one_may_be_a_word(project):
    translate({"%(count)d call": ("een belpoging", "%(count)d belpogingen")})

    check()


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Call now</p>", "Call now"),
        ('<a title="To the lead" href="{% url "x" %}">{{ lead }}</a>', "To the lead"),
        ('<input placeholder="{{ a }} or name">', "or name"),
        ("{% if a %}open{% endif %}", "open"),
    ],
)
def test_words_that_nobody_marked_are_found(project, html, words):
    (project / "templates" / "queue.html").write_text(TEMPLATE + html)

    assert problem() == f"not marked for translation: {words!r} (templates/queue.html:8)"


@pytest.mark.parametrize(
    "html",
    [
        "<kbd>Enter</kbd>",
        "<p>{{ lead }} · {% icon 'phone' %} 36% €</p>",
        '<button lang="en">English</button>',
        "<span>Spits</span>",
        '<p class="muted" id="last" data-key="x">{% translate "Queue" %}</p>',
        "{# a remark #}",
    ],
)
def test_what_is_the_same_in_both_languages_passes(project, html):
    (project / "templates" / "queue.html").write_text(TEMPLATE + html)

    check()


def test_writing_twice_changes_nothing(project):
    before = translations.catalogue_path().read_bytes()

    call_command("update_translations", stdout=StringIO())

    assert translations.catalogue_path().read_bytes() == before


def test_a_source_that_cannot_be_read_is_named(project):
    (project / "leads" / "broken.py").write_text("words = (")

    with pytest.raises(ValueError, match=r"leads/broken\.py"):
        translations.strings_of(project)


def test_the_compiled_catalogue_is_read_by_django(project):
    call_command("compile_translations")

    with translations.catalogue_path().with_suffix(".mo").open("rb") as stream:
        dutch = GNUTranslations(stream)
    assert dutch.gettext("Call now") == "Bel nu"
    assert dutch.pgettext("of a car", "Model") == "Type"
    assert dutch.ngettext("%(n)s lead left", "%(n)s leads left", 3) == "Nog %(n)s leads"

"""The pages of the fixed list of reasons: read by administrators, renamed by who runs Spits."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from dealers.models import Role
from leads.models import FIXED_REASONS, CloseReason
from tests.factories import create_dealership, create_member, create_salesperson, create_user

LIST = "/beheer/redenen/"
SCRIPT = "<script>alert(1)</script>"
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def staff(client, db):
    client.force_login(create_user(is_staff=True))
    return client


@pytest.fixture
def administrator(client, db):
    client.force_login(create_member(Role.ADMINISTRATOR, create_dealership().group))
    return client


def text_of(response):
    return response.content.decode()


def names(**fields):
    return {"label_nl": "Andere naam", "label_en": "Other name", **fields}


def test_an_administrator_reads_the_whole_list_and_changes_nothing(administrator):
    shown = text_of(administrator.get(LIST))

    for row in FIXED_REASONS:
        assert row["code"] in shown
    assert f"{LIST}VK-05/" not in shown
    assert administrator.get(f"{LIST}VK-05/").status_code == 403
    assert administrator.post(f"{LIST}VK-05/", names()).status_code == 403
    assert administrator.post(f"{LIST}VK-05/gebruik/", {"retired": "1"}).status_code == 403
    reason = CloseReason.objects.get(pk="VK-05")
    assert (reason.label_nl, reason.retired_at) == ("Prijs of inruil niet passend", None)


def test_other_roles_do_not_read_it(client, db):
    client.force_login(create_salesperson(create_dealership()))

    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}VK-05/", names()).status_code == 403


def test_who_runs_spits_renames_a_reason(staff):
    assert f'href="{LIST}VK-05/"' in text_of(staff.get(LIST))
    assert 'value="Prijs of inruil niet passend"' in text_of(staff.get(f"{LIST}VK-05/"))

    response = staff.post(f"{LIST}VK-05/", names(), follow=True)

    reason = CloseReason.objects.get(pk="VK-05")
    assert (reason.label_nl, reason.label_en) == ("Andere naam", "Other name")
    assert "Reden VK-05 heeft een andere naam." in text_of(response)
    assert "Andere naam" in text_of(response)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("label_nl", {"label_nl": ""}),
        ("label_en", {"label_en": " "}),
        ("label_nl", {"label_nl": "x" * 121}),
    ],
)
def test_a_reason_without_a_fitting_name_is_refused_with_what_was_typed(staff, field, fields):
    response = staff.post(f"{LIST}VK-05/", names(**fields))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    kept = "Other name" if field == "label_nl" else "Andere naam"
    assert f'value="{kept}"' in text_of(response)
    assert CloseReason.objects.get(pk="VK-05").label_nl == "Prijs of inruil niet passend"


def test_a_reason_is_retired_and_offered_again(staff):
    retired = staff.post(f"{LIST}VK-05/gebruik/", {"retired": "1"}, follow=True)
    assert CloseReason.objects.get(pk="VK-05").retired_at is not None
    assert "Reden VK-05 is niet meer te kiezen." in text_of(retired)
    assert "Niet meer te kiezen" in text_of(retired)
    assert "Weer aanbieden" in text_of(staff.get(f"{LIST}VK-05/"))

    staff.post(f"{LIST}VK-05/gebruik/", {"retired": "0"})
    assert CloseReason.objects.get(pk="VK-05").retired_at is None


def test_a_reason_that_is_not_on_the_list_is_not_there(staff):
    assert staff.get(f"{LIST}VK-99/").status_code == 404
    assert staff.post(f"{LIST}VK-99/gebruik/", {"retired": "1"}).status_code == 404


def test_who_has_no_role_sees_no_tabs_that_would_refuse(staff):
    assert "/beheer/vestigingen/" not in text_of(staff.get(LIST))


def test_a_name_is_never_run(staff):
    staff.post(f"{LIST}VK-05/", names(label_nl=SCRIPT))

    for url in (LIST, f"{LIST}VK-05/"):
        assert SCRIPT not in text_of(staff.get(url))
        assert "&lt;script&gt;alert(1)" in text_of(staff.get(url))


def test_the_list_is_one_question_to_the_database(administrator):
    with CaptureQueriesContext(connection) as queries:
        administrator.get(LIST)

    told = [query["sql"] or "" for query in queries]  # of a prepared one the log has no text
    of_the_list = [sql for sql in told if 'FROM "leads_closereason"' in sql]
    assert len(of_the_list) == 1


def test_every_fixed_word_is_there_in_both_languages(db):
    for reason in CloseReason.objects.all():
        words = ("outcome", "sales_next_step", "marketing_next_step")
        dutch = [getattr(reason, word) for word in words]
        with override("nl"):
            assert dutch == said_of(reason)
        with override("en"):
            assert not set(dutch) & set(said_of(reason))


def said_of(reason):
    return [reason.outcome_label, reason.sales_step_label, reason.marketing_step_label]


def test_the_list_reads_english_for_who_reads_english(administrator):
    shown = text_of(administrator.get(LIST, **ENGLISH))

    assert "Price or trade-in did not fit" in shown
    assert "Second voice by the BDC" in shown
    assert "Tweede stem" not in shown

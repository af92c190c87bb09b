"""api_token and create_admin."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from bdc.accounts.models import ApiToken, User
from tests.api_client import ApiClient
from tests.factories import create_user


def run(command, *args):
    out = io.StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def test_a_token_is_printed_alone_and_earlier_ones_stay_valid(db):
    create_user(email="agent@noord.example")

    first, second = (run("api_token", "Agent@noord.example") for _ in range(2))

    assert first != second
    for printed in (first, second):
        key = printed.removesuffix("\n")
        assert printed == f"{key}\n"
        assert ApiClient(Authorization=f"Token {key}").get("leads/").status_code == 200
    assert ApiToken.objects.count() == 2


def test_nobody_else_gets_a_token(db):
    create_user(email="left@noord.example", is_active=False)

    for email in ("nobody@noord.example", "left@noord.example"):
        with pytest.raises(CommandError, match=f"No active user signs in as {email}"):
            run("api_token", email)
    assert not ApiToken.objects.exists()


def test_the_first_administrator_chooses_a_password_at_the_printed_address(db, settings):
    settings.SITE_URL = "https://spits.example"

    printed = run("create_admin", "Beheer@noord.example")

    user = User.objects.get(email="beheer@noord.example")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, True, False)
    address = printed.removesuffix("\n").removeprefix("https://spits.example")
    assert address.startswith("/accounts/password/reset/key/")
    client = Client()
    form = client.get(address, follow=True).request["PATH_INFO"]
    passwords = {"password1": "een lang wachtwoord 9", "password2": "een lang wachtwoord 9"}
    client.post(form, passwords)
    user.refresh_from_db()
    assert user.check_password("een lang wachtwoord 9")


def test_a_user_who_is_there_becomes_administrator_and_keeps_the_password(db):
    user = create_user(email="beheer@noord.example", password="een lang wachtwoord 9")

    run("create_admin", user.email)

    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert user.check_password("een lang wachtwoord 9")


def test_an_administrator_has_an_email_address(db):
    with pytest.raises(CommandError, match="beheer is no e-mail address"):
        run("create_admin", "beheer")

"""Nobody makes an account by signing up."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

SIGN_UP = {
    "email": "iemand@noord.example",
    "password1": "een lange zin",
    "password2": "een lange zin",
}


@pytest.mark.django_db
def test_sign_up_says_that_it_is_closed(client):
    response = client.get(reverse("account_signup"))

    assert next(template.name for template in response.templates) == "account/signup_closed.html"


@pytest.mark.django_db
def test_a_posted_sign_up_makes_no_account(client):
    client.post(reverse("account_signup"), SIGN_UP)

    assert not get_user_model().objects.exists()

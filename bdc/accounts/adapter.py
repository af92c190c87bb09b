"""How people come in: by an account that an administrator made, never by signing up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """allauth's behaviour, without sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

"""A program signs in with the token of the user for whom it acts."""

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from bdc.accounts.models import ApiToken, User


class SignedInApiRequest(Request):
    user: User
    auth: ApiToken


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token KEY`; the user can do what they can do in the browser, no more."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"token":
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("Write the header as: Authorization: Token KEY."))
        digest = ApiToken.digest_of(words[1].decode("latin-1"))
        token = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest, revoked_at=None, user__is_active=True)
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("This token is not valid, or not any more."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"

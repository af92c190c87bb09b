"""How many requests a token may make in a minute."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from bdc import clock
from bdc.accounts.models import ApiToken

MINUTE = 60  # seconds


class RateLimit(BaseThrottle):
    """Counts the requests of one sender, a token, in the minute that runs, in Valkey."""

    seconds_left = MINUTE

    def allow_request(self, request: Request, view: Any) -> bool:
        who = self.who(request, view)
        if who is None:
            return True
        minute, passed = divmod(int(clock.now().timestamp()), MINUTE)
        self.seconds_left = MINUTE - passed
        try:
            made = self._count(f"{who}:{minute}")
        except RedisError:
            return True  # without Valkey everything works but the limit
        return bool(made <= settings.API_REQUESTS_A_MINUTE)

    def who(self, request: Request, view: Any) -> str | None:
        """Whose requests are counted together; None are not counted."""
        return f"api:{request.auth.pk}" if isinstance(request.auth, ApiToken) else None

    def wait(self) -> float:
        return self.seconds_left

    @staticmethod
    def _count(key: str) -> int:
        if cache.add(key, 1, timeout=2 * MINUTE):
            return 1
        return int(cache.incr(key))

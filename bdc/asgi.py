"""The application for uvicorn."""

import os
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler

from bdc.safety import require_safe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")


class Application(ASGIHandler):
    """Answers each request in one thread from its beginning to its end.

    Django would go back to the event loop before the view and for each middleware that looks at
    it: ten changes of threads in a request, of which all but the stream of news is synchronous.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  Django's
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: Any) -> Any:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


django.setup(set_prefix=False)
application = Application()
require_safe_settings()  # whichever server it is that asks

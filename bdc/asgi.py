"""The application for uvicorn."""

import os

from django.core.asgi import get_asgi_application

from bdc.safety import require_safe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")

application = get_asgi_application()
require_safe_settings()  # whichever server it is that asks

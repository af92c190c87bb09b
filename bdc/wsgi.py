"""The application for servers that speak WSGI."""

import os

from django.core.wsgi import get_wsgi_application

from bdc.safety import require_safe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")

application = get_wsgi_application()
require_safe_settings()  # whichever server it is that asks

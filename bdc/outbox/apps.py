"""The outbox as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "bdc.outbox"
    label = "outbox"

    def ready(self) -> None:
        autodiscover_modules("effects")  # each app says in effects.py what it carries out

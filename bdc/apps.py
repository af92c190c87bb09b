"""The ground as a Django app."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from bdc.engines.durability import check_durability


class BdcConfig(AppConfig):
    name = "bdc"

    def ready(self) -> None:
        register(check_durability, Tags.database)  # `migrate` runs it, wherever Spits starts

"""The ground as a Django app."""

import logging

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.module_loading import autodiscover_modules

from bdc import pulse, work
from bdc.backups.under_way import check_restored
from bdc.engines.durability import check_durability
from bdc.safety import check_safety


class BdcConfig(AppConfig):
    name = "bdc"

    def ready(self) -> None:
        logging.captureWarnings(capture=True)  # they are log lines too
        work.tell_of_tasks()
        pulse.feel_pulses()
        autodiscover_modules("gauges")  # each app says there what it measures
        register(check_durability, Tags.database)  # `migrate` runs them, wherever Spits starts
        register(check_restored, Tags.database)
        register(check_safety, Tags.security, deploy=True)

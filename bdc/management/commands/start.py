"""Becomes one part of Spits, where each has a container or service of its own."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from bdc.safety import require_safe_settings
from bdc.serve.application import PARTS, command_of, environment_of
from bdc.serve.preparing import require_safe_database


class Command(BaseCommand):
    help = "Becomes the web process, a worker or the timetable; `prepare` has to have run before."
    requires_system_checks = []  # what has to hold is required below

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=PARTS)

    def handle(self, *args: Any, part: str, **options: Any) -> None:
        require_safe_settings()
        require_safe_database()
        connection.close()
        command = command_of(part, host=settings.HOST, port=settings.PORT)
        os.execve(command[0], command, environment_of(part))  # noqa: S606  our own programs

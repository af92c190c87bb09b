"""Takes in ADF documents from files, as a mail server or a scheduled job hands them over."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bdc import clock
from dealers.models import Dealership
from leads.domain.adf_intake import receive_adf
from leads.models import RawInput


class Command(BaseCommand):
    help = "Take in ADF XML documents; print one line of JSON for every prospect."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for the input")
        parser.add_argument(
            "--dealership", default="", help="the slug, where a document names no dealership"
        )

    def handle(self, *args: Any, files: list[str], dealership: str, **options: Any) -> None:
        place = _named(dealership)
        unread = []
        for file in files:
            try:
                body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            except OSError as problem:
                unread.append(f"{file}: {problem.strerror}")
                continue
            self._receive(body, place)
        if unread:
            raise CommandError("Not read: " + "; ".join(unread))

    def _receive(self, body: bytes, place: Dealership | None) -> None:
        receipt = receive_adf(
            body,
            content_type="application/xml",
            dealership=place,
            by=None,
            now=clock.now(),
            door=RawInput.Door.COMMAND,
        )
        for lead in receipt.leads:
            self.stdout.write(json.dumps({"lead": lead.pk}))
        for reject in receipt.rejects:
            self.stdout.write(json.dumps({"rejected": reject.pk, "error": reject.code}))


def _named(slug: str) -> Dealership | None:
    if not slug:
        return None
    dealership = Dealership.objects.select_related("group").filter(slug=slug).first()
    if dealership is None:
        raise CommandError(f"There is no dealership {slug}.")
    return dealership

"""Import a file of passive leads without the browser (contract.md, Commands)."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bdc import clock
from campaigns.domain.importing import import_file, summary
from campaigns.models import Import
from dealers.models import Dealership
from leads.models import Campaign


class Command(BaseCommand):
    help = (
        "Import a CSV file of customers to call. A campaign that the dealer group does not have "
        "yet is made. Prints the import as one line of JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dealership", required=True, metavar="SLUG")
        parser.add_argument("--campaign", required=True, metavar="SLUG")
        parser.add_argument(
            "--consent-words",
            default="",
            metavar="TEXT",
            help="the words that the customers agreed to; without words no ground to call",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        dealership = (
            Dealership.objects.select_related("group").filter(slug=options["dealership"]).first()
        )
        if dealership is None:
            known = ", ".join(Dealership.objects.values_list("slug", flat=True)[:20]) or "none"
            raise CommandError(f"No dealership {options['dealership']!r}. There are: {known}.")
        try:
            body = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}.") from error
        campaign, _is_new = Campaign.objects.get_or_create(
            group=dealership.group,
            slug=options["campaign"],
            defaults={"name": options["campaign"], "consent_words": options["consent_words"]},
        )
        campaign.dealerships.add(dealership)
        taken_in = import_file(
            body,
            file_name=options["file"].name,
            dealership=dealership,
            campaign=campaign,
            by=None,
            now=clock.now(),
            consent_words=options["consent_words"],
        )
        self.stdout.write(json.dumps(summary(taken_in)))
        if taken_in.state == Import.State.FAILED:
            raise CommandError(f"Nothing was imported: {taken_in.problem}.")

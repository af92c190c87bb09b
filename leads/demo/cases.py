"""One certain case for each close-out reason and decision, which chance might leave out."""

from __future__ import annotations

from datetime import time
from typing import Any

from dealers.models import Dealership
from leads.demo.cast import BREDA, EINDHOVEN, HELMOND
from leads.demo.chance import NEVER, Plan
from leads.demo.script import Script
from leads.models import AppointmentOutcome, Channel, Interest, Proposal

APPROVED = ("approve",)
BUYS = Plan(0, "VK-01", AppointmentOutcome.SHOWED)


class Cases:
    """Begins the certain cases, each on a working day of its own."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.eindhoven = script.cast.place(EINDHOVEN)
        self.helmond = script.cast.place(HELMOND)
        self.breda = script.cast.place(BREDA)

    def begin(self) -> None:
        self._reasons_of_sales()
        self._reasons_of_inbound()
        self._reasons_of_passive_leads()
        self._sent_back()

    def _reasons_of_sales(self) -> None:
        eindhoven, breda = self.eindhoven, self.breda
        self._active(84, eindhoven, Plan(0, "BDC-01"), decisions=APPROVED)
        self._active(
            78,
            eindhoven,
            Plan(0, "BDC-03"),
            decisions=APPROVED,
            channel=Channel.EMAIL,
            without_phone=True,
        )
        self._active(76, breda, Plan(0, "BDC-04"), decisions=APPROVED, interest=Interest.SERVICE)
        # A manager wants it tried again after all.
        self._active(75, eindhoven, Plan(0, "BDC-05"), decisions=APPROVED, is_reopened=True)
        self._active(73, breda, Plan(1, "BDC-07"), decisions=APPROVED)
        self._active(82, eindhoven, Plan(0, "appointment"), BUYS)
        # Lost, and nobody answers the second voice.
        self._active(71, eindhoven, Plan(0, "VK-02"), Plan(NEVER, "talk"), decisions=APPROVED)
        self._active(
            68, breda, Plan(1, "VK-03"), Plan(0, "BDC-09"), decisions=APPROVED, in_own_area=False
        )
        self._active(67, eindhoven, Plan(0, "VK-04"), Plan(NEVER, "talk"), decisions=APPROVED)
        # Lost, and won back by the second voice.
        self._active(64, eindhoven, Plan(1, "VK-05"), Plan(0, "BDC-17"), BUYS, decisions=APPROVED)
        self._active(62, breda, Plan(0, "VK-06"), Plan(1, "BDC-14"), decisions=APPROVED)
        self._active(60, eindhoven, Plan(0, "VK-07"), Plan(0, "BDC-15"), decisions=APPROVED)
        self._active(57, breda, Plan(0, "VK-08"), decisions=APPROVED)

    def _reasons_of_inbound(self) -> None:
        helmond = self.helmond
        self._active(83, helmond, Plan(0, "BDC-01"), decisions=APPROVED)
        self._active(80, helmond, Plan(0, "BDC-03"), channel=Channel.EMAIL, without_phone=True)
        self._active(77, helmond, Plan(0, "BDC-17"), BUYS)
        self._active(69, helmond, Plan(1, "BDC-18"), BUYS)
        self._active(59, helmond, Plan(0, "BDC-19"), Plan(0, "VK-06"), decisions=APPROVED)

    def _reasons_of_passive_leads(self) -> None:
        eindhoven, helmond, breda = self.eindhoven, self.helmond, self.breda
        sales, service = "einde-lease", "apk-herinnering"
        self._passive(81, eindhoven, sales, Plan(0, "BDC-08"))
        self._passive(74, breda, sales, Plan(1, "BDC-07"))
        self._passive(72, helmond, sales, Plan(0, "BDC-09"))
        self._passive(70, eindhoven, sales, Plan(0, "BDC-10"))
        self._passive(66, breda, sales, Plan(1, "BDC-11"))
        self._passive(63, helmond, sales, Plan(0, "BDC-12"))
        self._passive(58, eindhoven, sales, Plan(0, "BDC-13"), channel=Channel.LOST_SALE)
        self._passive(56, breda, sales, Plan(0, "BDC-14"), is_company=True, has_consent=False)
        self._passive(54, helmond, sales, Plan(0, "BDC-15"))
        self._passive(53, eindhoven, sales, Plan(0, "BDC-16"), Plan(0, "BDC-17"), BUYS)
        self._passive(51, breda, service, Plan(0, "AS-01"))
        self._passive(50, eindhoven, service, Plan(0, "AS-02"))
        # Nobody may call these; the system closes them after thirty days.
        self._passive(49, helmond, sales, has_consent=False)
        self._passive(46, eindhoven, service, has_consent=False)

    def _sent_back(self) -> None:
        instruction = Proposal.Instruction
        lost, other = Plan(0, "VK-07"), Plan(0, "VK-06")
        self._active(48, self.eindhoven, lost, lost, decisions=(instruction.MORE_ATTEMPTS,))
        self._active(45, self.breda, lost, lost, decisions=(instruction.SEND_MESSAGE,))
        self._active(42, self.eindhoven, lost, other, decisions=(instruction.OTHER_REASON,))
        self._active(40, self.eindhoven, lost, Plan(0, "BDC-12"), decisions=(instruction.TO_BDC,))

    def _active(self, days_ago: int, place: Dealership, *plans: Plan, **more: Any) -> None:
        """At a quarter past ten or so: each at a minute of its own."""
        at = self.script.working_day(days_ago, time(10, days_ago % 60), place)
        story = self.script.active(place, at=at, plans=plans, **more)
        self.script.stage.begin(at, story.play())

    def _passive(
        self, days_ago: int, place: Dealership, campaign: str, *plans: Plan, **more: Any
    ) -> None:
        at = self.script.working_day(days_ago, time(9, days_ago % 60), place)
        story = self.script.passive(place, at=at, campaign=campaign, plans=plans, **more)
        self.script.stage.begin(at, story.play())

"""Made-up answers and requests, to show in the description of the API."""

from typing import Any

LEAD: dict[str, Any] = {
    "id": 10482,
    "number": "10482",
    "kind": "active",
    "channel": "online",
    "interest": "new",
    "line": 1,
    "source": "website",
    "dealership": "noord-eindhoven",
    "campaign": None,
    "customer": {
        "id": 7731,
        "name": "Sander de Boer",
        "phones": ["+31612345678"],
        "emails": ["sander@example.com"],
        "postcode": "5611 AB",
        "may_call": {
            "allowed": True,
            "ground": "own_request",
            "why": "The customer asked for this himself.",
        },
    },
    "vehicle": {"make": "Volkswagen", "model": "ID.3", "plate": "", "year": None},
    "status": "open",
    "owner": {"type": "salesperson", "user": "internet@noord.example"},
    "round": {"number": 1, "attempts": 0, "maximum": 5},
    "next_call_at": "2026-11-24T10:00:00+01:00",
    "milestones": {
        "received_at": "2026-11-24T10:00:00+01:00",
        "first_attempt_at": None,
        "reached_at": None,
        "appointment_at": None,
        "showed_at": None,
        "quoted_at": None,
        "sold_at": None,
        "closed_at": None,
    },
    "close_out": None,
    "rounds": [
        {
            "number": 1,
            "side": "salesperson",
            "owner": {"type": "salesperson", "user": "internet@noord.example"},
            "began_at": "2026-11-24T10:00:00+01:00",
            "ended_at": None,
            "attempts": 0,
            "maximum": 5,
            "reason": None,
        }
    ],
    "duplicate_of": None,
}
LEAD_WITH_TIMELINE = {
    **LEAD,
    "timeline": [
        {
            "at": "2026-11-24T10:00:00+01:00",
            "by": None,
            "verb": "received",
            "text": "Received: online, from website.",
            "data": {"channel": "online", "source": "website"},
        }
    ],
}
HELD_LEAD = {**LEAD, "hold": {"until": "2026-11-24T10:15:00+01:00"}}
RECEIVE_LEAD = {
    "kind": "active",
    "channel": "online",
    "dealership": "noord-eindhoven",
    "interest": "new",
    "line": 1,
    "source": "website",
    "customer": {
        "first_name": "Sander",
        "infix": "de",
        "last_name": "Boer",
        "phone": "06 12345678",
        "email": "sander@example.com",
        "postcode": "5611 AB",
        "consent": {
            "purpose": "sales",
            "given_at": "2026-11-24T09:58:00+01:00",
            "words": "Yes, you may call me about offers.",
            "proof": "form 4711",
        },
    },
    "vehicle": {"make": "Volkswagen", "model": "ID.3"},
    "message": "Can I see it on Saturday?",
    "external_id": "4711",
}
CLOSE_LEAD = {
    "reason": "VK-04",
    "purchase": {"make": "Kia", "model": "EV3", "dealer": "Autohuis Zuid", "postcode": "4811"},
}
BOOK_APPOINTMENT = {
    "kind": "test_drive",
    "starts_at": "2026-11-26T14:00:00+01:00",
    "with": "internet@noord.example",
    "vehicle": "ID3-007",
}
RECORDED_ATTEMPT = {
    "attempt": {
        "id": 5120,
        "at": "2026-11-24T10:03:00+01:00",
        "result": "no_answer",
        "counts": True,
        "why": None,
    },
    "lead": LEAD,
}
CONVERSATION = {"id": 871, "at": "2026-11-24T10:03:00+01:00", "channel": "chat", "lead": LEAD}
APPOINTMENT = {
    "id": 402,
    "kind": "test_drive",
    "starts_at": "2026-11-26T14:00:00+01:00",
    "ends_at": "2026-11-26T15:00:00+01:00",
    "vehicle": "ID3-007",
    "slot": None,
    "outcome": None,
    "lead": LEAD,
    "with": "internet@noord.example",
}
QUOTE = {"id": 77, "at": "2026-11-24T10:03:00+01:00", "amount": "31250.00", "lead": LEAD}
CALL_BACK = {
    "id": 93,
    "due_at": "2026-11-25T18:30:00+01:00",
    "lead": LEAD,
    "for": "internet@noord.example",
}
REASON = {
    "code": "BDC-06",
    "track": "bdc",
    "group": "Uitval Niet bereikt",
    "outcome": "Afgewezen",
    "label_nl": "Niet bereikt na maximaal aantal belpogingen",
    "label_en": "Not reached after the maximum number of call attempts",
    "needs": ["maximum_attempts"],
    "effect": "park_long_term",
    "sales_next_step": "Geen",
    "marketing_next_step": "Opnemen in e-mailcampagne",
    "retired_at": None,
}
OFFERED_REASON = {
    **REASON,
    "available": False,
    "problem": {
        "code": "attempts_left",
        "detail": "2 more attempts are needed for this reason.",
    },
}
ADF_RECEIPT = {
    "leads": [LEAD],
    "rejected": [
        {
            "id": 12,
            "code": "unknown_dealership",
            "detail": "No dealership of yours has this name: Autohuis Zuid.",
        }
    ],
}
ADF_DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<?adf version="1.0"?>
<adf>
  <prospect>
    <id source="Portal">PV-4711</id>
    <requestdate>2026-11-24T09:58:00+01:00</requestdate>
    <vehicle interest="buy" status="new"><make>Volkswagen</make><model>ID.3</model></vehicle>
    <customer>
      <contact>
        <name part="full">Sander de Boer</name>
        <phone>06 12345678</phone>
      </contact>
    </customer>
    <vendor><vendorname>noord-eindhoven</vendorname></vendor>
  </prospect>
</adf>
"""

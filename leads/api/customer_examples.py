"""A made-up customer, to show in the description of the API."""

from typing import Any

CORRECTION: dict[str, Any] = {
    "infix": "de",
    "last_name": "Boer",
    "add_phones": ["06 12345678"],
    "wrong_phones": ["+31687654321"],
}
CUSTOMER: dict[str, Any] = {
    "id": 7731,
    "name": "Sander de Boer",
    "kind": "person",
    "salutation": "",
    "initials": "",
    "first_name": "Sander",
    "infix": "de",
    "last_name": "Boer",
    "company": "",
    "legal_form": "",
    "street": "Markt 1",
    "postcode": "5611 AB",
    "city": "Eindhoven",
    "phones": [{"number": "+31612345678", "dialable": True}],
    "emails": ["sander@example.com"],
    "vehicles": [
        {
            "id": 12,
            "plate": "TVL98N",
            "make": "Volkswagen",
            "model": "Golf",
            "year": 2019,
            "apk_expires_on": "2027-03-01",
        }
    ],
    "consents": [
        {
            "id": 31,
            "purpose": "sales",
            "given_at": "2026-11-24T09:58:00+01:00",
            "words": "Yes, you may call me about offers.",
            "proof": "form 4711",
            "dealership": "noord-eindhoven",
            "recorded_at": "2026-11-24T10:00:00+01:00",
            "recorded_by": None,
            "withdrawn_at": None,
            "withdrawn_by": None,
        }
    ],
    "objection": None,
    "parked_until": None,
    "merges": [{"id": 7802, "at": "2026-11-24T10:10:00+01:00", "by": "leider@noord.example"}],
    "leads": [
        {
            "id": 10482,
            "dealership": "noord-eindhoven",
            "kind": "active",
            "interest": "new",
            "status": "open",
            "owner": {"type": "salesperson", "user": "internet@noord.example"},
            "reason": None,
            "received_at": "2026-11-24T10:00:00+01:00",
            "may_call": {
                "allowed": True,
                "ground": "own_request",
                "why": "The customer asked for this himself.",
                "until": "2026-12-24T10:00:00+01:00",
            },
            "possible_duplicate": False,
        }
    ],
}

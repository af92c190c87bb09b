"""What `make run` tells once Spits answers."""

from datetime import datetime

PASSWORD = "spits-demo-2026"  # noqa: S105  of the demo, and in the contract
SIGN_INS = [
    ("agent@noord.example", "BDC agent, for all three dealerships"),
    ("agent2@noord.example", "BDC agent, for Noord"),
    ("teamleider@noord.example", "team lead of the BDC"),
    ("verkoper@noord.example", "hybrid salesperson, Eindhoven"),
    ("internet@noord.example", "internet salesperson, Eindhoven and Helmond"),
    ("showroom@noord.example", "showroom salesperson, Eindhoven"),
    ("verkoopleider@noord.example", "sales manager, Eindhoven and Helmond"),
    ("marketeer@noord.example", "marketer of Noord"),
    ("receptie@noord.example", "receptionist of Noord"),
    ("beheer@noord.example", "administrator of Noord"),
    ("verkoper@zuid.example", "salesperson, Breda"),
    ("verkoopleider@zuid.example", "sales manager, Breda"),
    ("marketeer@zuid.example", "marketer, Breda"),
    ("beheer@zuid.example", "administrator of Zuid"),
]


def welcome(address: str, *, demo_time: datetime | None) -> str:
    """Return the address and, in a demo, its time and who can sign in."""
    lines = ["", f"Spits runs at {address}"]
    if demo_time is None:
        lines.append("The first administrator: .venv/bin/python manage.py create_admin EMAIL")
    else:
        width = max(len(email) for email, _ in SIGN_INS)
        lines += [
            f"This is a demo: its clock says {demo_time:%Y-%m-%d %H:%M}.",
            "",
            f"Sign in, always with the password {PASSWORD}, as:",
            *[f"  {email:<{width}}  {role}" for email, role in SIGN_INS],
        ]
    return "\n".join([*lines, "", "Ctrl-C stops it; the data stay."])

"""What a page may hear of: the topics of live news, each for whoever may know of all of it.

Source: product.md, Organisation; contract.md, Who may. See also leads/domain/hearing.py.
"""

from __future__ import annotations


def of_user(user_id: int) -> str:
    """What is for one person alone."""
    return f"user:{user_id}"


def of_presence(user_id: int) -> str:
    """Whether somebody is at work, for who leads the team."""
    return f"presence:{user_id}"


def of_leads_at(dealership_id: int) -> str:
    """Every lead of a dealership, the passive ones too."""
    return f"leads:{dealership_id}"


def of_active_leads_at(dealership_id: int) -> str:
    """The leads of a dealership that its salespeople may see."""
    return f"active:{dealership_id}"

"""Which live news somebody may hear: of the leads that this person sees, and of the own team.

Source: product.md, Organisation; contract.md, Who may. See also Lead.objects.visible_to.
"""

from __future__ import annotations

from bdc.accounts.models import User
from dealers.domain.access import reach_of
from dealers.domain.topics import of_active_leads_at, of_leads_at, of_presence, of_user
from leads.domain.access import may_anywhere
from leads.domain.team import MOST_PEOPLE, people_led_by


def topics_of(user: User) -> frozenset[str]:
    """The topics of this person, at most a few hundred."""
    reach = reach_of(user)
    topics = {of_user(user.pk)}
    topics |= {of_leads_at(place) for place in reach.more_than_sales}
    topics |= {of_active_leads_at(place) for place in reach.only_sales}
    if may_anywhere(user, "lead_team"):
        people = people_led_by(user).values_list("pk", flat=True)[:MOST_PEOPLE]
        topics |= {of_presence(person) for person in people}
    return frozenset(topics)

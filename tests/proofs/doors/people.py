"""Who asks in these proofs."""

from bdc.accounts.models import User
from dealers.models import Dealership, Membership, Role
from tests.factories import create_centre, create_salesperson


def user_of_all_trades(place: Dealership) -> User:
    """Who sells, leads the sales, and leads the agents: as in a small group."""
    user = create_salesperson(place)
    Membership.objects.create(user=user, role=Role.SALES_MANAGER, dealership=place)
    Membership.objects.create(user=user, role=Role.TEAM_LEAD, centre=create_centre(place))
    return user

"""Who calls the API about leads: somebody who works here, and a stranger of another group."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from bdc.accounts.models import User
from dealers.models import Dealership, Role
from tests.api_client import ApiClient
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
)


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten() -> Iterator[None]:
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@pytest.fixture
def dealership(db: Any) -> Dealership:
    return create_dealership(slug="noord")


@pytest.fixture
def salesperson(dealership: Dealership) -> User:
    return create_salesperson(dealership, email="verkoper@noord.example")


@pytest.fixture
def manager(dealership: Dealership) -> User:
    return create_member(Role.SALES_MANAGER, dealership, email="leider@noord.example")


@pytest.fixture
def agent(dealership: Dealership) -> User:
    return create_agent(dealership, email="agent@noord.example")


@pytest.fixture
def marketer(dealership: Dealership) -> User:
    return create_member(Role.MARKETER, dealership.group, email="marketeer@noord.example")


@pytest.fixture
def stranger(db: Any) -> User:
    """Sales manager of a dealership of another group."""
    return create_member(Role.SALES_MANAGER, create_dealership(), email="leider@zuid.example")


@pytest.fixture
def as_salesperson(salesperson: User) -> ApiClient:
    return ApiClient(salesperson)


@pytest.fixture
def as_manager(manager: User) -> ApiClient:
    return ApiClient(manager)


@pytest.fixture
def as_agent(agent: User) -> ApiClient:
    return ApiClient(agent)


@pytest.fixture
def as_marketer(marketer: User) -> ApiClient:
    return ApiClient(marketer)


@pytest.fixture
def as_stranger(stranger: User) -> ApiClient:
    return ApiClient(stranger)

"""Leads by the thousand: one that the domain made, copied by SQL with every constraint on."""

from django.db import connection, models, transaction

from dealers.models import Dealership
from leads.models import Consent, Customer, CustomerPhone, Event, Lead, Round
from tests.factories import receive_passive


@transaction.atomic
def fill(dealership: Dealership, *, customers: int, leads_each: int = 1) -> None:
    """Add passive leads that are due, each customer with a number and consent of his own."""
    lead = receive_passive(dealership)
    first_customer, first_lead = lead.customer_id + 1, lead.pk + 1
    of_customer = {"customer_id": f"{first_customer} + n"}
    of_lead = {"lead_id": f"{first_lead} + n"}
    _copy(Customer, lead.customer_id, customers, {"id": f"{first_customer} + n"})
    for phone in lead.customer.phones.all():
        number = "'+316' || (20000000 + n)::text"
        _copy(CustomerPhone, phone.pk, customers, {**of_customer, "number": number})
    for consent in lead.customer.consents.all():
        _copy(Consent, consent.pk, customers, of_customer)
    leads = customers * leads_each
    _copy(
        Lead,
        lead.pk,
        leads,
        {"id": f"{first_lead} + n", "customer_id": f"{first_customer} + n %% {customers}"},
    )
    for round_ in lead.rounds.all():
        _copy(Round, round_.pk, leads, of_lead)
    for event in Event.objects.filter(lead=lead):
        _copy(Event, event.pk, leads, of_lead)
    _copied_from_is_not_offered(lead)
    for model in (Customer, Lead):
        _move_sequence_on(model)
    _analyse()


def _analyse() -> None:
    """Tell the planner of the rows, as autovacuum does a little later; before the commit, where
    the triggers that wait for it look into tables that were empty when they were first planned."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copy(model: type[models.Model], pk: int, count: int, changed: dict[str, str]) -> None:
    """Copy a row `count` times; `changed` gives SQL for columns by the number `n` of the copy."""
    meta = model._meta
    columns = [field.column for field in meta.concrete_fields if not field.generated]
    if "id" not in changed:
        columns.remove("id")
    values = [changed.get(column, f'"{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({names}) SELECT {", ".join(values)}'
            f' FROM "{meta.db_table}", generate_series(0, %s) AS n WHERE id = %s',
            [count - 1, pk],
        )


def _move_sequence_on(model: type[models.Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
        )


def _copied_from_is_not_offered(lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(next_call_at=None)

"""Demo data and real data never get among each other."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from bdc import clock
from bdc.engines.trouble import CannotStart
from bdc.models import DemoClock
from bdc.serve.preparing import prepare


@pytest.fixture(autouse=True)
def durable_engine(monkeypatch):
    """Leave the durability out, which the engine of the tests does not have."""
    monkeypatch.setattr("bdc.serve.preparing.durability_problem", lambda connection: None)


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.DATA_DIR = tmp_path
    clock._offset.cache_clear()
    yield
    clock._offset.cache_clear()


@pytest.mark.django_db
def test_demo_data_do_not_get_among_real_ones(demo):
    get_user_model().objects.create(email="beheer@noord.example")

    with pytest.raises(CannotStart, match="These data are not a demo's"):
        prepare(lambda words: None)
    assert not DemoClock.objects.exists()


@pytest.mark.django_db
def test_data_of_a_demo_do_not_start_as_real_ones(settings):
    settings.DEMO = False
    DemoClock.objects.create(offset_seconds=0)

    with pytest.raises(CannotStart, match="These data belong to a demo"):
        prepare(lambda words: None)


@pytest.mark.django_db
def test_clock_of_a_demo_is_refused_for_real_data(settings, monkeypatch):
    settings.DEMO = False
    monkeypatch.setenv("SPITS_CLOCK", "2026-11-24T10:00")

    with pytest.raises(CannotStart):
        prepare(lambda words: None)


@pytest.mark.django_db(transaction=True)
def test_a_demo_is_loaded_at_its_first_start_alone_as_of_its_clock(demo, monkeypatch):
    loaded, said = [], []
    monkeypatch.setenv("SPITS_CLOCK", "2099-11-24T10:00")
    monkeypatch.setattr(
        "leads.management.commands.load_demo.load_demo", lambda now: loaded.append(now)
    )

    first, _second = prepare(said.append), prepare(said.append)

    [as_of] = loaded
    assert timedelta(0) <= as_of - first < timedelta(hours=1)
    assert said.count("Loading the demo data, this once.") == 1
    assert DemoClock.objects.get().demo_loaded_at is not None

"""/metrics is read by who has the token, or without one on this machine; by nobody else."""

import re

import pytest
import yaml
from django.conf import settings as own_settings
from prometheus_client.parser import text_string_to_metric_families

OUTSIDE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def read(client, db):
    return lambda **asked: client.get("/metrics", **asked)


def test_without_a_token_this_machine_reads(read):
    answer = read()

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "asked",
    [
        OUTSIDE,
        {"REMOTE_ADDR": "10.0.0.2"},
        {"REMOTE_ADDR": ""},
        {"headers": {"X-Forwarded-For": "203.0.113.7"}},
        {"headers": {"Forwarded": "for=203.0.113.7"}},
    ],
    ids=["outside", "another machine", "unknown", "behind a proxy", "behind another proxy"],
)
def test_without_a_token_nobody_else_reads(read, asked):
    assert read(**asked).status_code == 403


def test_token_reads_from_anywhere_and_nothing_else_does(read, settings):
    settings.METRICS_TOKEN = "of-the-watcher"

    assert read(**OUTSIDE, headers={"Authorization": "Bearer of-the-watcher"}).status_code == 200
    for wrong in ("Bearer of-the-watchers", "Bearer ", "", "of-the-watcher", "Bearer \u00e9"):
        assert read(headers={"Authorization": wrong}).status_code == 403


def test_requests_are_counted_by_pattern_and_not_by_address(client, read):
    client.get("/Jansen/")
    client.get("/accounts/login/?next=/Jansen/")
    client.generic("JANSEN", "/healthz")

    told = read().content.decode()

    assert 'spits_requests_total{method="GET",status="404"}' in told
    assert 'spits_request_seconds_bucket{le="0.5",method="GET",route="accounts/login/"}' in told
    assert 'method="other"' in told
    assert "ansen" not in told.lower()


def test_alarms_name_figures_that_there_are(client, read):
    client.get("/healthz")
    told = read().content.decode()
    names = {
        name
        for family in text_string_to_metric_families(told)
        for name in {family.name, *(sample.name for sample in family.samples)}
    }
    alarms = yaml.safe_load((own_settings.BASE_DIR / "docs" / "alerts.yml").read_text())

    rules = [rule for group in alarms["groups"] for rule in group["rules"]]

    assert len({rule["alert"] for rule in rules}) == len(rules) >= 10
    for rule in rules:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert {"summary", "look"} <= rule["annotations"].keys()
        named = set(re.findall(r"\bspits_\w+", rule["expr"]))
        assert named, rule["alert"]
        assert named <= names, rule["alert"]
        for opening, closing in ("()", "[]", "{}"):
            assert rule["expr"].count(opening) == rule["expr"].count(closing)

"""docker-compose.yml keeps what a safe installation needs."""

import re
import subprocess

import pytest
from django.conf import settings

from bdc.engines.postgres import INITDB, QUIET
from tests.deploy.compose import FILE, OURS, PARTS, ROOT, compose, seconds

FILLED = compose(SPITS_DOMAIN="spits.example")
SERVICES = FILLED["services"]
KEPT = tuple(name for name in SERVICES if name not in ("prepare", "backup"))  # running all the time

every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def test_without_the_name_of_the_server_nothing_starts():
    with pytest.raises(KeyError, match="Give the name of this server"):
        compose()


@every_service
def test_service_may_do_nothing_that_it_need_not(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory", "pids"} <= limits.keys()
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}


def test_only_the_proxy_is_published():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert [name for name, service in SERVICES.items() if service.get("cap_add")] == ["proxy"]
    assert FILLED["networks"]["back"] == {"internal": True}
    assert [name for name, service in SERVICES.items() if "front" in service["networks"]] == [
        "proxy",
        "web",
    ]
    for engine in ("postgres", "valkey"):
        assert SERVICES[engine]["networks"] == ["back"]


@pytest.mark.parametrize("name", KEPT)
def test_service_that_runs_is_looked_after(name):
    assert SERVICES[name]["restart"] == "unless-stopped"
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert seconds(check["timeout"]) <= 10


def test_all_wait_for_what_they_need():
    for name in PARTS:
        assert {
            other: wait["condition"] for other, wait in SERVICES[name]["depends_on"].items()
        } == {
            "postgres": "service_healthy",
            "valkey": "service_healthy",
            "prepare": "service_completed_successfully",
        }
    assert SERVICES["proxy"]["depends_on"] == {"web": {"condition": "service_healthy"}}


def test_stops_leave_time_for_what_is_under_way():
    grace = {name: seconds(SERVICES[name]["stop_grace_period"]) for name in KEPT}

    assert grace["worker"] > settings.CELERY_TASK_TIME_LIMIT
    assert grace["web"] > 5 + 10  # for open streams, and for a slow request
    assert grace["postgres"] >= 60
    assert SERVICES["postgres"]["stop_signal"] == "SIGINT"


def test_everything_named_exists():
    for service in SERVICES.values():
        assert set(service.get("secrets", [])) <= FILLED["secrets"].keys()
        assert set(service["networks"]) <= FILLED["networks"].keys()
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in FILLED["volumes"] or (ROOT / source).exists()
        for name, value in service.get("environment", {}).items():
            if name.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_settings_are_those_that_spits_reads():
    known = set(re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.M))

    for name in OURS:
        assert SERVICES[name]["environment"].keys() <= known


def test_no_secret_stands_in_the_file():
    text = FILE.read_text()

    assert not re.search(r"(PASSWORD|SECRET_KEY|_URL): *\S*(?<!_FILE: )[a-z]+://[^$\s]*:", text)
    assert not re.search(r"^\s+(SECRET_KEY|DATABASE_URL|REDIS_URL|EMAIL_URL):", text, re.M)


def test_database_sorts_as_the_embedded_one_does():
    asked = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()

    assert {one for one in INITDB if "locale" in one or "encoding" in one} <= set(asked)
    assert "--data-checksums" in asked
    assert SERVICES["postgres"]["volumes"] == ["database:/var/lib/postgresql"]


def test_log_of_the_database_tells_nothing_of_rows():
    assert {f"-c{name}={value}" for name, value in QUIET.items()} <= set(
        SERVICES["postgres"]["command"]
    )


def test_broker_forgets_nothing_by_itself():
    command = " ".join(SERVICES["valkey"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_secrets_are_made_once_and_each_for_its_service(tmp_path):
    script = tmp_path / "deploy" / "secrets.sh"
    script.parent.mkdir()
    script.write_text((ROOT / "deploy" / "secrets.sh").read_text())

    def make(mail):
        subprocess.run(["sh", script], input=mail, text=True, check=True, capture_output=True)
        return {file.name: file.read_text().strip() for file in (tmp_path / "secrets").iterdir()}

    made = make("smtp+tls://u:p@mail.example:587\n")

    assert made.keys() == FILLED["secrets"].keys()
    assert all(secret["file"] == f"./secrets/{name}" for name, secret in FILLED["secrets"].items())
    assert len(made["secret_key"]) == 64
    assert made["postgres_password"] in made["database_url"]
    assert made["valkey_conf"].removeprefix("requirepass ") in made["redis_url"]
    assert made["email_url"] == "smtp+tls://u:p@mail.example:587"
    assert oct((tmp_path / "secrets").stat().st_mode)[-3:] == "700"
    assert make("another\n") == made

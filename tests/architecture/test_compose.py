"""docker-compose.yml and the Dockerfile, as far as they can be judged without starting them."""

import re
import subprocess
import sys

import pytest
import yaml

from tests.architecture.source import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_compose_file_follows_the_specification():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_has_the_production_shape():
    assert set(COMPOSE["services"]) == {"web", "worker", "beat", "migrate", "db", "redis"}


@pytest.mark.parametrize("service", ["web", "worker", "beat", "db", "redis"])
def test_services_restart_and_are_watched(service):
    described = COMPOSE["services"][service]
    assert described["restart"] == "unless-stopped"
    # web has the health check of its image
    assert service == "web" or described["healthcheck"]["test"]


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_nothing_of_ours_starts_before_the_migrations(service):
    condition = COMPOSE["services"][service]["depends_on"]["migrate"]["condition"]
    assert condition == "service_completed_successfully"


def test_no_secret_is_written_into_the_compose_file():
    for name, service in COMPOSE["services"].items():
        for variable, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|SECRET|KEY|_URL", variable) and variable != "REDIS_URL":
                assert "${" in str(value), f"{name}: {variable}"


def test_variables_the_compose_file_needs_are_in_the_example():
    needed = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert needed
    assert needed - offered == set()


def test_the_image_runs_without_rights_and_with_locked_packages():
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["portal"]
    assert "--require-hashes" in DOCKERFILE
    assert DOCKERFILE.count("FROM ") == 2
    assert "HEALTHCHECK" in DOCKERFILE

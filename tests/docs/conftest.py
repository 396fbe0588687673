"""What the documents' commands need to be run: a replica with a vault, and a short demo."""

import os
import subprocess
from pathlib import Path

import pytest

from ballast.domain.errors import ExtraMissing
from ballast.replica.errors import ReplicaUnavailableError
from ballast.replica.node import ReplicaNode
from support.guarded import PASSWORD_ENV, build_guarded

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def environment():
    """A user's shell after `make setup`: our tools in front, nothing of an outer make."""
    folders = [str(ROOT / "build/bin"), str(ROOT / ".venv/bin")]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return {**inherited, "PATH": os.pathsep.join([*folders, os.environ["PATH"]]), "JAX_PLATFORMS": "cpu"}


@pytest.fixture(scope="session")
def guarded(tmp_path_factory):
    """A replica that stands in for the user's node, with a vault and a position in it."""
    node = ReplicaNode(mining=False)
    try:
        node.start()
        world = build_guarded(node, tmp_path_factory.mktemp("keys"))
    except (ReplicaUnavailableError, ExtraMissing) as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
    yield world
    node.stop()


@pytest.fixture(scope="session")
def agent_environment(environment, guarded):
    return {**environment, PASSWORD_ENV: guarded.keys.password}


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory, environment):
    """A working directory in which a short demo has been played."""
    folder = tmp_path_factory.mktemp("demo")
    command = ["ballast", "demo", "--excerpt", "--headless"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder

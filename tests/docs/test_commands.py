"""Every command in README and CONTRIBUTING is run as it stands: here, by .ci/run, or by the suite runner."""

import ast
import re
import signal
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from ballast.replica import addresses
from support.guarded import CALM_PARAMETERS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "CONTRIBUTING.md")
NODE_FILE = ROOT / "build/replica/node.json"
LIVE = "ballast run --config ballast.toml --live"
PAPER = "ballast run --config ballast.toml --paper"
VERIFY = "ballast verify --journal out/demo/journal.sqlite --all"
SEEDS = "ballast demo --seeds 10 --headless"
CONSOLE = "ape console --network ethereum:mainnet-fork:foundry"

# Run by .ci/run, word for word.
IN_CI = ("make demo", "make test", "make check", "pip install .", ". .venv/bin/activate", VERIFY)
# Run by script/tools/run_tests.py, whose argument lists hold these words.
IN_RUNNER = ("ape test tests/e2e --network ethereum:mainnet-fork:foundry", "forge test")
# Run by the tests below, or by those named.
HERE = (
    'eval "$(make env)"',
    "make env-stop",
    "make setup",
    "make deep",
    "ape run deploy --network ethereum:mainnet-fork:foundry --account TEST::0",
    CONSOLE,
    SEEDS,
    "ballast config > ballast.toml",
    "ballast doctor --config ballast.toml",
    "ballast watch --config ballast.toml --once",
    PAPER,
    LIVE,
)


@dataclass(frozen=True)
class Block:
    """One ```sh block: its commands in order, without comments."""

    document: str
    commands: tuple[str, ...]


def blocks(document):
    text = (ROOT / document).read_text("utf-8")
    for body in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        lines = (re.sub(r"\s{2,}#.*|^#.*", "", line).strip() for line in body.splitlines())
        yield Block(document, tuple(line for line in lines if line))


def commands():
    return [command for document in DOCUMENTS for block in blocks(document) for command in block.commands]


def shell(command, folder, environment, limit=120):
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )


def test_no_command_is_unknown_and_none_known_is_missing():
    assert set(commands()) == {*IN_CI, *IN_RUNNER, *HERE}


@pytest.mark.parametrize("command", IN_CI)
def test_ci_runs_it(command):
    lines = [line.strip() for line in (ROOT / ".ci/run").read_text().splitlines()]
    assert command in lines


@pytest.mark.parametrize("command", IN_RUNNER)
def test_runner_runs_it(command):
    """Some list of the runner holds the command's words in their order; forge is named by its place."""
    words = command.split()
    runner = ast.parse((ROOT / "script/tools/run_tests.py").read_text())
    names = {
        target.id: node.value
        for node in ast.walk(runner)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def texts(node):
        if isinstance(node, ast.Name | ast.Starred):
            name = node.id if isinstance(node, ast.Name) else getattr(node.value, "id", "")
            return texts(names[name]) if name in names else []
        if isinstance(node, ast.List):
            return [text for part in node.elts for text in texts(part)]
        constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
        return [
            text.rsplit("/", 1)[-1] if "build/bin" in text else text
            for text in constants
            if str(text) == text
        ]

    lists = [texts(node) for node in ast.walk(runner) if isinstance(node, ast.List)]
    assert any(words == [text for text in found if text in words] for found in lists)


def test_make_setup_has_nothing_to_do_twice(environment):
    done = shell("make setup", ROOT, environment)
    assert done.returncode == 0, done.stderr


def test_make_deep_runs_the_suites_with_their_long_tests(environment):
    told = shell("make -n deep", ROOT, environment).stdout
    assert "script/tools/run_tests.py --deep" in told
    assert (
        shell(".venv/bin/python script/tools/run_tests.py --deep --help", ROOT, environment).returncode == 0
    )


@pytest.mark.slow
def test_look_inside_block_works_in_one_shell(environment):
    """The suites are left out, the console has no input, and a node that the user has started goes on."""
    (block,) = (block for block in blocks("README.md") if CONSOLE in block.commands)
    mine = [command for command in block.commands if command not in IN_RUNNER]
    if NODE_FILE.is_file():
        mine.remove("make env-stop")

    done = shell("set -e\n" + "\n".join(mine), ROOT, environment)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Out[" in done.stdout or "In [1]" in done.stdout
    assert re.search(r"^vault +0x[0-9a-fA-F]{40}$", done.stdout, re.MULTILINE)


@pytest.mark.slow
def test_verify_works_on_the_demo(demo_folder, environment):
    done = shell(VERIFY, demo_folder, environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_seeds_command_is_understood(environment):
    """`--help` is answered after all options were parsed; the ten runs themselves are for `make deep`."""
    assert shell(f"{SEEDS} --help", ROOT, environment).returncode == 0
    assert shell(f"{SEEDS} --no-such-option --help", ROOT, environment).returncode == 2


@pytest.mark.deep
@pytest.mark.timeout(7_200)
def test_seeds_command_writes_what_the_table_is_made_of(tmp_path, environment):
    done = shell(SEEDS, tmp_path, environment, limit=7_200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out/demo/seeds.json").is_file()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, environment, guarded):
    """Where a user has a configuration: printed by the command, then edited for his node, vault and keys."""
    folder = tmp_path_factory.mktemp("user")
    done = shell("ballast config > ballast.toml", folder, environment)
    assert done.returncode == 0, done.stderr
    printed = folder / "ballast.toml"
    assert "[rpc]" in printed.read_text()
    printed.write_text(guarded.config(folder, parameters=CALM_PARAMETERS))
    return folder


@pytest.mark.slow
def test_doctor_finds_everything_in_order(folder, agent_environment):
    done = shell("ballast doctor --config ballast.toml", folder, agent_environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout


@pytest.mark.slow
def test_watch_shows_one_block(folder, agent_environment):
    done = shell("ballast watch --config ballast.toml --once", folder, agent_environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "weth-usdc" in done.stdout


@pytest.mark.slow
def test_live_is_refused_on_a_replica(folder, agent_environment):
    done = shell(LIVE, folder, agent_environment)
    assert done.returncode == 1
    assert (
        f"--live refuses replicas: there is a marker contract at {addresses.REPLICA_MARKER.lower()}"
        in done.stderr
    )
    assert "signed" not in kinds(folder)


@pytest.mark.slow
def test_paper_run_ticks_until_it_is_told_to_stop(folder, agent_environment):
    log = folder / "paper.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {PAPER}"], cwd=folder, env=agent_environment, stdout=stream, stderr=stream
        )
        deadline = time.monotonic() + 60
        while "tick" not in kinds(folder) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, log.read_text()
    assert {"start", "tick", "stop"} <= kinds(folder)
    assert "signed" not in kinds(folder)


def kinds(folder):
    """Kinds of the entries in the folder's journal; none while there are no tables."""
    path = folder / "journal.sqlite"
    if not path.is_file():
        return set()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        try:
            return {kind for (kind,) in database.execute("select distinct kind from entries")}
        except sqlite3.OperationalError:
            return set()

"""`ape console` as a user starts it: a process that reads commands."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSOLE = "ape console --network ethereum:mainnet-fork:foundry"
SESSION = """
from script.deploy import NOBODY, Parties, deploy, load_parameters
me = accounts.test_accounts[0]
address = deploy(me, Parties(me.address, me.address, me.address, NOBODY), load_parameters(1)).vault.address
vault = vault_at(address)
print("value", vault.getPortfolioValue())
print("status", vault.status(1).healthWad == 2**256 - 1)
print("owner", vault.owner() == me)
receipt = vault.setState(2, sender=me)
print("halted", vault.status(1).state)
print("ether", latest_price("ETH") > 0, latest_price("USDC") > 0)
print("wad", wad("1.25"))
try:
    latest_price("DOGE")
except ValueError as error:
    print("refused", error)

"""


@pytest.fixture(scope="module")
def said():
    done = subprocess.run(
        ["sh", "-c", CONSOLE],
        cwd=ROOT,
        input=SESSION,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "line",
    [
        "value 0",
        "status True",
        "owner True",
        "halted 2",
        "ether True True",
        "wad 1250000000000000000",
        "refused no feed for 'DOGE', allowed are ['ETH', 'USDC']",
    ],
)
def test_console_answers(said, line):
    assert line in said, said

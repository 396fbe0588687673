"""One deployment on a fork for all tests; Ape rolls every test's changes back."""

import market
import pytest
from script import deploy

from ballast.replica import addresses

POSITION = 1
WETH_100 = 100 * 10**18


@pytest.fixture(scope="session")
def owner(accounts):
    return accounts[0]


@pytest.fixture(scope="session")
def parameters(chain):
    return deploy.load_parameters(chain.chain_id)


@pytest.fixture(scope="session")
def world(accounts):
    """The fork's market at the price that it was forked at."""
    market.make_replica()
    return market.Market(accounts[9])


@pytest.fixture(scope="session")
def deployment(owner, parameters, world):
    parties = deploy.Parties(owner.address, owner.address, owner.address, deploy.NOBODY)
    return deploy.deploy(owner, parties, parameters)


@pytest.fixture(scope="session")
def vault(deployment):
    return deployment.vault


@pytest.fixture
def position(vault, owner):
    """100 WETH in the position, with USDC debt to a health factor of 1.45; the owner keeps the dollars."""
    market.wrap(owner, WETH_100)
    market.token(addresses.WETH).approve(vault, WETH_100, sender=owner)
    vault.supply(POSITION, addresses.WETH, WETH_100, sender=owner)
    debt = vault.status(POSITION).collateralWad * 8300 * 100 // (10_000 * 145) // 10**12
    vault.borrow(POSITION, addresses.USDC, debt, owner, sender=owner)
    return POSITION

"""Names that `ape console` offers besides Ape's own: `vault_at`, `wad`, `latest_price`."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ape.contracts import ContractContainer, ContractInstance
from ape.managers.project import ProjectManager

# Chainlink's USD feeds on Ethereum mainnet; the replica has its own at the same addresses.
FEEDS = {
    "ETH": "0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419",
    "USDC": "0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6",
}


def wad(amount: str | int | Decimal) -> int:
    """Fixed-point integer with 18 decimals: ``wad("1.25")`` is 1250000000000000000.

    Raises:
        ValueError: the amount has more than 18 decimals.
    """
    scaled = Decimal(amount).scaleb(18)
    if scaled != int(scaled):
        raise ValueError(f"{amount} has more than 18 decimals, allowed are 18")
    return int(scaled)


def ape_init_extras(project: ProjectManager) -> dict[str, Callable[..., Any]]:
    """The helpers that need the project's compiled interfaces."""

    def vault_at(address: str) -> ContractInstance:
        """The vault at ``address`` with all its functions: execution, owner's exit and configuration."""
        return _at(address, project.IRebalanceVault)

    def latest_price(symbol: str = "ETH") -> Decimal:
        """Newest USD price that Chainlink's feed for ``symbol`` holds."""
        if symbol not in FEEDS:
            raise ValueError(f"no feed for {symbol!r}, allowed are {sorted(FEEDS)}")
        feed = _at(FEEDS[symbol], project.IAggregatorV3)
        return Decimal(feed.latestRoundData().answer).scaleb(-feed.decimals())

    return {"vault_at": vault_at, "latest_price": latest_price}


def _at(address: str, interface: ContractContainer) -> ContractInstance:
    """Asks neither Ape's cache of types, which forks share with mainnet, nor a clone for its code."""
    return ContractInstance(address, interface.contract_type)

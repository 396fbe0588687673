"""Moves the market of a forked chain: feeds, pool and clock. Works on forks of the replica and of mainnet."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ape import accounts, chain
from ape.contracts import ContractInstance
from eth_utils import keccak, to_hex
from ethpm_types import ContractType

from ballast.replica import addresses
from ballast.simulate.arbitrage import arbitrage

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "build/forge-replica"
ETH_FEEDS = (addresses.ETH_USD_FEED, addresses.AAVE_ETH_USD_FEED)
ALL_FEEDS = (*ETH_FEEDS, addresses.USDC_USD_FEED)
POOL_FEE_PPM = 500
REVERTING_CODE = "0xfe"


def function(name: str, inputs: str, outputs: str = "", view: bool = False) -> dict[str, Any]:
    """ABI entry of a function with nameless parameters, types separated by blanks."""
    return {
        "type": "function",
        "name": name,
        "stateMutability": "view" if view else "nonpayable",
        "inputs": [{"name": f"a{at}", "type": kind} for at, kind in enumerate(inputs.split())],
        "outputs": [{"name": "", "type": kind} for kind in outputs.split()],
    }


ERC20 = [
    function("balanceOf", "address", "uint256", view=True),
    function("allowance", "address address", "uint256", view=True),
    function("approve", "address uint256", "bool"),
    function("transfer", "address uint256", "bool"),
]
EXACT_INPUT_SINGLE = "address address uint24 address uint256 uint256 uint256 uint160"
ROUTER = [function("exactInputSingle", "tuple", "uint256")]
ROUTER[0]["inputs"][0]["components"] = function("", EXACT_INPUT_SINGLE)["inputs"]


def anvil(method: str, *parameters: Any) -> Any:
    return chain.provider.make_request(method, list(parameters))


def artifact(name: str) -> dict[str, Any]:
    return json.loads((ARTIFACTS / f"{name}.sol/{name}.json").read_text())


def is_replica() -> bool:
    return len(chain.provider.get_code(addresses.REPLICA_MARKER)) > 0


def make_replica() -> None:
    """Puts the marker on a fork of the real chain, so that the agent knows that it may be played with."""
    if not is_replica():
        code = artifact("ReplicaMarker")["deployedBytecode"]["object"]
        anvil("anvil_setCode", addresses.REPLICA_MARKER, code)


def etch_feed(feed: str, transmitter: str) -> None:
    """Own feed code in the place of ``feed``, with 8 decimals and no round yet."""
    anvil("anvil_setCode", feed, artifact("ReplicaFeed")["deployedBytecode"]["object"])
    # slot 0: transmitter (20 bytes), decimals (1), newest round (8)
    anvil("anvil_setStorageAt", feed, to_hex(0), "0x" + f"{8 << 160 | int(transmitter, 16):064x}")


def transmit(feed: str, answer: int) -> None:
    """Writes a round of this very second."""
    contract = instance(feed, artifact("ReplicaFeed")["abi"])
    sender = accounts[addresses.TRANSMITTER]
    sender.balance = 10**20
    now = chain.pending_timestamp
    anvil("evm_setNextBlockTimestamp", now)
    contract.transmit(answer, now, now, sender=sender)


@dataclass
class Market:
    """USD price of ether, with 8 decimals, in every feed and in the pool."""

    trader: Any

    def __post_init__(self) -> None:
        if not is_replica():
            for feed in ALL_FEEDS:
                etch_feed(feed, addresses.TRANSMITTER)
            self.feed_prices(self.pool_price())

    def pool_price(self) -> int:
        """Spot of the USDC/WETH pool."""
        sqrt = self._pool().slot0().sqrtPriceX96
        return 10**20 * 2**192 // sqrt**2

    def feed_prices(self, price_e8: int) -> None:
        for feed in ALL_FEEDS:
            transmit(feed, price_e8 if feed in ETH_FEEDS else 10**8)

    def move(self, price_e8: int) -> None:
        """The pool first, ten minutes of it for the time-weighted price, then a round in every feed."""
        self._swap_to(price_e8)
        chain.mine(timestamp=chain.pending_timestamp + 660)
        self.feed_prices(price_e8)

    def kill_feeds(self) -> None:
        """Every feed, the venue's included, answers with a revert from now on."""
        for feed in (*ALL_FEEDS, addresses.AAVE_USDC_SOURCE):
            anvil("anvil_setCode", feed, REVERTING_CODE)

    def _swap_to(self, price_e8: int) -> None:
        swap = arbitrage(self._pool().slot0().sqrtPriceX96, price_e8, POOL_FEE_PPM)
        if swap is None:
            return
        token_in, token_out = (addresses.WETH, addresses.USDC)[:: 1 if swap.sells_weth else -1]
        amount = 10**23 if swap.sells_weth else 10**14
        self._hold(token_in, amount)
        token(token_in).approve(addresses.UNISWAP_SWAP_ROUTER, amount, sender=self.trader)
        order = (token_in, token_out, POOL_FEE_PPM, self.trader, 2**63, amount, 0, swap.sqrt_limit_x96)
        router = instance(addresses.UNISWAP_SWAP_ROUTER, ROUTER)
        router.exactInputSingle(order, sender=self.trader)

    def _hold(self, address: str, amount: int) -> None:
        if address == addresses.WETH:
            self.trader.balance += amount
            wrap(self.trader, amount)
        else:
            whale = accounts[addresses.AAVE_USDC_ATOKEN]
            whale.balance = 10**18
            token(address).transfer(self.trader, amount, sender=whale)

    def _pool(self) -> ContractInstance:
        abi = json.loads((ROOT / "agent/ballast/abi/IUniswapV3Pool.json").read_text())
        return instance(addresses.UNISWAP_USDC_WETH_POOL, abi)


def instance(address: str, abi: list[dict[str, Any]]) -> ContractInstance:
    """A contract by its ABI, without Ape's cache of contract types, which forks share with mainnet."""
    return ContractInstance(address, ContractType(abi=abi))


def token(address: str) -> ContractInstance:
    return instance(address, ERC20)


def wrap(account: Any, amount: int) -> None:
    """Ether to WETH."""
    data = keccak(text="deposit()")[:4]
    account.transfer(addresses.WETH, amount, data=data, gas=100_000)


def round_of(feed: str) -> Any:
    """Newest round of a feed."""
    return instance(feed, artifact("ReplicaFeed")["abi"]).latestRoundData()

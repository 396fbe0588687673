"""Moves the price under a guarded position: feeds and pool in one block, ahead of everybody else in it."""

from __future__ import annotations

from ballast.demo.world import MARKET, VENUE
from ballast.simulate.market import MarketDriver, MarketRules
from ballast.simulate.watch import Watch
from support.guarded import BLOCK_SECONDS, Guarded


class Market:
    """The demo's market on a guarded replica. Make a new one after every `evm_revert`."""

    def __init__(self, guarded: Guarded) -> None:
        self._guarded = guarded
        self._driver = MarketDriver(guarded.node.rpc, MARKET, MarketRules(), Watch(VENUE, {}))
        self._cheap_wei = self._base_fee()

    def enter(self) -> None:
        """Gives the market its means, in a block of its own."""
        self._driver.fund()

    def moves_to(self, price_usd: int, *, others_wait: bool = False) -> None:
        """One block at a new price.

        The market comes first in it, so that what was signed at the old price meets the new one.
        ``others_wait`` makes the block too dear for every other transaction.
        """
        wei = self._highest_bid() + 1 if others_wait else self._cheap_wei
        self._driver.settle(price_usd * 10**8, wei, [self._guarded.now() + BLOCK_SECONDS])

    def _base_fee(self) -> int:
        block = self._guarded.node.rpc.call("eth_getBlockByNumber", "latest", False)
        return int(block["baseFeePerGas"], 16)

    def _highest_bid(self) -> int:
        content = self._guarded.node.rpc.call("txpool_content")
        waiting = (one for group in content.values() for nonces in group.values() for one in nonces.values())
        return max((int(one["maxFeePerGas"], 16) for one in waiting), default=self._cheap_wei)

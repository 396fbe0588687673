"""Plays a market path into a replica, one block a step.

Base fee, oracle rounds, liquidator, arbitrageur, then everybody else.

Order inside a block comes from the fees that each party offers, as on the real chain; the driver's own
accounts outbid all others, so that a round is followed by the liquidation that it allows before anything else
can happen. What another party sends after block N can be in block N + 1 at the earliest, and so can a
liquidation that its owner has seen coming.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ballast.domain.units import WAD
from ballast.replica.errors import ReplicaError
from ballast.simulate.arbitrage import arbitrage
from ballast.simulate.calls import NodeRpc, calldata, latest_block, view
from ballast.simulate.oracle_feed import USDC_HEARTBEAT_SECONDS, FeedRule, Round, next_round, seen_step
from ballast.simulate.path import MarketPath
from ballast.simulate.watch import VenueAddresses, View, Watch

USDC_PRICE_E8 = 10**8
_GAS = {"feed": 200_000, "liquidator": 8_000_000, "arbitrageur": 12_000_000}
_BID_WEI = {"feed": 3 * 10**16, "liquidator": 2 * 10**16, "arbitrageur": 10**16}
_LIQUIDATION_GAS = 600_000
# Interest between two reads moves a health factor by less than this; the contract itself decides.
_NEARLY_LIQUIDATABLE_WAD = WAD + WAD // 1_000
_DEEP_POCKET = 10**30
_NO_DEADLINE = 2**63


@dataclass(frozen=True, slots=True)
class MarketAddresses:
    """Contracts that the driver acts on. A venue feed equal to the primary one is written once.

    The venue prices USDC by the primary feed itself, so there is no second one to write.
    """

    venue: VenueAddresses
    eth_feed: str
    venue_eth_feed: str
    usdc_feed: str
    swap_router: str
    liquidator: str
    arbitrageur: str
    usdc_minter: str
    pool_fee_ppm: int = 500


@dataclass(frozen=True, slots=True)
class MarketRules:
    """How the market's parties behave.

    ``venue_lag_blocks`` 0: an auction for the delayed venue price makes it effective at once.
    """

    eth: FeedRule = field(default_factory=FeedRule)
    usdc: FeedRule = field(default_factory=lambda: FeedRule(heartbeat_seconds=USDC_HEARTBEAT_SECONDS))
    venue_lag_blocks: int = 0


@dataclass(frozen=True, slots=True)
class BlockResult:
    """One mined block: what the driver did in it and what stood at its end.

    ``price_e8`` is the market's price of ether, ``oracle_e8`` the primary feed's and ``venue_e8`` that of the
    venue's own feed.
    """

    step: int
    number: int
    hash: str
    timestamp: int
    base_fee_wei: int
    price_e8: int
    oracle_e8: int
    venue_e8: int
    view: View
    receipts: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Transaction:
    role: str
    sender: str
    to: str
    data: str


class MarketDriver:
    """Owns the chain's clock and the market's accounts.

    ``clock_offset`` is chain time minus the path's own time, in seconds.
    """

    def __init__(self, node: NodeRpc, addresses: MarketAddresses, rules: MarketRules, watch: Watch) -> None:
        self._node = node
        self._addresses = addresses
        self._rules = rules
        self._watch = watch
        self._transmitters = {feed: self._transmitter(feed) for feed in self._feeds()}
        self._arbitrageur = addresses.arbitrageur
        self._liquidator_owner = str(view(node, addresses.liquidator, "owner()", ("address",))[0])
        self._nonces: dict[str, int] = {}
        self._venue_queue: deque[Round | None] = deque()
        self._eth = self._read_round(addresses.eth_feed)
        self._usdc = self._read_round(addresses.usdc_feed)
        self._venue_answer = self._health_answer = self._read_round(addresses.venue_eth_feed).answer
        self._view = self._watch.decode(node.batch([self._watch.request()])[0])
        self.clock_offset = 0

    def fund(self) -> None:
        """Gives the market's accounts ether, tokens and approvals, in one block of their own."""
        for account in {
            *self._transmitters.values(),
            self._arbitrageur,
            self._liquidator_owner,
            self._addresses.usdc_minter,
        }:
            self._node.batch(
                [("anvil_impersonateAccount", [account]), ("anvil_setBalance", [account, hex(_DEEP_POCKET)])]
            )
        a, arb = self._addresses, self._arbitrageur
        self._send(_Transaction("arbitrageur", arb, a.venue.weth, calldata("deposit()")), value=10**25)
        for token in (a.venue.weth, a.venue.usdc):
            self._send(
                _Transaction(
                    "arbitrageur", arb, token, calldata("approve(address,uint256)", a.swap_router, 2**256 - 1)
                )
            )
        for to in (arb, a.liquidator):
            mint = calldata("mint(address,uint256)", to, 10**16)
            self._send(_Transaction("feed", a.usdc_minter, a.venue.usdc, mint))
        latest = latest_block(self._node)
        self._node.call("evm_setNextBlockTimestamp", hex(int(latest["timestamp"], 16) + 1))
        self._node.call("evm_mine")
        self._require_success(self._node.call("eth_getBlockReceipts", "latest"))

    def retarget(self, watch: Watch) -> None:
        """Watches other accounts from now on."""
        self._watch = watch
        self._view = watch.decode(self._node.batch([watch.request()])[0])

    def settle(self, price_e8: int, base_fee_wei: int, timestamps: Sequence[int]) -> BlockResult:
        """Plays blocks at one price, with a round in the first.

        The market before a path begins, or between two.
        """
        for index, now in enumerate(timestamps):
            last = self._block(-1, price_e8, base_fee_wei, now, Round(price_e8, now) if index == 0 else None)
        return last

    def play(self, path: MarketPath, step: int) -> BlockResult:
        """Mines the block of ``step`` (1 .. path.steps)."""
        now = path.timestamp(step) + self.clock_offset
        seen = path.price_e8[seen_step(step, self._rules.eth, path.step_seconds)]
        due = next_round(self._rules.eth, self._eth, seen, now)
        return self._block(step, path.price_e8[step], path.base_fee_wei[step], now, due)

    def _block(self, step: int, price_e8: int, base_fee_wei: int, now: int, due: Round | None) -> BlockResult:
        self._health_answer = self._venue_answer
        transactions = [
            *self._feed_transactions(due, now),
            *self._liquidation(base_fee_wei, price_e8),
            *self._arbitrage(price_e8),
        ]
        head = [
            ("anvil_setNextBlockBaseFeePerGas", [hex(base_fee_wei)]),
            ("evm_setNextBlockTimestamp", [hex(now)]),
        ]
        self._node.batch(head + [self._request(t) for t in transactions])
        self._node.call("evm_mine")
        reads: list[tuple[str, list[Any]]] = [
            self._watch.request(),
            ("eth_getBlockByNumber", ["latest", False]),
        ]
        answer, block, receipts = self._node.batch([*reads, ("eth_getBlockReceipts", ["latest"])])
        ours = {t.sender.lower() for t in transactions}
        self._require_success([r for r in receipts if r["from"].lower() in ours], len(transactions))
        self._view = self._watch.decode(answer)
        return BlockResult(
            step, int(block["number"], 16), block["hash"], int(block["timestamp"], 16),
            int(block["baseFeePerGas"], 16),
            price_e8, self._eth.answer, self._venue_answer, self._view, tuple(receipts),
        )  # fmt: skip

    # ------------------------------------------------------------------ parties

    def _feed_transactions(self, due: Round | None, now: int) -> list[_Transaction]:
        a, out = self._addresses, []
        if due is not None:
            self._eth = due
            out.append(self._transmit(a.eth_feed, due))
        out += self._venue_transactions(due)
        usdc = next_round(self._rules.usdc, self._usdc, USDC_PRICE_E8, now)
        if usdc is not None:
            self._usdc = usdc
            out.append(self._transmit(a.usdc_feed, usdc))
        return out

    def _venue_transactions(self, due: Round | None) -> list[_Transaction]:
        """The venue's copy of a round, ``venue_lag_blocks`` later."""
        if self._addresses.venue_eth_feed == self._addresses.eth_feed:
            self._venue_answer = self._eth.answer
            return []
        self._venue_queue.append(due)
        late = self._venue_queue.popleft() if len(self._venue_queue) > self._rules.venue_lag_blocks else None
        if late is None:
            return []
        self._venue_answer = late.answer
        return [self._transmit(self._addresses.venue_eth_feed, late)]

    def _liquidation(self, base_fee_wei: int, price_e8: int) -> list[_Transaction]:
        """An attempt whenever a watched account may be below 1 at the answers of this block.

        It must earn its gas.
        """
        users = [account for label, account in self._watch.accounts.items() if self._may_be_liquidated(label)]
        if not users:
            return []
        least_gain_wad = _LIQUIDATION_GAS * base_fee_wei * price_e8 // 10**8
        a = self._addresses
        data = calldata(
            "liquidate(address[],address,address,uint256)", users, a.venue.weth, a.venue.usdc, least_gain_wad
        )
        return [_Transaction("liquidator", self._liquidator_owner, a.liquidator, data)]

    def _may_be_liquidated(self, label: str) -> bool:
        holding = self._view.holdings[label]
        if holding.debt_usdc == 0:
            return False
        return holding.health_wad * self._venue_answer < _NEARLY_LIQUIDATABLE_WAD * self._health_answer

    def _arbitrage(self, price_e8: int) -> list[_Transaction]:
        a = self._addresses
        swap = arbitrage(self._view.pool_sqrt_x96, price_e8, a.pool_fee_ppm)
        if swap is None:
            return []
        tokens = (a.venue.weth, a.venue.usdc) if swap.sells_weth else (a.venue.usdc, a.venue.weth)
        amount = 10**24 if swap.sells_weth else 10**15
        order = (*tokens, a.pool_fee_ppm, self._arbitrageur, _NO_DEADLINE, amount, 0, swap.sqrt_limit_x96)
        data = calldata(
            "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))", order
        )
        return [_Transaction("arbitrageur", self._arbitrageur, a.swap_router, data)]

    # ------------------------------------------------------------------ plumbing

    def _transmit(self, feed: str, written: Round) -> _Transaction:
        data = calldata(
            "transmit(int256,uint256,uint256)", written.answer, written.updated_at, written.updated_at
        )
        return _Transaction("feed", self._transmitters[feed], feed, data)

    def _send(self, transaction: _Transaction, value: int = 0) -> None:
        self._node.batch([self._request(transaction, value)])

    def _request(self, transaction: _Transaction, value: int = 0) -> tuple[str, list[Any]]:
        nonce = self._nonces.get(transaction.sender)
        if nonce is None:
            nonce = int(self._node.call("eth_getTransactionCount", transaction.sender, "latest"), 16)
        self._nonces[transaction.sender] = nonce + 1
        body = {
            "from": transaction.sender, "to": transaction.to, "data": transaction.data, "nonce": hex(nonce),
            "value": hex(value), "gas": hex(_GAS[transaction.role]),
            "maxFeePerGas": hex(_BID_WEI[transaction.role]), "maxPriorityFeePerGas": "0x1",
        }  # fmt: skip
        return "eth_sendTransaction", [body]

    def _require_success(self, receipts: list[dict[str, Any]], expected: int | None = None) -> None:
        failed = [receipt["transactionHash"] for receipt in receipts if receipt["status"] != "0x1"]
        if failed or (expected is not None and len(receipts) != expected):
            raise ReplicaError(
                f"of {expected} market transactions {len(receipts)} were mined and {failed} failed"
            )

    def _feeds(self) -> list[str]:
        a = self._addresses
        return list(dict.fromkeys((a.eth_feed, a.venue_eth_feed, a.usdc_feed)))

    def _transmitter(self, feed: str) -> str:
        return str(view(self._node, feed, "transmitter()", ("address",))[0])

    def _read_round(self, feed: str) -> Round:
        returns = ("uint80", "int256", "uint256", "uint256", "uint80")
        _, answer, _, updated_at, _ = view(self._node, feed, "latestRoundData()", returns)
        return Round(answer, updated_at)

"""One block as an `Observation`, by one batched call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ballast.domain.errors import SourceError
from ballast.domain.observation import (
    BlockRef,
    FeedReading,
    Observation,
    PoolReading,
    PositionReading,
    VaultState,
    VenuePrice,
)
from ballast.domain.terms import AssetTerms, PositionTerms, SecondSource
from ballast.domain.units import UINT256_MAX
from ballast.ingest.abi import load
from ballast.ingest.hexes import signed, word, words
from ballast.ingest.multicall import MULTICALL3, Call, batch, call_parameters, read_batch
from ballast.ingest.packed import Answer, Packed
from ballast.ingest.pools import PoolKey, Pools
from ballast.ingest.providers import Quorum

_VAULT = load("IRebalanceVault")
_ADAPTER = load("ILendingAdapter")
_ERC20 = load("IERC20")
_FEED = load("IAggregatorV3")
_MULTICALL = load("IMulticall3")


class Reader:
    """Reads all positions of one agent. Keeps only which word of nonces each position is at."""

    def __init__(self, quorum: Quorum, pools: Pools) -> None:
        self._quorum = quorum
        self._pools = pools
        self._nonce_words: dict[str, int] = {}
        self._planned: _Plan | None = None

    def read(self, block: BlockRef, terms: Sequence[PositionTerms]) -> Observation:
        """Everything that stages 2 to 7 need of ``block``.

        Raises:
            QuorumLost: no quorum for one answer.
            SourceError: a contract that the terms name does not answer as it must.
        """
        plan = self._plan(tuple(terms))
        agreed = self._quorum.ask("eth_call", call_parameters(plan.calldata, block.hash), read_batch)
        observation = plan.decode(block, agreed.value, agreed.sources)
        self._turn_full_words(observation)
        return observation

    def _plan(self, terms: tuple[PositionTerms, ...]) -> _Plan:
        plan = self._planned
        # Compared one by one, which is quick for the same objects; a hash would walk through all fields.
        if plan is None or plan.terms != terms:
            nonce_words = tuple(self._nonce_words.get(one.label, 0) for one in terms)
            plan = self._planned = _Plan(terms, nonce_words, self._pools.keys(terms))
        return plan

    def _turn_full_words(self, observation: Observation) -> None:
        for position in observation.positions:
            if position.nonce_bitmap == UINT256_MAX:
                self._nonce_words[position.label] = position.nonce_word + 1
                self._planned = None


class _Plan:
    """Calls in a fixed order, encoded once, and the way back from their answers."""

    def __init__(
        self, terms: tuple[PositionTerms, ...], nonce_words: tuple[int, ...], pools: tuple[PoolKey, ...]
    ) -> None:
        self.terms = terms
        self._nonce_words = nonce_words
        self._pools = pools
        self._assets = tuple({asset.token: asset for one in terms for asset in one.assets}.values())
        self._feeds = tuple(_feeds_of(self._assets))
        self._venues = tuple(
            dict.fromkeys((one.adapter, asset.token) for one in terms for asset in one.assets)
        )
        self._names = tuple(zip(*((one.label, one.vault, one.position_id) for one in terms), strict=True))
        self.calls = tuple(self._build())
        self._must_succeed = np.asarray([not call.may_fail for call in self.calls])
        self.calldata = batch(self.calls)

    def decode(self, block: BlockRef, raw: bytes, sources: int) -> Observation:
        """The observation that the answers amount to; errors as `Reader.read`."""
        try:
            packed = Packed(raw, len(self.calls))
            self._require_success(packed)
            rest = iter(packed)
            _require_chain(block, word(next(rest).raw))
            return Observation(
                block,
                tuple(_feed(asset, address, next(rest)) for asset, address in self._feeds),
                tuple(VenuePrice(venue, token, word(next(rest).raw)) for venue, token in self._venues),
                tuple(_pool(key, next(rest), next(rest), rest) for key in self._pools),
                self._positions(packed),
                sources,
            )
        except ValueError as error:
            raise SourceError("chain", f"block {block.number}: {error}") from error

    def _build(self) -> Iterator[Call]:
        yield Call(MULTICALL3, _MULTICALL.call("getChainId"), "chain id")
        for asset, address in self._feeds:
            what = f"feed of {asset.symbol} at {address}"
            yield Call(address, _FEED.call("latestRoundData"), what, may_fail=True)
        for venue, token in self._venues:
            yield Call(venue, _ADAPTER.call("venuePriceWad", token), f"venue price of {token}")
        for key in self._pools:
            yield from key.calls()
        for one, nonce_word in zip(self.terms, self._nonce_words, strict=True):
            yield from _position_calls(one, nonce_word)

    def _require_success(self, packed: Packed) -> None:
        for index in np.flatnonzero(~packed.success & self._must_succeed):
            reason = _VAULT.error(packed[index].raw)
            raise ValueError(f"{self.calls[index].what} reverted{f': {reason[0]}' if reason else ''}")

    def _positions(self, packed: Packed) -> tuple[PositionReading, ...]:
        """All positions' answers, which are the last of the batch, column by column."""
        shape = len(self.terms), len(_POSITION_WORDS)
        first = len(packed) - shape[0] * shape[1]
        start, size = packed.start[first:].reshape(shape), packed.size[first:].reshape(shape)
        _require_words(size)
        # PositionStatus is dynamic (upkeepCall), so a word with its offset stands before the struct.
        status = start[:, :1] + 32 * np.arange(1, 8)
        columns = packed.columns(np.concatenate([status, start[:, 1:]], axis=1))
        state, epoch, health, collateral_wad, debt_wad, loss_left, notional_left = columns[:7]
        collateral, debt, idle_collateral, idle_debt, budget_collateral, budget_debt, bitmap = columns[7:]
        amounts = collateral, debt, idle_collateral, idle_debt
        values = health, collateral_wad, debt_wad, loss_left, notional_left, budget_collateral, budget_debt
        # By place, in the order of the fields: names would cost a third more for each of very many.
        return tuple(
            map(
                PositionReading, *self._names, map(_state, state), epoch, *amounts, *values,
                self._nonce_words, bitmap,
            )
        )  # fmt: skip


def _position_calls(terms: PositionTerms, nonce_word: int) -> Iterator[Call]:
    vault, where = terms.vault, f"{terms.label}: "
    reference = bytes.fromhex(terms.venue_ref.removeprefix("0x"))
    yield Call(vault, _VAULT.call("status", terms.position_id), where + "status")
    yield Call(
        terms.adapter,
        _ADAPTER.call("collateralOf", vault, reference, terms.collateral_token),
        where + "collateral",
    )
    yield Call(terms.adapter, _ADAPTER.call("debtOf", vault, reference, terms.debt_token), where + "debt")
    for token in (terms.collateral_token, terms.debt_token):
        yield Call(token, _ERC20.call("balanceOf", vault), where + f"idle balance of {token}")
    for token in (terms.collateral_token, terms.debt_token):
        yield Call(vault, _VAULT.call("idleBudget", token), where + f"idle budget of {token}")
    yield Call(vault, _VAULT.call("nonceBitmap", terms.position_id, nonce_word), where + "nonces")


# Least words that each call of `_position_calls` answers with.
_POSITION_WORDS = (10, 1, 1, 1, 1, 1, 1, 1)
_STATES = {int(state): state for state in VaultState}


def _require_words(size: npt.NDArray[np.int64]) -> None:
    """Refuses answers of positions, by size in bytes [N, 8], that are torn or too short; as `words` does."""
    torn = (size % 32 != 0) | (size < 32 * np.asarray(_POSITION_WORDS))
    for row, column in np.argwhere(torn):
        observed = size[row, column]
        raise ValueError(f"expected at least {_POSITION_WORDS[column]} words, observed {observed} bytes")


def _state(value: int) -> VaultState:
    known = _STATES.get(value)
    return VaultState(value) if known is None else known


def _feeds_of(assets: Sequence[AssetTerms]) -> Iterator[tuple[AssetTerms, str]]:
    for asset in assets:
        yield asset, asset.feed
        if asset.second_source is SecondSource.FEED:
            yield asset, asset.second


def _feed(asset: AssetTerms, address: str, answer: Answer) -> FeedReading:
    if not answer.success:
        return FeedReading(asset.token, address, asset.feed_decimals, 0, 0, 0)
    round_id, value, _, updated_at, _ = words(answer.raw, 5)[:5]
    return FeedReading(asset.token, address, asset.feed_decimals, round_id, signed(value), updated_at)


def _pool(key: PoolKey, slot0: Answer, liquidity: Answer, rest: Iterator[Answer]) -> PoolReading:
    sqrt_price = words(slot0.raw, 7)[0]
    then, now, window = (0, 0, 0)
    if key.window_seconds:
        then, now, window = _cumulatives(next(rest), key.window_seconds)
    meta = key.meta
    depth = word(liquidity.raw)
    return PoolReading(
        meta.pool, meta.token0, meta.token1, meta.fee_ppm, sqrt_price, depth, then, now, window
    )


def _cumulatives(answer: Answer, window_seconds: int) -> tuple[int, int, int]:
    """Tick cumulatives and their distance; all zero where the pool's history is too short to tell."""
    if not answer.success:
        return 0, 0, 0
    # (int56[] ticks, uint160[] …): two offsets, then the first array's length and members.
    parsed = words(answer.raw, 5)
    start = parsed[0] // 32
    if start + 2 >= len(parsed) or parsed[start] != 2:
        raise ValueError("observe returned something else than two tick cumulatives")
    return signed(parsed[start + 1]), signed(parsed[start + 2]), window_seconds


def _require_chain(block: BlockRef, observed: int) -> None:
    if observed != block.chain_id:
        raise ValueError(f"the chain id is {observed}, allowed is {block.chain_id}")

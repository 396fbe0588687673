"""`ballast doctor`: everything that a run needs, one after the other; each failure comes with its fix."""

from __future__ import annotations

from collections.abc import Iterator

from ballast.app.assembly import Chain
from ballast.app.checks import Check, code_checks, feed_checks, position_checks, signer_checks
from ballast.app.modes import REPLICA_MARKER
from ballast.domain.errors import BallastError
from ballast.domain.observation import BlockRef
from ballast.domain.terms import PositionTerms
from ballast.ingest.calls import code_size
from ballast.ingest.hexes import quantity
from ballast.ingest.providers import Quorum
from ballast.risk.adapter import model_id_bytes
from ballast.risk.model import load_default_weights
from ballast.strategies.registry import model_ids

_LEAST_GAS = 2_000_000
_GWEI = 10**9


def examine(chain: Chain, sender: str | None = None, signer: str | None = None) -> Iterator[Check]:
    """All checks, in the order in which they depend on each other; ends early where one cannot go on.

    ``sender`` and ``signer`` are the addresses of the configured keys, None where there are none.
    """
    try:
        yield from _examine(chain, sender, signer)
    except BallastError as error:
        fix = "see the lines above; check rpc.urls and the addresses"
        yield Check("reading", ok=False, detail=str(error), fix=fix)


def _examine(chain: Chain, sender: str | None, signer: str | None) -> Iterator[Check]:
    chain.heads.require_chain()
    yield Check("chain id", ok=True, detail=f"rpc.urls serve chain id {chain.config.chain_id}")
    yield from _providers(chain.quorum)
    block = chain.heads.newest()
    yield Check("head", ok=True, detail=f"block {block.number} of time {block.timestamp}")
    yield from _checkpoint(chain, block)
    codes = list(code_checks(chain, block))
    yield from codes
    if not all(check.ok for check in codes):
        return
    terms = chain.terms(block)
    observation = chain.reader.read(block, terms)
    yield from feed_checks(observation, terms)
    yield from position_checks(observation, terms)
    yield from _models(chain, block, terms)
    if signer is not None:
        yield from signer_checks(terms, signer)
    if sender is not None:
        yield _balance(chain, block, sender)


def _providers(quorum: Quorum) -> Iterator[Check]:
    for provider in quorum.providers:
        reason = provider.banned or provider.counters.last_reason
        detail = f"{provider.rpc.name} {reason or 'answers'}"
        yield Check("provider", not reason, detail, "replace this one of rpc.urls")


def _checkpoint(chain: Chain, block: BlockRef) -> Iterator[Check]:
    checkpoint = chain.config.checkpoint
    replica = code_size(chain.quorum, block, REPLICA_MARKER) > 0
    world = "a replica: run with --replica" if replica else "no replica: run with --paper or --live"
    yield Check("world", ok=True, detail=world)
    if checkpoint is None:
        fix = "add [checkpoint] with a block and its hash that you have looked up yourself"
        yield Check("checkpoint", replica, "there is none; --live needs one", fix)
        return
    observed = chain.heads.at(checkpoint.block).hash
    same = observed == checkpoint.hash
    detail = f"block {checkpoint.block} has hash {observed}"
    yield Check("checkpoint", same, detail, f"checkpoint.hash says {checkpoint.hash}: which chain is this?")


def _models(chain: Chain, block: BlockRef, terms: tuple[PositionTerms, ...]) -> Iterator[Check]:
    weights_id = model_id_bytes(load_default_weights())
    for one in terms:
        for model in model_ids(one.strategy, weights_id):
            approved = chain.is_model_approved(block, one.vault, model)
            detail = f"position '{one.label}': model 0x{model.hex()} is {'' if approved else 'not '}approved"
            yield Check(f"model of '{one.label}'", approved, detail, "have the curator call approveModel")


def _balance(chain: Chain, block: BlockRef, sender: str) -> Check:
    wei = chain.quorum.ask("eth_getBalance", [sender, {"blockHash": block.hash}], quantity).value
    least = _LEAST_GAS * chain.config.fees.policy().ceiling_wei
    detail = f"sender {sender} has {wei // _GWEI} gwei"
    return Check("sender's balance", wei >= least, detail, f"send it at least {least // _GWEI} gwei for gas")

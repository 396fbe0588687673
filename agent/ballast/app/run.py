"""`ballast run`: checks the world, takes up the journal, and ticks until told to stop."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from structlog.typing import FilteringBoundLogger

from ballast import __version__
from ballast.app.acting import Actor, Keys, SendPolicy
from ballast.app.assembly import Chain, open_chain, open_sender
from ballast.app.beating import Heart
from ballast.app.checks import code_checks, feed_checks, require, signer_checks
from ballast.app.config import Config, keystore
from ballast.app.crash import AbstractCrashPoint
from ballast.app.modes import Mode, require_mode
from ballast.app.recorder import Recorder
from ballast.app.recovery import Identity, finish_comparison, recovered_carry, require_same, start_record
from ballast.app.runtime import Memory, Outgoing, Runtime
from ballast.app.settling import Settler
from ballast.decision.carry import extend_carry
from ballast.decision.records import TermsRecord
from ballast.domain.observation import BlockRef
from ballast.domain.terms import PositionTerms
from ballast.journal.journal import Journal
from ballast.risk.compiled import taken_notes, use_cache
from ballast.risk.model import Weights, load_default_weights, warm_up

Prompt = Callable[[str], str]


@dataclass(frozen=True)
class Options:
    """How one run differs from another with the same configuration."""

    mode: Mode
    crash: AbstractCrashPoint
    prompt: Prompt | None = None


def run(config: Config, options: Options, log: FilteringBoundLogger) -> None:
    """Runs until SIGTERM or SIGINT.

    Raises:
        ConfigError: a key cannot be opened.
        RefusedToRun: the world is not the one that the configuration or the mode names.
        QuorumLost: the providers do not agree at the start.
        JournalError: the journal cannot be opened or written.
    """
    stop = threading.Event()

    def request_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, request_stop)
    chain = open_chain(config)
    try:
        with Journal.open(config.journal.url) as journal:
            runtime = start(chain, journal, options, log)
            try:
                runtime.run(stop)
            finally:
                runtime.close()
    finally:
        chain.close()


def start(chain: Chain, journal: Journal, options: Options, log: FilteringBoundLogger) -> Runtime:
    """Everything before the first tick; errors as `run`."""
    config, mode = chain.config, options.mode
    chain.heads.require_chain()
    block = chain.heads.newest()
    require_mode(mode, chain.quorum, chain.heads, block, config.checkpoint)
    genesis = config.checkpoint.hash if config.checkpoint else chain.heads.genesis().hash
    identity = Identity(mode.name.lower(), config.chain_id, genesis)
    known = require_same(journal, identity)
    require(code_checks(chain, block))
    terms = chain.terms(block)
    if not known:
        # After a crash the agent must come up with stale feeds too: repairs from idle funds need none.
        require(feed_checks(chain.reader.read(block, terms), terms))
    keys = _keys(config, options, terms) if mode.sends else None
    weights = ready_weights(lambda note: log.info("forecaster", note=note), len(terms))
    recorder = Recorder(journal, options.crash)
    settler = Settler(chain.quorum, chain.heads, recorder, config.run.confirmations)
    memory = _begin(recorder, identity, config, weights, terms, block)
    finish_comparison(journal, settler, block.number)
    outgoing = None if keys is None else _outgoing(chain, recorder, keys, options.crash)
    live, opened = len(recorder.live()), len(recorder.open())
    log.info(
        "started",
        mode=identity.mode,
        block=block.number,
        live=live,
        superseded=opened - live,
        model=weights.model_id,
        model_knows_until=weights.metadata["train_end"],
    )
    return Runtime(chain, recorder, settler, outgoing, weights, memory, log)


def ready_weights(tell: Callable[[str], None], positions: int) -> Weights:
    """The forecaster, compiled for as many positions, or taken from the cache of an earlier run.

    ``tell`` gets what to log.
    """
    weights = load_default_weights()
    notes = use_cache()
    warm_up(weights, positions)
    for note in (*notes, *taken_notes()):
        tell(note)
    # What exists by now lives as long as the run: no later collection need look at it.
    gc.collect()
    gc.freeze()
    return weights


def _keys(config: Config, options: Options, terms: tuple[PositionTerms, ...]) -> Keys:
    replica = options.mode is Mode.REPLICA
    signer = keystore("signer", config.signer).unlock(replica=replica, prompt=options.prompt)
    require(signer_checks(terms, signer.address))
    same = config.sender == config.signer
    payer = (
        signer if same else keystore("sender", config.sender).unlock(replica=replica, prompt=options.prompt)
    )
    return Keys(signer, payer)


def _begin(
    recorder: Recorder,
    identity: Identity,
    config: Config,
    weights: Weights,
    terms: tuple[PositionTerms, ...],
    block: BlockRef,
) -> Memory:
    """Writes ``start`` and ``terms``."""
    carry = extend_carry(recovered_carry(recorder.journal, weights), weights, terms)
    record = start_record(identity, __version__, config.hash(), weights.model_id, carry)
    recorder.append("start", record, block.number)
    for one in terms:
        recorder.append("terms", TermsRecord(one), block.number)
    return Memory(terms, carry, block.number)


def _outgoing(chain: Chain, recorder: Recorder, keys: Keys, crash: AbstractCrashPoint) -> Outgoing:
    config = chain.config
    policy = SendPolicy(
        config.fees.policy(),
        config.fees.replace_after_blocks,
        config.fees.max_replacements,
        config.fees.max_replans,
        config.send.public_after_blocks,
    )
    actor = Actor(chain.quorum, recorder, keys, open_sender(config), policy, crash)
    heart = Heart(chain.quorum, recorder, keys, actor) if config.run.heartbeats else None
    return Outgoing(actor, heart)

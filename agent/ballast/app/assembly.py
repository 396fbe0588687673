"""Builds the parts of a run out of a configuration."""

from __future__ import annotations

from dataclasses import dataclass

from ballast.app.config import Config, PositionSection
from ballast.domain.observation import BlockRef
from ballast.domain.terms import PositionTerms
from ballast.ingest.abi import load
from ballast.ingest.calls import view
from ballast.ingest.heads import Heads
from ballast.ingest.multicall import Call
from ballast.ingest.pools import Pools
from ballast.ingest.providers import Provider, Quorum
from ballast.ingest.reader import Reader
from ballast.ingest.rpc import HttpRpc
from ballast.ingest.terms import Watched, read_terms
from ballast.tx.sender import Sender

_MILLISECONDS = 1_000
_VAULT = load("IRebalanceVault")


@dataclass(frozen=True)
class Chain:
    """Everything that reads."""

    config: Config
    quorum: Quorum
    heads: Heads
    pools: Pools
    reader: Reader

    def terms(self, block: BlockRef) -> tuple[PositionTerms, ...]:
        """Terms of all configured positions at ``block``; errors as `read_terms`."""
        return tuple(self.terms_of(section, block) for section in self.config.position)

    def terms_of(self, section: PositionSection, block: BlockRef) -> PositionTerms:
        """Terms of one position; errors as `read_terms`."""
        return read_terms(self.quorum, self.pools, block, watched(section))

    def is_model_approved(self, block: BlockRef, vault: str, model: bytes) -> bool:
        """Whether decisions of a model pass the vault.

        Raises:
            SourceError: the vault does not answer as it must.
            QuorumLost: no quorum for one answer.
        """
        call = Call(vault, _VAULT.call("isModelApproved", model), "isModelApproved")
        return any(view(self.quorum, block, [call])[0])

    def close(self) -> None:
        """Drops all connections."""
        self.quorum.close()


def open_chain(config: Config) -> Chain:
    """Connects lazily: nothing is asked before the first read.

    Raises:
        ConfigError: a URL is not one.
    """
    timeout = config.rpc.timeout_ms / _MILLISECONDS
    providers = [Provider(HttpRpc(url, timeout)) for url in config.rpc.urls]
    quorum = Quorum(providers, config.rpc.quorum, timeout)
    pools = Pools(quorum)
    return Chain(config, quorum, Heads(quorum, config.chain_id), pools, Reader(quorum, pools))


def open_sender(config: Config) -> Sender:
    """Connections of their own for raw transactions: a hanging read must not hold one back.

    Raises:
        ConfigError: a URL is not one.
    """
    timeout = config.rpc.timeout_ms / _MILLISECONDS
    private = [HttpRpc(url, timeout) for url in config.send.private_urls]
    return Sender(private, [HttpRpc(url, timeout) for url in config.rpc.urls])


def watched(section: PositionSection) -> Watched:
    """A configured position as the reader knows it."""
    return Watched(
        section.label,
        section.vault,
        section.position_id,
        section.collateral,
        section.debt,
        section.swap_pool,
        section.strategy,
        section.strategy_parameters(),
    )

"""Everything that Ballast raises, as one tree.

BallastError
├── ConfigError            the configuration file says something that is not allowed; fix the file
├── RefusedToRun           the world is not the one that the configuration names; nothing was signed
├── SourceError            one data source failed or lied; it was dropped and counted
├── QuorumLost             fewer agreeing sources than ``rpc.quorum``; no signing until they agree again
├── PriceUnusable          stage 2 has no price that may be acted upon; no decision this tick
├── SealRefused            stage 7: clock, nonce, deadline or key is off
├── PreflightReverted      stage 6: the vault would revert; carries the decoded error
├── SendFailed             stage 9: the transaction could not be handed to any node
├── JournalError           the journal cannot be written or does not verify; the agent halts
└── ExtraMissing           an optional part of the installation is needed and not there
"""

from __future__ import annotations


class BallastError(Exception):
    """Root of the tree; catch it only at the outermost rim, to print and exit."""


class ConfigError(BallastError):
    """One sentence that names the key, what was observed and what is allowed."""


class RefusedToRun(BallastError):
    """A live run was asked for where it must not be, or the chain is not what the configuration says."""


class SourceError(BallastError):
    """A provider timed out, refused, or answered something malformed."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        BallastError.__init__(self, f"{source}: {reason}")


class QuorumLost(BallastError):
    """Fewer providers than the configured quorum gave the same answer."""

    def __init__(self, agreeing: int, quorum: int, detail: str) -> None:
        self.agreeing = agreeing
        self.quorum = quorum
        BallastError.__init__(self, f"{agreeing} providers agree, rpc.quorum is {quorum}: {detail}")


class PriceUnusable(BallastError):
    """A price is missing, stale, out of bounds or from the future."""

    def __init__(self, token: str, reason: str) -> None:
        self.token = token
        self.reason = reason
        BallastError.__init__(self, f"price of {token} is not usable: {reason}")


class SealRefused(BallastError):
    """The decision must not be signed."""


class PreflightReverted(BallastError):
    """The vault's own preview reverted; ``name`` is the decoded Solidity error, ``args`` its values."""

    def __init__(self, name: str, values: dict[str, object]) -> None:
        self.name = name
        self.values = values
        shown = ", ".join(f"{key}={value}" for key, value in values.items())
        BallastError.__init__(self, f"preview reverted: {name}({shown})")


class SendFailed(BallastError):
    """No configured relay or node took the transaction."""


class JournalError(BallastError):
    """The journal could not be written, or entry ``seq`` does not verify."""

    def __init__(self, reason: str, seq: int | None = None) -> None:
        self.seq = seq
        self.reason = reason
        where = "" if seq is None else f"entry {seq}: "
        BallastError.__init__(self, f"{where}{reason}")


class ExtraMissing(BallastError):
    """``pip install ballast[<extra>]`` (or ``make setup``) is needed first."""

    def __init__(self, extra: str, reason: str) -> None:
        self.extra = extra
        BallastError.__init__(self, f"this needs the extra '{extra}': {reason}")

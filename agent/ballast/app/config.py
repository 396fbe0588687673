"""The configuration: one TOML file, frozen once read, without secrets. Unknown keys are refused."""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ballast.domain.canonical import canonical_hash
from ballast.domain.errors import ConfigError
from ballast.domain.units import WAD
from ballast.strategies.registry import build
from ballast.tx.fees import FeePolicy
from ballast.tx.signers import Keystore

GWEI = 10**9


def _address(value: str) -> str:
    lowered = value.lower()
    if len(lowered) != 42 or not lowered.startswith("0x") or not set(lowered[2:]) <= set("0123456789abcdef"):
        raise ValueError("an address is 0x and 40 hexadecimal digits")
    return lowered


def _hash(value: str) -> str:
    if (
        len(value) != 66
        or not value.startswith("0x")
        or not set(value[2:].lower()) <= set("0123456789abcdef")
    ):
        raise ValueError("a hash is 0x and 64 hexadecimal digits")
    return value.lower()


Address = Annotated[str, AfterValidator(_address)]
BlockHash = Annotated[str, AfterValidator(_hash)]
Positive = Annotated[int, Field(gt=0)]


class Section(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RpcConfig(Section):
    """``[rpc]``: nodes that are read from."""

    urls: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    quorum: Positive
    timeout_ms: Positive = 2_000


class CheckpointConfig(Section):
    """``[checkpoint]``: a block of the real chain, checked by a person."""

    block: Annotated[int, Field(ge=0)]
    hash: BlockHash


class JournalConfig(Section):
    """``[journal]``: where the record is kept."""

    url: str


class KeyConfig(Section):
    """``[signer]`` and ``[sender]``: an encrypted key and where its password comes from."""

    keystore: str
    password_env: str | None = None
    password_file: str | None = None


class FeesConfig(Section):
    """``[fees]``: EIP-1559 bids."""

    base_fee_percent: Annotated[int, Field(ge=100)] = 200
    tip_gwei: str = "0.1"
    max_fee_gwei: str = "300"
    replace_after_blocks: Positive = 2
    max_replacements: Annotated[int, Field(ge=0)] = 1
    max_replans: Annotated[int, Field(ge=0)] = 16

    def policy(self) -> FeePolicy:
        """Figures in wei.

        Raises:
            ConfigError: a figure is not a decimal number of gwei.
        """
        tip = decimal_units("fees.tip_gwei", self.tip_gwei, GWEI)
        ceiling = decimal_units("fees.max_fee_gwei", self.max_fee_gwei, GWEI)
        if not 0 <= tip <= ceiling or ceiling == 0:
            raise ConfigError(
                f"fees.tip_gwei is {self.tip_gwei}, allowed are 0 to fees.max_fee_gwei ({self.max_fee_gwei})"
            )
        return FeePolicy(self.base_fee_percent, tip, ceiling)


class SendConfig(Section):
    """``[send]``: who is handed signed transactions."""

    private_urls: Annotated[tuple[str, ...], Field(strict=False)] = ()
    public_after_blocks: Annotated[int, Field(ge=0)] = 2


class RunConfig(Section):
    """``[run]``: pace."""

    poll_ms: Positive = 1_000
    confirmations: Positive = 1
    heartbeats: bool = True


class PositionSection(Section):
    """``[[position]]``: one guarded position."""

    label: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    vault: Address
    position_id: Annotated[int, Field(ge=0)]
    collateral: Address
    debt: Address
    swap_pool: Address
    strategy: str
    parameters: dict[str, int | str] = {}

    def strategy_parameters(self) -> tuple[tuple[str, int], ...]:
        """Parameters as integers, sorted by name: ``trigger_health = "1.25"`` becomes ``trigger_health_wad``.

        Raises:
            ConfigError: a text is not a decimal number.
        """
        named = (self._parameter(name, value) for name, value in self.parameters.items())
        return tuple(sorted(named))

    def _parameter(self, name: str, value: int | str) -> tuple[str, int]:
        if isinstance(value, int):
            return name, value
        return f"{name}_wad", decimal_units(name, value, WAD)


class Config(Section):
    """The whole file."""

    chain_id: Positive
    rpc: RpcConfig
    journal: JournalConfig
    position: Annotated[tuple[PositionSection, ...], Field(min_length=1, strict=False)]
    checkpoint: CheckpointConfig | None = None
    signer: KeyConfig | None = None
    sender: KeyConfig | None = None
    fees: FeesConfig = FeesConfig()
    send: SendConfig = SendConfig()
    run: RunConfig = RunConfig()

    def hash(self) -> bytes:
        """Identity of everything that steers decisions; where nodes and keys are found is left out."""
        steering = self.model_dump(mode="json", include={"chain_id", "position", "fees", "run", "send"})
        steering["quorum"] = self.rpc.quorum
        return canonical_hash(steering)


def load(path: Path) -> Config:
    """Reads and checks a file; relative paths in it are relative to the working directory.

    Raises:
        ConfigError: one sentence about the first thing that is wrong.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"the configuration {path} cannot be read: {error.strerror}") from error
    return parse(text, str(path))


def parse(text: str, source: str) -> Config:
    """As `load`, from text; ``source`` names it in messages.

    Raises:
        ConfigError: one sentence about the first thing that is wrong.
    """
    try:
        config = Config.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source} is not TOML: {error}") from error
    except ValidationError as error:
        raise ConfigError(f"{source}: {_sentence(error)}") from error
    _check(config)
    return config


def keystore(role: str, section: KeyConfig | None) -> Keystore:
    """The key that ``role`` names.

    Raises:
        ConfigError: the section is missing.
    """
    if section is None:
        raise ConfigError(f"[{role}] is missing: a run that sends needs {role}.keystore")
    file = Path(section.password_file) if section.password_file else None
    return Keystore(role, Path(section.keystore), section.password_env, file)


def key_address(role: str, section: KeyConfig | None) -> str | None:
    """Address that a configured keystore states, without its password; None where there is no section.

    Raises:
        ConfigError: the file cannot be read or is no keystore.
    """
    return None if section is None else keystore(role, section).address()


def decimal_units(name: str, text: str, unit: int) -> int:
    """A decimal number as an integer count of 1/unit, exactly.

    Raises:
        ConfigError: not a plain decimal number, or finer than 1/unit.
    """
    try:
        scaled = Decimal(text) * unit
        whole = int(scaled)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ConfigError(f'{name} is "{text}", allowed is a decimal number such as "1.25"') from error
    if whole != scaled:
        raise ConfigError(f'{name} is "{text}", which is finer than 1/{unit}')
    return whole


def _check(config: Config) -> None:
    providers, quorum = len(config.rpc.urls), config.rpc.quorum
    least = providers // 2 + 1
    if not least <= quorum <= providers:
        # Less than a majority could agree on two different worlds.
        raise ConfigError(
            f"rpc.quorum is {quorum}, allowed are {least} to {providers} for {providers} rpc.urls"
        )
    if len(set(config.rpc.urls)) != providers:
        raise ConfigError("rpc.urls names one provider twice; a quorum counts different ones")
    config.fees.policy()
    labels = [one.label for one in config.position]
    for label in labels:
        if labels.count(label) > 1:
            raise ConfigError(f"position label '{label}' occurs {labels.count(label)} times, allowed is once")
    for one in config.position:
        _check_strategy(one)


def _check_strategy(section: PositionSection) -> None:
    try:
        build(section.strategy, section.strategy_parameters())
    except ConfigError as error:
        raise ConfigError(f"position '{section.label}': {error}") from error


def _sentence(error: ValidationError) -> str:
    """The first complaint, in words: key, observed, allowed."""
    first = error.errors()[0]
    key = _key(first["loc"])
    if first["type"] == "extra_forbidden":
        return f"unknown key '{key}'"
    if first["type"] == "missing":
        return f"'{key}' is missing; it has no default"
    observed: Any = first["input"]
    return f"'{key}' is {observed!r}: {first['msg'].removeprefix('Value error, ')}"


def _key(location: tuple[int | str, ...]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).lstrip(".")

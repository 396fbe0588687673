"""Write tests/vectors/*.json: what the contracts and the agent must agree on, read by forge and by pytest.

`--check` writes nothing and fails where a file differs from what this script would write. The keys are test
constants and hold nothing on any chain.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_utils.crypto import keccak
from health_vectors import health_vectors

from ballast.decision import eip712
from ballast.decision.records import SupersededRecord
from ballast.domain.canonical import canonical_bytes
from ballast.domain.decision import Decision, Route
from ballast.domain.journal import GENESIS_HASH, JournalEntry, entry_hash
from ballast.domain.snapshot import join
from ballast.domain.verdict import ActionKind, RouteKind
from ballast.oracle.aggregate import aggregate
from ballast.oracle.twap import inverse_power_x128, mean_price_wad

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
VAULT = "0x5615deb798bb3e4dfa0139dfa1b3d433cc23b72f"
WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
ADAPTER = "0x" + "ad" * 20
MAX_ADDRESS = "0x" + "ff" * 20
WAD = 10**18
TICKS = (
    0,
    1,
    -1,
    9,
    10,
    60,
    -60,
    887,
    23_027,
    -23_027,
    100_000,
    -100_000,
    194_000,
    201_234,
    276_324,
    -276_324,
)
FAR_TICKS = (443_000, -443_000, 443_637, 500_000, -500_000, 887_272, -887_272)


def base_decision() -> Decision:
    """A deleverage as the agent makes them."""
    path = bytes.fromhex(WETH[2:]) + (500).to_bytes(3, "big") + bytes.fromhex(USDC[2:])
    return Decision(
        position_id=1,
        venue=ADAPTER,
        action=ActionKind.DELEVERAGE,
        route=Route(RouteKind.UNISWAP_V3_FLASH_SWAP, path),
        token_in=WETH,
        token_out=USDC,
        max_in=12 * WAD,
        min_out=2_300 * 10**6,
        health_floor_wad=135 * WAD // 100,
        health_ceiling_wad=165 * WAD // 100,
        max_loss_bps=100,
        probability_ppm=43_210,
        horizon_seconds=21_600,
        model_id=keccak(text="model"),
        snapshot_hash=keccak(text="snapshot"),
        snapshot_block=21_000_000,
        journal_head=keccak(text="head"),
        config_epoch=3,
        nonce=7,
        valid_after=1_583_971_200,
        valid_until=1_583_972_100,
    )


def decisions() -> Iterator[tuple[str, Decision]]:
    """Named decisions: the usual ones, both ends of every field, and paths of every kind."""
    base = base_decision()
    idle = Route(RouteKind.NONE, b"")
    idle_fields: dict[str, Any] = {"route": idle, "max_loss_bps": 0, "max_in": WAD, "min_out": WAD - 2}
    yield "deleverage", base
    repay = {**idle_fields, "token_in": USDC, "token_out": USDC}
    yield "repay_from_idle", replace(base, action=ActionKind.REPAY_FROM_IDLE, **repay)
    yield "add_collateral", replace(base, action=ActionKind.ADD_COLLATERAL, token_out=WETH, **idle_fields)
    yield "everything_zero", zero_decision()
    yield "everything_max", max_decision()
    yield "empty_path", replace(base, route=replace(base.route, path=b""))
    yield "path_of_31_bytes", replace(base, route=replace(base.route, path=bytes(range(31))))
    yield "path_of_32_bytes", replace(base, route=replace(base.route, path=bytes(range(32))))
    yield "path_of_33_bytes", replace(base, route=replace(base.route, path=bytes(range(33))))
    long_path = bytes(index % 256 for index in range(1_000))
    yield "path_of_1000_bytes", replace(base, route=Route(RouteKind.AGGREGATOR, long_path, ADAPTER))
    flash = Route(RouteKind.AAVE_V3_FLASH_LOAN, base.route.path, MAX_ADDRESS)
    yield "flash_source", replace(base, route=flash)
    yield "move", replace(base, action=ActionKind.MOVE, target_venue=MAX_ADDRESS, target_position_id=2)
    yield "max_in_unlimited", replace(base, max_in=2**256 - 1)
    yield "keeper_fee", replace(base, keeper_fee_max_wei=10**16)
    yield "nonce_of_a_high_word", replace(base, nonce=(2**248 - 1) << 8 | 255)
    for index in range(4):
        yield f"random_{index}", random_decision(random.Random(index))  # noqa: S311 (reproducible test values)


def zero_decision() -> Decision:
    """Every field at its least value."""
    return Decision(
        position_id=0,
        venue="0x" + "00" * 20,
        action=ActionKind.NONE,
        route=Route(RouteKind.NONE, b""),
        token_in="0x" + "00" * 20,
        token_out="0x" + "00" * 20,
        max_in=0,
        min_out=0,
        health_floor_wad=0,
        health_ceiling_wad=0,
        max_loss_bps=0,
        probability_ppm=0,
        horizon_seconds=0,
        model_id=bytes(32),
        snapshot_hash=bytes(32),
        snapshot_block=0,
        journal_head=bytes(32),
        config_epoch=0,
        nonce=0,
        valid_after=0,
        valid_until=0,
        version=0,
    )


def max_decision() -> Decision:
    """Every field at its greatest value."""
    word, ones = 2**256 - 1, b"\xff" * 32
    return Decision(
        position_id=word,
        venue=MAX_ADDRESS,
        action=ActionKind.MOVE,
        route=Route(RouteKind.AGGREGATOR, b"\xff" * 64, MAX_ADDRESS),
        token_in=MAX_ADDRESS,
        token_out=MAX_ADDRESS,
        max_in=word,
        min_out=word,
        health_floor_wad=word,
        health_ceiling_wad=word,
        max_loss_bps=2**16 - 1,
        probability_ppm=2**32 - 1,
        horizon_seconds=2**32 - 1,
        model_id=ones,
        snapshot_hash=ones,
        snapshot_block=2**64 - 1,
        journal_head=ones,
        config_epoch=2**64 - 1,
        nonce=word,
        valid_after=2**48 - 1,
        valid_until=2**48 - 1,
        target_venue=MAX_ADDRESS,
        target_position_id=word,
        keeper_fee_max_wei=word,
        version=2**16 - 1,
    )


def random_decision(draw: random.Random) -> Decision:
    """Any values that fit their types."""

    def address() -> str:
        return "0x" + draw.randbytes(20).hex()

    return Decision(
        position_id=draw.getrandbits(256),
        venue=address(),
        action=draw.choice(list(ActionKind)),
        route=Route(draw.choice(list(RouteKind)), draw.randbytes(draw.randrange(100)), address()),
        token_in=address(),
        token_out=address(),
        max_in=draw.getrandbits(256),
        min_out=draw.getrandbits(256),
        health_floor_wad=draw.getrandbits(256),
        health_ceiling_wad=draw.getrandbits(256),
        max_loss_bps=draw.getrandbits(16),
        probability_ppm=draw.getrandbits(32),
        horizon_seconds=draw.getrandbits(32),
        model_id=draw.randbytes(32),
        snapshot_hash=draw.randbytes(32),
        snapshot_block=draw.getrandbits(64),
        journal_head=draw.randbytes(32),
        config_epoch=draw.getrandbits(64),
        nonce=draw.getrandbits(256),
        valid_after=draw.getrandbits(48),
        valid_until=draw.getrandbits(48),
        target_venue=address(),
        target_position_id=draw.getrandbits(256),
        keeper_fee_max_wei=draw.getrandbits(256),
        version=draw.getrandbits(16),
    )


def decision_vectors() -> dict[str, Any]:
    """Struct hash, digest and signature of every named decision, for one chain and vault."""
    vectors = []
    for index, (name, decision) in enumerate(decisions()):
        key = "0x" + keccak(text=f"ballast test key {index % 3}").hex()
        signed = eip712.digest(decision, 1, VAULT)
        signature = Account.unsafe_sign_hash(signed, key).signature
        vectors.append(
            {
                "name": name,
                "decision": plain_struct(decision),
                "structHash": "0x" + eip712.struct_hash(decision).hex(),
                "digest": "0x" + signed.hex(),
                "privateKey": key,
                "signer": Account.from_key(key).address,
                "signature": "0x" + bytes(signature).hex(),
            }
        )
    return {"domain": eip712.typed_data(base_decision(), 1, VAULT)["domain"], "vectors": vectors}


def plain_struct(decision: Decision) -> dict[str, Any]:
    """Fields under their Solidity names; integers as decimal strings, since JSON readers lose digits."""
    message: dict[str, Any] = dict(eip712.typed_data(decision, 1, VAULT)["message"])
    message["route"] = {name: plain_value(value) for name, value in message["route"].items()}
    return {name: value if name == "route" else plain_value(value) for name, value in message.items()}


def plain_value(value: object) -> object:
    """Bytes as hex, integers as decimal strings."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value) if isinstance(value, int) else value


def message_vectors() -> dict[str, Any]:
    """Canonical bytes and hashes of one message of every kind."""
    # The same small world that the tests use; its values are in one place.
    sys.path.insert(0, str(ROOT / "tests" / "agent"))
    core = importlib.import_module("support.core")
    observation, terms = core.observation(), core.terms()
    snapshot = join(observation, terms, aggregate(observation, terms), "0x00")
    payload = canonical_bytes({"label": "treasury", "reason": "test"}).decode()
    first = entry_hash(GENESIS_HASH, 1, "alert", 1_000, payload)
    entry = JournalEntry(1, GENESIS_HASH, first, "alert", 1_000, payload)
    given_up = SupersededRecord(keccak(text="digest"), "preview reverted: SlippageExceeded()")
    payload = canonical_bytes(given_up).decode()
    second = entry_hash(first, 2, "superseded", 1_001, payload)
    messages = {
        "observation": observation,
        "terms": terms,
        "snapshot": snapshot,
        "decision": base_decision(),
        "journal_entry": entry,
        "superseded": given_up,
        "superseded_entry": JournalEntry(2, first, second, "superseded", 1_001, payload),
    }
    return {
        "messages": [
            {
                "name": name,
                "canonical": canonical_bytes(message).decode(),
                "hash": "0x" + keccak(canonical_bytes(message)).hex(),
            }
            for name, message in messages.items()
        ],
        "entryHash": "0x" + first.hex(),
    }


def tick_vectors() -> dict[str, Any]:
    """Powers and mean prices at ticks; null where too few bits are left."""
    return {"ticks": [tick_vector(tick) for tick in (*TICKS, *FAR_TICKS)]}


def tick_vector(tick: int) -> dict[str, Any]:
    """WETH (18 decimals) priced in USDC (6 decimals, one dollar), as token0 and as token1."""
    prices = {
        name: mean_price_wad(
            tick, base_is_token0=first, base_decimals=18, quote_decimals=6, quote_price_wad=WAD
        )
        for name, first in (("priceWadAsToken0", True), ("priceWadAsToken1", False))
    }
    return {
        "tick": tick,
        "inversePowerX128": str(inverse_power_x128(abs(tick))),
        **{name: None if price is None else str(price) for name, price in prices.items()},
    }


def error_vectors() -> dict[str, Any]:
    """Name, signature and selector of every error that the vault's packaged ABI declares."""
    abi = json.loads((ROOT / "agent/ballast/abi/IRebalanceVault.json").read_text("utf-8"))
    signatures = sorted(
        (item["name"], f"{item['name']}({','.join(abi_type(one) for one in item['inputs'])})")
        for item in abi
        if item["type"] == "error"
    )
    return {
        "errors": [
            {"name": name, "signature": signature, "selector": "0x" + keccak(text=signature)[:4].hex()}
            for name, signature in signatures
        ]
    }


def abi_type(parameter: dict[str, Any]) -> str:
    """Canonical ABI type; structs as tuples."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(abi_type(component) for component in parameter['components'])}){kind[5:]}"


FILES = {
    "health.json": health_vectors,
    "decisions.json": decision_vectors,
    "messages.json": message_vectors,
    "ticks.json": tick_vectors,
    "errors.json": error_vectors,
}


def render(name: str) -> str:
    """Text of one vector file."""
    return json.dumps(FILES[name](), indent=1) + "\n"


def main() -> None:
    """Write all files, or hold them against what would be written."""
    check = "--check" in sys.argv[1:]
    VECTORS.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        path, text = VECTORS / name, render(name)
        if not check:
            path.write_text(text, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != text:
            sys.exit(f"{path.relative_to(ROOT)} is out of date: run script/tools/make_vectors.py")


if __name__ == "__main__":
    main()

"""Packaged ABIs: calldata, results, events and named errors, without a contract library."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One function, event or error."""

    name: str
    inputs: tuple[str, ...]
    input_names: tuple[str, ...]
    outputs: tuple[str, ...]
    topic: bytes

    @property
    def selector(self) -> bytes:
        """First four bytes of the signature's hash."""
        return self.topic[:4]


@dataclass(frozen=True)
class Abi:
    """Items of one contract by name. None of the packaged contracts overloads a name."""

    contract: str
    functions: dict[str, Item]
    events: dict[str, Item]
    errors: dict[bytes, Item]

    def call(self, name: str, *values: object) -> bytes:
        """Calldata of ``name``."""
        item = self.functions[name]
        return item.selector + encode(item.inputs, values)

    def result(self, name: str, raw: bytes) -> Values:
        """Values that a call of ``name`` returned.

        Raises:
            ValueError: the bytes are not such a result.
        """
        return _decode(self.functions[name].outputs, raw, f"{self.contract}.{name}")

    def error(self, raw: bytes) -> tuple[str, dict[str, object]] | None:
        """Name and values of a custom error; None where it is not this contract's or the bytes are torn."""
        item = self.errors.get(raw[:4])
        if item is None:
            return None
        try:
            values = _decode(item.inputs, raw[4:], item.name)
        except ValueError:
            return None
        return item.name, dict(zip(item.input_names, values, strict=True))


@lru_cache
def load(contract: str) -> Abi:
    """ABI of a packaged contract by its interface's name.

    Raises:
        FileNotFoundError: no such ABI is packaged.
    """
    text = resources.files("ballast.abi").joinpath(f"{contract}.json").read_text("utf-8")
    entries = json.loads(text)
    items = [
        (entry["type"], _item(entry)) for entry in entries if entry["type"] in ("function", "event", "error")
    ]
    return Abi(
        contract,
        {item.name: item for kind, item in items if kind == "function"},
        {item.name: item for kind, item in items if kind == "event"},
        {item.selector: item for kind, item in items if kind == "error"},
    )


def _item(entry: dict[str, Any]) -> Item:
    inputs = tuple(_type(parameter) for parameter in entry["inputs"])
    names = tuple(parameter["name"] for parameter in entry["inputs"])
    outputs = tuple(_type(parameter) for parameter in entry.get("outputs", ()))
    return Item(entry["name"], inputs, names, outputs, keccak(text=f"{entry['name']}({','.join(inputs)})"))


def _type(parameter: dict[str, Any]) -> str:
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(component) for component in parameter['components'])}){kind[5:]}"


def _decode(types: tuple[str, ...], raw: bytes, what: str) -> Values:
    try:
        return tuple(decode(types, raw))
    # eth_abi lets the errors of int and bytes through where offsets point nowhere.
    except (DecodingError, OverflowError, UnicodeDecodeError) as error:
        raise ValueError(f"{what}: {error}") from error

"""Canonical bytes of messages: the same value has the same bytes, and so the same hash, everywhere.

JSON, UTF-8, keys sorted, no white space. Integers are written as JSON integers of any size (never floats,
which are refused), bytes and addresses as 0x-prefixed lower-case hex strings, tuples as arrays, frozen
dataclasses as objects with their field names, enums by their name. A message carries ``kind`` and ``version``
so that a reader knows what it holds. `from_plain` is the exact inverse for a known message type.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import operator
import types
import typing
from collections.abc import Callable
from functools import cache
from json.encoder import encode_basestring
from typing import Any, TypeAlias, TypeVar

from eth_utils.crypto import keccak

Message = TypeVar("Message")
# What JSON can hold; the checks that a static type cannot express are made at run time.
Plain: TypeAlias = Any
Builder: TypeAlias = Callable[[Plain, str], Any]
_PLAIN = frozenset({type(None), bool, str, int})


class MalformedMessage(ValueError):
    """Plain data that is not the canonical form of the message it should be."""


def to_plain(value: object) -> Plain:
    """Reduces a message to dicts, lists, strings, integers, booleans and None.

    Raises:
        TypeError: the value holds a float or another type without a canonical form.
    """
    kind: type = type(value)
    reduce = _reducer(kind)
    return value if reduce is None else reduce(value)


def canonical_bytes(value: object) -> bytes:
    """Canonical UTF-8 bytes of a message: what `json` makes of `to_plain`, written without the way round.

    Raises:
        TypeError: as `to_plain`.
    """
    return _writers[type(value)](value).encode()


def canonical_hash(value: object) -> bytes:
    """keccak256 of `canonical_bytes`."""
    return keccak(canonical_bytes(value))


def from_plain(message_type: type[Message], plain: Plain) -> Message:
    """Rebuilds a message from its plain form.

    Raises:
        MalformedMessage: a field is missing, unknown, or of another type than the message declares.
    """
    declared: Plain = message_type
    result: Message = _builder(declared)(plain, getattr(declared, "__name__", "message"))
    return result


@cache
def _reducer(kind: type) -> Callable[[Any], Any] | None:
    """How values of one type are reduced; None where they are plain already."""
    if kind in _PLAIN:
        return None
    if issubclass(kind, enum.Enum):
        return _enum_name
    if issubclass(kind, bytes):
        return _hex
    if dataclasses.is_dataclass(kind):
        return _message_reducer(tuple(field.name for field in dataclasses.fields(kind)))
    if issubclass(kind, dict):
        return _plain_object
    if issubclass(kind, list | tuple):
        return _plain_array
    allowed = "allowed are integers, strings, bytes, enums and frozen messages"
    raise TypeError(f"no canonical form for {kind.__name__}: {allowed}")


def _message_reducer(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return lambda message: {name: to_plain(getattr(message, name)) for name in names}


def _enum_name(value: enum.Enum) -> str:
    return value.name


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _plain_array(value: Plain) -> list[Any]:
    return [to_plain(item) for item in value]


def _plain_object(value: dict[Any, Any]) -> dict[str, Any]:
    _require_names(value)
    return {key: to_plain(item) for key, item in value.items()}


def _require_names(value: dict[Any, Any]) -> None:
    # A key that were turned into a string here could meet another one and lose it.
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"no canonical form for the key {key!r}: allowed are strings")


class _Writers(dict[type, Callable[[Any], str]]):
    """How the canonical text of values is written, by their type, found out when one first comes."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        writer = self[kind] = _writer(kind)
        return writer


_writers = _Writers()


def _writer(kind: type) -> Callable[[Any], str]:
    """The text of one type; a message's names are sorted once for all of its kind."""
    reduce = _reducer(kind)
    if reduce is None:
        return {int: int.__repr__, str: encode_basestring}.get(kind, json.dumps)
    if reduce in (_enum_name, _hex):
        return lambda value: encode_basestring(reduce(value))
    if reduce is _plain_array:
        return _array_text
    if reduce is _plain_object:
        return _object_text
    return _message_writer(sorted(field.name for field in dataclasses.fields(kind)))


def _message_writer(names: list[str]) -> Callable[[Any], str]:
    form = "{" + ",".join(f'"{name}":%s' for name in names) + "}"
    # Of less than two names the getter would not make a tuple.
    fields = operator.attrgetter(*names) if len(names) > 1 else None

    def write(message: Plain) -> str:
        values = fields(message) if fields else [getattr(message, name) for name in names]
        # The form writes an integer as it stands: asking here spares a call for most fields of a position.
        return form % tuple(
            [value if type(value) is int else _writers[type(value)](value) for value in values]
        )

    return write


def _array_text(value: Plain) -> str:
    return f"[{','.join([_writers[type(item)](item) for item in value])}]"


def _object_text(value: dict[str, Any]) -> str:
    _require_names(value)
    items = [f"{encode_basestring(key)}:{_writers[type(item)](item)}" for key, item in sorted(value.items())]
    return f"{{{','.join(items)}}}"


@cache
def _builder(kind: Plain) -> Builder:
    """How values of one declared type are rebuilt from (plain value, where)."""
    origin: Plain = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _union_builder(typing.get_args(kind))
    if origin is tuple:
        return _tuple_builder(typing.get_args(kind))
    if kind is bytes:
        return _bytes_from_hex
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enum_builder(kind)
    if dataclasses.is_dataclass(kind):
        return _dataclass_builder(typing.cast("type", kind))
    if kind in (int, str, bool, type(None)):
        return _exactly(kind)
    raise TypeError(f"messages cannot hold {kind}")


def _exactly(kind: type) -> Builder:
    def build(plain: Plain, where: str) -> Plain:
        # bool is an int in Python, but `true` is no amount.
        if type(plain) is not kind:
            raise MalformedMessage(f"{where} is {plain!r}, allowed is {kind.__name__}")
        return plain

    return build


def _bytes_from_hex(plain: Plain, where: str) -> bytes:
    if not isinstance(plain, str) or not plain.startswith("0x") or plain != plain.lower():
        raise MalformedMessage(f"{where} is {plain!r}, allowed is lower-case hex with 0x")
    try:
        return bytes.fromhex(plain[2:])
    except ValueError as error:
        raise MalformedMessage(f"{where} is {plain!r}: {error}") from error


def _enum_builder(kind: type[enum.Enum]) -> Builder:
    members = {member.name: member for member in kind}

    def build(plain: Plain, where: str) -> Plain:
        if not isinstance(plain, str) or plain not in members:
            raise MalformedMessage(f"{where} is {plain!r}, allowed are {sorted(members)}")
        return members[plain]

    return build


def _tuple_builder(arguments: tuple[Any, ...]) -> Builder:
    repeated = len(arguments) == 2 and arguments[1] is Ellipsis
    items = tuple(_builder(argument) for argument in (arguments[:1] if repeated else arguments))

    def build(plain: Plain, where: str) -> tuple[Any, ...]:
        if not isinstance(plain, list) or not (repeated or len(plain) == len(items)):
            raise MalformedMessage(f"{where} is no array of the declared length")
        builders = items * len(plain) if repeated else items
        return tuple(build(item, where) for build, item in zip(builders, plain, strict=True))

    return build


def _union_builder(arguments: tuple[Any, ...]) -> Builder:
    builders = tuple(_builder(argument) for argument in arguments)

    def build(plain: Plain, where: str) -> Plain:
        reasons = []
        for build_one in builders:
            try:
                return build_one(plain, where)
            except MalformedMessage as error:
                reasons.append(str(error))
        raise MalformedMessage("; or ".join(reasons))

    return build


def _dataclass_builder(kind: type[Any]) -> Builder:
    hints = typing.get_type_hints(kind)
    fields = tuple((field.name, _builder(hints[field.name])) for field in dataclasses.fields(kind))
    names = {name for name, _ in fields}
    constants = {name: field.default for name, field in kind.__dataclass_fields__.items() if name in _TAGS}

    def build(plain: Plain, where: str) -> Plain:
        if not isinstance(plain, dict) or plain.keys() != names:
            found = sorted(plain) if isinstance(plain, dict) else repr(plain)
            raise MalformedMessage(f"{where} has fields {found}, allowed are exactly {sorted(names)}")
        for name, value in constants.items():
            if value is not dataclasses.MISSING and plain[name] != to_plain(value):
                raise MalformedMessage(f"{where}.{name} is {plain[name]!r}, allowed is {value!r}")
        return kind(**{name: build_one(plain[name], f"{where}.{name}") for name, build_one in fields})

    return build


# Fields whose default is the only value that this version of a message may hold.
_TAGS = frozenset({"kind", "version", "verdict"})

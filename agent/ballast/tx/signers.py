"""Keys. A signer signs digests and transactions; where the key lives is its own business."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from ballast.domain.errors import ConfigError, RefusedToRun

MARK = "ballast"
REPLICA_ONLY = "replica_only"


class AbstractSigner(ABC):
    """One key."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Lower-case address of the key."""

    @abstractmethod
    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes r, s, v over 32 bytes, low s, v 27 or 28."""

    @abstractmethod
    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        """Raw EIP-1559 transaction."""


@dataclass(frozen=True, slots=True)
class LocalKey(AbstractSigner):
    """A key in this process's memory, out of an encrypted keystore."""

    account: LocalAccount

    @property
    def address(self) -> str:
        """See `AbstractSigner.address`."""
        return self.account.address.lower()

    def sign_digest(self, digest: bytes) -> bytes:
        """See `AbstractSigner.sign_digest`."""
        return bytes(self.account.unsafe_sign_hash(Hash32(digest)).signature)

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        """See `AbstractSigner.sign_transaction`."""
        return bytes(self.account.sign_transaction(fields).raw_transaction)


@dataclass(frozen=True, slots=True)
class Keystore:
    """Where a key is kept and where its password comes from: an environment variable, a file, or a person."""

    role: str
    path: Path
    password_env: str | None = None
    password_file: Path | None = None

    def unlock(self, *, replica: bool, prompt: Callable[[str], str] | None = None) -> LocalKey:
        """Decrypts the key for use on a replica or on a real chain.

        Raises:
            ConfigError: no such file, no keystore, no password or the wrong one.
            RefusedToRun: a live key was to meet a replica, or a replica's key a live chain.
        """
        document = self._document()
        marked = bool(document.get(MARK, {}).get(REPLICA_ONLY, False))
        if marked and not replica:
            raise RefusedToRun(
                f"{self.role}.keystore {self.path} is for replicas only; a live run needs another key"
            )
        if replica and not marked:
            raise RefusedToRun(
                f"{self.role}.keystore {self.path} is not marked for replicas; a live key never meets one"
            )
        try:
            key = Account.decrypt(document, self._password(prompt))
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{self.role}.keystore {self.path} cannot be opened: {error}") from error
        return LocalKey(Account.from_key(key))

    def address(self) -> str:
        """Lower-case address that the file states; no password is needed.

        Raises:
            ConfigError: no such file, no keystore, or one without an address.
        """
        stated = self._document().get("address")
        if not isinstance(stated, str):
            raise ConfigError(f"{self.role}.keystore {self.path} does not state its address")
        return "0x" + stated.lower().removeprefix("0x")

    def _document(self) -> dict[str, Any]:
        try:
            document = json.loads(self.path.read_text("utf-8"))
        except OSError as error:
            raise ConfigError(f"{self.role}.keystore {self.path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise ConfigError(f"{self.role}.keystore {self.path} is not a JSON keystore") from error
        if not isinstance(document, dict) or not isinstance(document.get(MARK, {}), dict):
            raise ConfigError(f"{self.role}.keystore {self.path} is not a JSON keystore")
        return document

    def _password(self, prompt: Callable[[str], str] | None) -> str:
        if self.password_env is not None:
            if self.password_env not in os.environ:
                raise ConfigError(f"{self.role}.password_env names {self.password_env}, which is not set")
            return os.environ[self.password_env]
        if self.password_file is not None:
            try:
                return self.password_file.read_text("utf-8").rstrip("\r\n")
            except OSError as error:
                raise ConfigError(
                    f"{self.role}.password_file {self.password_file} cannot be read: {error.strerror}"
                ) from error
        if prompt is None:
            raise ConfigError(
                f"{self.role}: password_env or password_file is needed where nobody can be asked"
            )
        return prompt(f"Password of {self.role}.keystore {self.path}: ")


def create_replica_keystore(path: Path, password: str) -> str:
    """Makes a fresh key that only ever opens on a replica; returns its lower-case address.

    The cheap key derivation is deliberate: the key dies with the run.
    """
    account = Account.create()
    document = Account.encrypt(account.key, password, kdf="pbkdf2", iterations=1_000)
    path.touch(mode=0o600)
    path.write_text(json.dumps({**document, MARK: {REPLICA_ONLY: True}}), "utf-8")
    return str(account.address).lower()

"""A device that holds passkeys, without a browser: it makes keys and signs challenges as WebAuthn asks."""

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One device with one key; `verifies` is whether it asks for a finger, a face or a PIN."""

    origin: str = "http://localhost:8000"
    site: str = "localhost"
    verifies: bool = True
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: bytes = field(default_factory=lambda: os.urandom(16))
    owner: bytes = b""

    def register(self, options: dict[str, Any]) -> str:
        """The answer to a request for a new passkey."""
        asked = options["publicKey"]
        self.owner = websafe_decode(asked["user"]["id"])
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        key = bytes(16) + struct.pack(">H", len(self.name)) + self.name + public
        about = self._about(WITH_KEY) + key
        answer = {
            "clientDataJSON": websafe_encode(self._said("webauthn.create", asked["challenge"])),
            "attestationObject": websafe_encode(cbor.encode({"fmt": "none", "attStmt": {}, "authData": about})),
        }
        return self._wrapped(answer, {"credProps": {"rk": True}})

    def sign(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer to a challenge; `changes` forge a part of it."""
        said = self._said("webauthn.get", options["publicKey"]["challenge"])
        about = self._about()
        signature = self.key.sign(about + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {
            "clientDataJSON": websafe_encode(said),
            "authenticatorData": websafe_encode(about),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(self.owner),
        }
        return self._wrapped(answer | changes, {})

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _about(self, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + struct.pack(">I", 1)

    def _wrapped(self, answer: dict[str, Any], extensions: dict[str, Any]) -> str:
        name = websafe_encode(self.name)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": extensions, "response": answer}
        )

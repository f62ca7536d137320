"""A provider that says what a test tells it to: the lies and failures that a good one never shows."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "portal"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Scripted:
    """What it says next; `asked` is what the portal sent to the token endpoint."""

    url: str = ""
    key: Any = field(default_factory=new_key)
    signs_with: Any = None
    claims: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    leaves_out: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def answer(self, path: str, body: str) -> Any:
        """The JSON for an address; None for a failure."""
        name = path.strip("/").split("/")[-1].split("?")[0]
        if name in self.broken:
            return None
        if name == "token":
            self.asked.append(parse_qs(body))
        return getattr(self, name.replace("-", "_"))()

    def openid_configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        }

    def jwks(self) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def token(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "4711", "iat": now, "exp": now + 300, **self.claims}
        claims = {name: value for name, value in claims.items() if name not in self.leaves_out}
        signed = jwt.encode(claims, self.signs_with or self.key, algorithm="RS256", headers={"kid": "one"})
        answer = {"access_token": "a token", "token_type": "Bearer", "expires_in": 300, "id_token": signed}
        return {name: value for name, value in answer.items() if name not in self.leaves_out}

    def userinfo(self) -> Any:
        return {"sub": "4711", "email": "nadia@agency.example", "email_verified": True, "name": "Nadia N", **self.info}


@contextlib.contextmanager
def serving(script: Scripted) -> Iterator[Scripted]:
    """On a port of its own, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, body: str) -> None:
            said = script.answer(self.path, body)
            self.send_response(500 if said is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write((said if isinstance(said, str) else json.dumps(said)).encode())

        def log_message(self, *args: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""The product itself: what it asks, what it remembers of the answer, and what it never does.

It never takes a seat again by itself after it was disconnected: `sign_in` is the only way back, and a person calls it.
After `expired` and `blocked` it does, at each start: its account may have another license by then.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import sign_in
from .lease import Lease, LeaseRefusedError, UnknownKeyError, verify
from .portal import Portal, PortalRefusedError, PortalUnknownError
from .states import DEFINITE, NO_LICENSE, QUESTIONS, Facts, Refusal, State, state_of
from .storage import Storage, Tokens

VERSION = "1.0"
FIRST_RETRY, LAST_RETRY = 60, 3600  # seconds between two check-ins while the portal is out of reach


@dataclass(frozen=True)
class Setup:
    """What is fixed when the product is built and installed."""

    portal: str
    client_id: str
    product: str
    machine_id: str
    platform: str
    name: str
    os_version: str
    folder: Path


class SignedOutError(Exception):
    """There are no tokens, or the portal does not take them any more."""


class Product:
    def __init__(self, setup: Setup, *, clock: Callable[[], float] = time.time, portal: Portal | None = None):
        self.setup, self.clock = setup, clock
        self.portal = portal or Portal(setup.portal)
        self.storage = Storage(setup.folder)
        self.client = sign_in.Client(setup.client_id, setup.name)
        # What just happened; forgotten when the product ends.
        self.out_of_reach = ""
        self.clock_ahead = 0.0
        self.notices: tuple[str, ...] = ()
        self.silences = 0
        self.ask_again_at = 0.0

    # What is shown

    def state(self) -> State:
        """Return what to show; asks nobody, and so works offline."""
        memory = self.storage.memory()
        refusal = Refusal(**memory.refusal) if memory.refusal else None
        facts = Facts(
            signed_in=self.storage.tokens() is not None,
            lease=self.held_lease(),
            highest_iat=memory.highest_iat,
            refusal=refusal,
            out_of_reach=self.out_of_reach,
            clock_ahead=self.clock_ahead,
            notices=self.notices,
            portal=self.setup.portal,
        )
        return state_of(facts, self.clock())

    def held_lease(self) -> Lease | None:
        """Return the remembered lease if it is still one: the file may have been edited, or copied from elsewhere."""
        memory = self.storage.memory()
        try:
            return self.verify(memory.lease, memory.keys)
        except LeaseRefusedError:
            return None

    def verify(self, token: str, keys: dict[str, Any], nonce: str | None = None) -> Lease:
        setup = self.setup
        return verify(token, keys, issuer=setup.portal, product=setup.product, machine_id=setup.machine_id, nonce=nonce)

    def next_check_in(self) -> float:
        """Return when to ask again: as the lease says, or sooner and sooner later while there is no answer."""
        lease = self.held_lease()
        return max(self.ask_again_at, 0 if self.out_of_reach or not lease else lease.check_in_after)

    # What a person does

    def sign_in(self, get_tokens: Callable[[], Tokens]) -> State:
        """Let a person sign in, and take a seat: what they did now counts more than what was before."""
        self.storage.keep_tokens(get_tokens())
        self.storage.remember(refusal=None, has_seat=False)
        return self.connect()

    def connect(self, license: str = "") -> State:
        """Take a seat, or take ours again; the same machine always gets the same one."""
        memory = self.storage.memory()
        if (memory.refusal or {}).get("code") == "disconnected":
            return self.state()
        # Who had a seat is not asked which license: nobody may be at the screen, and the portal knows the longest.
        choice = {"license": license} if license else {"choose": not memory.has_seat}
        body = {**self.facts(), **choice}
        return self.learn(lambda token, nonce: self.portal.connect(token, self.setup.machine_id, {**body, **nonce}))

    def check_in(self) -> State:
        """Say that we are alive, and get a fresh lease."""
        if self.storage.tokens() is None:
            return self.state()
        if not self.storage.memory().has_seat:
            return self.connect()
        lease = self.held_lease()
        body = {
            "product": self.setup.product,
            "app_version": VERSION,
            "os_version": self.setup.os_version,
            "state": "protected" if lease else "off",
            **({"lease": lease.jti} if lease else {}),
        }
        return self.learn(lambda token, nonce: self.portal.check_in(token, self.setup.machine_id, {**body, **nonce}))

    def licenses(self) -> dict[str, Any]:
        return self.with_token(lambda token: self.portal.licenses(token, self.setup.product, self.setup.platform))

    def release(self, device: str, get_tokens: Callable[[], Tokens]) -> State:
        """Free the seat of another device, and take it; who signed in long ago has to do so again first."""
        try:
            self.with_token(lambda token: self.portal.release(token, self.setup.machine_id, device))
        except PortalRefusedError as refusal:
            if refusal.code != "fresh_sign_in_needed":
                raise
            self.storage.keep_tokens(get_tokens())
            self.with_token(lambda token: self.portal.release(token, self.setup.machine_id, device))
        return self.connect()

    def change_account(self, get_tokens: Callable[[], Tokens]) -> State:
        """Move this device to another account; if that says that it has no seat for it, all stays as it was."""
        tokens, memory = self.storage.tokens(), self.storage.memory()
        state = self.sign_in(get_tokens)
        if tokens and self.storage.memory().refusal:
            self.give_back_tokens()
            self.storage.keep_tokens(tokens)
            self.storage.remember(**asdict(memory))
        return state

    def give_back_tokens(self) -> None:
        """End a sign-in that is of no use; if the portal does not hear of it, it ends by itself."""
        tokens = self.storage.tokens()
        with suppress(PortalUnknownError, PortalRefusedError):
            if tokens:
                endpoint = self.portal.discover()["revocation_endpoint"]
                self.portal.send("POST", endpoint, data={"client_id": self.client.id, "token": tokens.refresh})

    def sign_out(self) -> str:
        """Give the seat back and forget everything; returns why the portal does not know of it, if it does not."""
        problem = ""
        try:
            self.with_token(lambda token: self.portal.sign_out(token, self.setup.machine_id))
        except PortalRefusedError:
            self.give_back_tokens()  # it never had a seat, or has none any more
        except PortalUnknownError as unknown:
            problem = unknown.reason
        except SignedOutError:
            pass
        self.storage.forget_tokens()
        self.storage.remember(lease="", refusal=None, has_seat=False)
        return problem

    def facts(self) -> dict[str, Any]:
        """What the portal is told about this device, and nothing more."""
        setup = self.setup
        return {
            "product": setup.product,
            "platform": setup.platform,
            "os_version": setup.os_version,
            "app_version": VERSION,
            "name": setup.name,
        }

    # What is made of an answer

    def learn(self, ask: Callable[[str, dict[str, str]], dict[str, Any]]) -> State:
        """Ask for a lease and remember the answer; what is not definite changes nothing that is remembered."""
        nonce = secrets.token_urlsafe(16)
        try:
            answer = self.with_token(lambda token: ask(token, {"nonce": nonce}))
            self.accept(str(answer.get("lease", "")), nonce)
            self.notices = tuple(notice["text"] for notice in answer.get("notices", []))
        except PortalRefusedError as refusal:
            self.refuse(refusal)
        except SignedOutError:
            self.storage.forget_tokens()
        except PortalUnknownError as unknown:
            self.wait_longer(unknown.reason, unknown.retry_after)
        except LeaseRefusedError as error:
            self.wait_longer(f"it sent no valid lease: {error}", None)
        return self.state()

    def accept(self, token: str, nonce: str) -> None:
        lease = self.verified(token, nonce)
        if self.storage.tokens() is None:
            raise SignedOutError  # in another process, while we asked
        # Signed now, for our question: the one time of day that can be trusted.
        self.clock_ahead = self.clock() - lease.iat
        highest = max(lease.iat, self.storage.memory().highest_iat)
        self.storage.remember(lease=token, highest_iat=highest, refusal=None, has_seat=True)
        self.out_of_reach, self.silences, self.ask_again_at = "", 0, 0.0

    def verified(self, token: str, nonce: str) -> Lease:
        """Verify a lease that just came, with the keys that are remembered or, for a new key, with fresh ones."""
        try:
            return self.verify(token, self.storage.memory().keys, nonce)
        except UnknownKeyError:
            keys = self.portal.lease_keys()
            lease = self.verify(token, keys, nonce)
            self.storage.remember(keys=keys)
            return lease

    def refuse(self, refusal: PortalRefusedError) -> None:
        """Remember a refusal. One that takes protection away takes the lease, and “disconnected” the tokens too."""
        if refusal.code not in DEFINITE | QUESTIONS | NO_LICENSE:
            self.wait_longer(f"it said {refusal.code}", None)  # our mistake or its own, but no answer to our question
            return
        known = {"code": refusal.code, "text": refusal.text, "members": refusal.members}
        self.out_of_reach, self.silences = "", 0
        self.ask_again_at = self.clock() + LAST_RETRY
        self.storage.remember(refusal=known, **({"lease": ""} if refusal.code in DEFINITE else {}))
        if refusal.code == "disconnected":
            self.storage.forget_tokens()

    def wait_longer(self, reason: str, retry_after: float | None) -> None:
        self.out_of_reach = reason
        wait = min(FIRST_RETRY * 2**self.silences, LAST_RETRY)
        self.silences += 1
        self.ask_again_at = self.clock() + max(retry_after or 0, wait * (0.8 + secrets.randbelow(400) / 1000))

    # Tokens

    def with_token(self, ask: Callable[[str], Any]) -> Any:
        """Call with an access token; when it has ended, once more with a fresh one."""
        tokens = self.storage.tokens()
        if tokens is None:
            raise SignedOutError
        try:
            return ask(tokens.access)
        except PortalRefusedError as refusal:
            if refusal.code != "invalid_token":
                raise
        return ask(self.refresh(tokens).access)

    def refresh(self, old: Tokens) -> Tokens:
        """Exchange the refresh token, which works once: so one process at a time, and kept before anything uses it."""
        with self.storage.lock():
            stored = self.storage.tokens()
            if stored is None:
                raise SignedOutError
            if stored.access != old.access:
                return stored  # another process was faster
            fresh = self.exchange(stored)
            self.storage.keep_tokens(fresh)
        return fresh

    def exchange(self, tokens: Tokens) -> Tokens:
        """Ask for new tokens; a lost answer is asked for again at once, which the portal allows for half a minute."""
        endpoint = self.portal.discover()["token_endpoint"]
        try:
            answer = self.portal.oauth(
                endpoint,
                tries=4,
                grant_type="refresh_token",
                client_id=self.setup.client_id,
                refresh_token=tokens.refresh,
            )
        except PortalRefusedError as refusal:
            if refusal.members.get("code") == "disconnected":
                raise PortalRefusedError("disconnected", refusal.text, refusal.members) from refusal
            if refusal.code == "invalid_grant":
                raise SignedOutError from refusal
            raise PortalUnknownError(f"no new tokens: {refusal.code}") from refusal
        return sign_in.tokens_of(answer, email=tokens.email)

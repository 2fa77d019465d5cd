"""What the terminal shows: words for people, or a line of JSON for programs."""

import json
import sys
from dataclasses import asdict
from typing import Any

from .states import Protection, State

try:
    import segno  # draws the QR code where it is installed
except ImportError:
    segno = None  # type: ignore[assignment]

COLORS = {Protection.ON: "32", Protection.LIMITED: "33", Protection.OFF: "31"}


class Screen:
    def __init__(self, *, as_json: bool):
        self.as_json = as_json
        self.shown: State | None = None

    def state(self, state: State) -> None:
        """Show a state, if it is another one than last time."""
        if state == self.shown:
            return
        self.shown = state
        if self.as_json:
            self.line({"state": state.name, **asdict(state)})
            return
        words = state.name.replace("_", " ")
        print(f"\033[{COLORS[state.protection]}m{words}\033[0m" if sys.stdout.isatty() else words, flush=True)
        print(f"  {state.text}", flush=True)
        self.choices(state)

    def choices(self, state: State) -> None:
        """List what a person may choose from: devices to release, licenses to take."""
        for device in state.details.get("devices", []):
            seen = (device.get("last_seen_at") or "never")[:10]
            print(f"  release {device['id']}   {device['name']}, last seen {seen}", flush=True)
        if state.name == "choose_license":
            for license in state.details.get("licenses", []):
                print(f"  connect --license {described(license)}", flush=True)

    def address(self, url: str) -> None:
        """Show where to sign in, when no browser is opened."""
        self.say({"event": "sign_in", "url": url}, f"Open this address in your browser:\n\n  {url}\n")

    def code(self, begun: dict[str, Any]) -> None:
        """Show the code that a person enters in a browser, on this device or any other."""
        complete = begun.get("verification_uri_complete", begun["verification_uri"])
        self.say(
            {"event": "code", "url": begun["verification_uri"], "user_code": begun["user_code"], "complete": complete},
            f"Open {begun['verification_uri']} and enter {begun['user_code']}",
        )
        if segno and sys.stdout.isatty() and not self.as_json:
            segno.make(complete).terminal(compact=True)

    def licenses(self, licenses: list[dict[str, Any]]) -> None:
        for license in licenses:
            self.say({"event": "license", **license}, described(license))

    def say(self, event: dict[str, Any], text: str) -> None:
        if self.as_json:
            self.line(event)
        else:
            print(text, flush=True)

    def line(self, event: dict[str, Any]) -> None:
        print(json.dumps(event), flush=True)


def described(license: dict[str, Any]) -> str:
    free, total = license["seats_free"], license["seats_total"]
    return f"{license['id']}   {license['plan']}, " + ("no limit" if total is None else f"{free} of {total} seats free")

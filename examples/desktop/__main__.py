"""A product on a device, in the terminal: `python -m examples.desktop --help`."""

import argparse
import sys
import time
import webbrowser
from collections.abc import Callable
from functools import partial
from pathlib import Path

from . import machine, sign_in
from .portal import PortalRefusedError, PortalUnknownError
from .product import Product, Setup, SignedOutError
from .show import Screen
from .simulate import simulate
from .states import NO_FAREWELL, State
from .storage import Tokens

FOLDER = Path.home() / ".local" / "state" / "example-desktop"
COMMANDS = {
    "run": "sign in if nobody ever did, take a seat, show the state; with --watch stay and check in on time",
    "sign-in": "sign in and take a seat; --code without a browser on this device",
    "connect": "take a seat; --license ID chooses one",
    "status": "show the state without asking the portal",
    "check-in": "ask the portal now",
    "licenses": "list the licenses of the account that fit",
    "release": "free the seat of another device (its id follows) and take it",
    "change-account": "move this device to another account",
    "sign-out": "give the seat back and forget everything",
    "simulate": "be many devices at once: --devices, --minutes, --tokens",
}


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; returns 0 if the device is protected, or the thing done."""
    options = parser().parse_intermixed_args(arguments)
    if options.command == "simulate":
        return simulate(options)
    screen = Screen(as_json=options.json)
    product = Product(setup(options), clock=lambda: time.time() + options.clock_offset)
    try:
        return do(options, product, screen)
    except (sign_in.SignInError, PortalRefusedError) as error:
        problem = str(error)
    except PortalUnknownError as unknown:
        problem = f"The portal is out of reach ({unknown}). Try again."
    except SignedOutError:
        problem = "Sign in first."
    except KeyboardInterrupt:
        return 130
    screen.say({"event": "problem", "text": problem}, problem)
    screen.state(product.state())
    return 1


def do(options: argparse.Namespace, product: Product, screen: Screen) -> int:
    if options.command == "sign-out":
        return sign_out(product, screen)
    if options.command == "licenses":
        screen.licenses(product.licenses()["licenses"])
        return 0
    state = run_command(options, product, screen)
    screen.state(state)
    if options.watch:
        watch(product, screen, options.check_in_every)
    return 0 if state.protection == "on" else 1


def run_command(options: argparse.Namespace, product: Product, screen: Screen) -> State:
    get_tokens = way_to_sign_in(options, product, screen)
    commands: dict[str, Callable[[], State]] = {
        "run": lambda: start(product, get_tokens),
        "sign-in": lambda: product.sign_in(get_tokens),
        "connect": lambda: product.connect(options.license),
        "status": product.state,
        "check-in": product.check_in,
        "release": lambda: product.release(options.device, get_tokens),
        "change-account": lambda: product.change_account(get_tokens),
    }
    return commands[options.command]()


def start(product: Product, get_tokens: Callable[[], Tokens]) -> State:
    """Begin as a product does that was just opened: ask for a sign-in only if there is nothing else to show.

    Once it was told that its license had ended or was blocked, it asks for a seat of whatever license there is now.
    """
    state = product.state()
    if state.name == "signing_in" and state.protection == "off":
        return product.sign_in(get_tokens)
    return product.connect() if state.name in NO_FAREWELL else product.check_in()


def watch(product: Product, screen: Screen, every: float | None) -> None:
    """Check in when it is time, and show each new state, also those that come by the clock alone."""
    asked = time.monotonic()
    while True:
        time.sleep(0.2 if every else 1)
        due = time.monotonic() - asked >= every if every else product.clock() >= product.next_check_in()
        if due:
            product.check_in()
            asked = time.monotonic()
        screen.state(product.state())


def sign_out(product: Product, screen: Screen) -> int:
    problem = product.sign_out()
    if problem:
        text = (
            f"Signed out here. The portal does not know ({problem}): free the seat at {product.setup.portal}/devices/."
        )
    else:
        text = "Signed out. The seat is free."
    screen.say({"event": "signed_out", "problem": problem}, text)
    return 1 if problem else 0


def way_to_sign_in(options: argparse.Namespace, product: Product, screen: Screen) -> Callable[[], Tokens]:
    if options.code:
        return lambda: sign_in.by_code(product.portal, product.client, screen.code)
    visit = screen.address if options.no_browser else partial(open_page, screen)
    wishes = {"change-account": sign_in.ANOTHER_ACCOUNT, "release": sign_in.ASK_FOR_PASSWORD}.get(options.command, {})
    return lambda: sign_in.by_browser(product.portal, product.client, visit, wishes)


def open_page(screen: Screen, url: str) -> None:
    """Open the browser; where there is none, show the address."""
    if not webbrowser.open(url):
        screen.address(url)


def setup(options: argparse.Namespace) -> Setup:
    options.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Setup(
        portal=options.portal.rstrip("/"),
        client_id=options.client_id,
        product=options.product,
        machine_id=options.machine_id or machine.machine_id(options.product, options.state_dir),
        platform=options.platform,
        name=options.name,
        os_version=machine.os_version(),
        folder=options.state_dir,
    )


def parser() -> argparse.ArgumentParser:
    commands = "\n".join(f"  {name:15} {text}" for name, text in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="desktop",
        description=__doc__,
        epilog=f"commands:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("command", nargs="?", default="run", choices=COMMANDS, metavar="command")
    add("device", nargs="?", default="", help="for release")
    add("--portal", default="http://localhost:8000", help="the portal's public address")
    add("--client-id", default=machine.client_id())
    add("--product", default="security-cloud")
    add("--platform", default=machine.platform_name())
    add("--name", default=machine.device_name(), help="what the owner sees")
    add("--state-dir", type=Path, default=FOLDER, help="where tokens and the lease are kept")
    add("--license", default="", help="for connect: the license to take a seat of")
    add("--code", action="store_true", help="to sign in, show a code instead of opening a browser")
    add("--no-browser", action="store_true", help="print the address instead of opening it")
    add("--watch", action="store_true", help="stay, and check in on time")
    add("--json", action="store_true", help="a line of JSON for each new state")
    tests = parser.add_argument_group("for tests")
    tests.add_argument("--machine-id", default="", help="be another machine")
    tests.add_argument("--clock-offset", type=float, default=0, metavar="SECONDS", help="move the clock")
    tests.add_argument("--check-in-every", type=float, metavar="SECONDS", help="with --watch: not when the lease says")
    tests.add_argument("--devices", type=int, default=200, help="for simulate")
    tests.add_argument("--minutes", type=float, default=2, help="for simulate")
    tests.add_argument("--tokens", type=Path, help="for simulate: a file of access tokens, one a line")
    return parser


if __name__ == "__main__":
    sys.exit(main())

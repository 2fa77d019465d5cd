"""Which machine this is: a number that stays the same over reinstalls and says nothing about the machine."""

import hashlib
import platform
import re
import subprocess
import uuid
from pathlib import Path

FILES = [Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")]
COMMANDS = {
    "Darwin": (["ioreg", "-rd1", "-c", "IOPlatformExpertDevice"], r'"IOPlatformUUID" = "([^"]+)"'),
    "Windows": (
        ["reg", "query", r"HKLM\SOFTWARE\Microsoft\Cryptography", "/v", "MachineGuid", "/reg:64"],
        r"MachineGuid\s+REG_SZ\s+(\S+)",
    ),
}
# The demonstration sells nothing for Linux desktops, so there the example says that it is a Windows computer.
PLATFORMS = {"Darwin": "macos"}


def machine_id(product: str, folder: Path) -> str:
    """Return 32 hexadecimal characters. The salt is the product's, so that two products cannot compare notes."""
    identifier = system_identifier() or made_identifier(folder / "machine")
    return hashlib.sha256(f"example-desktop/{product}/{identifier}".encode()).hexdigest()[:32]


def system_identifier() -> str:
    """Return the identifier that the system gave this machine, or nothing."""
    for path in FILES:
        if path.exists() and (text := path.read_text("ascii").strip()):
            return text
    if platform.system() not in COMMANDS:
        return ""
    command, pattern = COMMANDS[platform.system()]
    found = re.search(pattern, subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    return found[1] if found else ""


def made_identifier(path: Path) -> str:
    """Return a number of our own where the system has none, as in a container; a reinstall makes another one."""
    if not path.exists():
        path.write_text(uuid.uuid4().hex, "ascii")
    return path.read_text("ascii")


def platform_name() -> str:
    return PLATFORMS.get(platform.system(), "windows")


def client_id() -> str:
    return "demo-mac" if platform_name() == "macos" else "demo-windows"


def os_version() -> str:
    return f"{platform.system()} {platform.release()}"[:80]


def device_name() -> str:
    return (platform.node() or "My computer")[:80]

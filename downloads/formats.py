"""How an installer must look from inside, so that a file is what its name says."""

from pathlib import PurePath

from django.core.files import File

from downloads.models import Installer

EXTENSIONS = {
    Installer.Platform.WINDOWS: (".exe", ".msi"),
    Installer.Platform.MACOS: (".dmg", ".pkg"),
}
# Where the bytes stand that give each format away; a disk image has its mark in a trailer of 512 bytes.
MARKS = {
    ".exe": (0, b"MZ"),
    ".msi": (0, bytes.fromhex("d0cf11e0a1b11ae1")),
    ".pkg": (0, b"xar!"),
    ".dmg": (-512, b"koly"),
}


def extension(file_name: str) -> str:
    return PurePath(file_name).suffix.lower()


def content_fits(file: File, file_name: str) -> bool:
    """Tell whether the content has the mark of the format that the file's name promises; nothing is unpacked."""
    offset, mark = MARKS[extension(file_name)]
    if file.size < abs(offset) + len(mark):
        return False
    file.seek(offset % file.size)
    found = file.read(len(mark))
    file.seek(0)
    return found == mark

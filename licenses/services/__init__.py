"""The rules that write, one function each; pages, admin, API and commands all come through here."""

from .attempts import submit_code
from .claims import claim_code, release_license
from .codes import import_codes, issue_codes, resume_batch, revoke_code, rotate_keys, suspend_batch
from .events import record_event
from .licenses import archive_license, block_license, end_trial, reset_moves, restore_license, unblock_license
from .redeem import redeem_code
from .seats import free_seat, take_seat
from .waiting import (
    add_waiting_code,
    drop_waiting_code,
    keep_code,
    keep_code_in_session,
    move_waiting_code,
    waiting_code,
    waiting_text,
)

__all__ = [
    "add_waiting_code",
    "archive_license",
    "block_license",
    "claim_code",
    "drop_waiting_code",
    "end_trial",
    "free_seat",
    "import_codes",
    "issue_codes",
    "keep_code",
    "keep_code_in_session",
    "move_waiting_code",
    "record_event",
    "redeem_code",
    "release_license",
    "reset_moves",
    "restore_license",
    "resume_batch",
    "revoke_code",
    "rotate_keys",
    "submit_code",
    "suspend_batch",
    "take_seat",
    "unblock_license",
    "waiting_code",
    "waiting_text",
]

"""The rules that write, one function each; pages, admin, API and commands all come through here."""

from .announcements import announce_expiries, report_full_license
from .attempts import prune_attempts, submit_code
from .catalog import change_catalog, copy_plan, put_back_on_sale, withdraw_from_sale
from .claims import claim_code, release_license
from .codes import (
    fetch_codes,
    import_codes,
    issue_codes,
    issue_codes_once,
    resume_batch,
    revoke_code,
    rotate_keys,
    suspend_batch,
)
from .delivery import deliver_waiting_orders
from .events import record_event
from .licenses import archive_license, block_license, end_trial, reset_moves, restore_license, unblock_license
from .moving import keep_away, move_devices, protect_device, seat_left
from .orders import codes_of_order, place_order, renew_order
from .readdress import mail_order_again, readdress_order
from .redeem import redeem_code
from .refunds import cancel_order, refund_code, refund_code_of_order, refund_order
from .seats import free_seat, lock_licenses, take_seat
from .waiting import (
    add_code,
    add_waiting_code,
    drop_waiting_code,
    keep_code,
    keep_code_in_session,
    keep_typed_code,
    last_group,
    lend_waiting_code,
    move_waiting_code,
    reseal_waiting_codes,
    resume_code,
    take_typed_code,
    waiting_code,
    waiting_text,
)

__all__ = [
    "add_code",
    "add_waiting_code",
    "announce_expiries",
    "archive_license",
    "block_license",
    "cancel_order",
    "change_catalog",
    "claim_code",
    "codes_of_order",
    "copy_plan",
    "deliver_waiting_orders",
    "drop_waiting_code",
    "end_trial",
    "fetch_codes",
    "free_seat",
    "import_codes",
    "issue_codes",
    "issue_codes_once",
    "keep_away",
    "keep_code",
    "keep_code_in_session",
    "keep_typed_code",
    "last_group",
    "lend_waiting_code",
    "lock_licenses",
    "mail_order_again",
    "move_devices",
    "move_waiting_code",
    "place_order",
    "protect_device",
    "prune_attempts",
    "put_back_on_sale",
    "readdress_order",
    "record_event",
    "redeem_code",
    "refund_code",
    "refund_code_of_order",
    "refund_order",
    "release_license",
    "renew_order",
    "report_full_license",
    "reseal_waiting_codes",
    "reset_moves",
    "restore_license",
    "resume_batch",
    "resume_code",
    "revoke_code",
    "rotate_keys",
    "seat_left",
    "submit_code",
    "suspend_batch",
    "take_seat",
    "take_typed_code",
    "unblock_license",
    "waiting_code",
    "waiting_text",
    "withdraw_from_sale",
]

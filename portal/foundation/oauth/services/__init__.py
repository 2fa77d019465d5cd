"""All that changes a sign-in."""

from .clients import give_secret, is_suspended, register_client, restore_client, suspend_client
from .grants import answer_device, record_code, record_device
from .payouts import pay_grant, pay_refresh, revoke
from .pruning import prune_sign_ins
from .sign_ins import end_sign_ins

__all__ = [
    "answer_device",
    "end_sign_ins",
    "give_secret",
    "is_suspended",
    "pay_grant",
    "pay_refresh",
    "prune_sign_ins",
    "record_code",
    "record_device",
    "register_client",
    "restore_client",
    "revoke",
    "suspend_client",
]

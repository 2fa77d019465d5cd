"""All that changes a sign-in."""

from .clients import give_secret, is_suspended, register_client, restore_client, suspend_client
from .grants import answer_device, record_code, record_device
from .pruning import prune_sign_ins
from .sign_ins import end_sign_ins
from .token_exchange import exchange_code, revoke, rotate_refresh_token

__all__ = [
    "answer_device",
    "end_sign_ins",
    "exchange_code",
    "give_secret",
    "is_suspended",
    "prune_sign_ins",
    "record_code",
    "record_device",
    "register_client",
    "restore_client",
    "revoke",
    "rotate_refresh_token",
    "suspend_client",
]

"""All that changes a sign-in."""

from .sign_ins import bind_device, end_sign_ins

__all__ = ["bind_device", "end_sign_ins"]

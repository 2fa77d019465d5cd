"""Every refusal about codes, seats and orders, once: `codes.md` in docs/ is the table of them."""

from . import codes, orders, seats, staff

__all__ = ["codes", "orders", "seats", "staff"]

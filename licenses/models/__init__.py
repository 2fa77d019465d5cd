from .catalog import Plan, Platform, Product, Region, SeatPool
from .codes import ActivationCode, CodeAttempt, CodeBatch, CodeClaim, WaitingCode, count_codes
from .events import Event
from .licenses import License, Seat, Term
from .orders import Order

__all__ = [
    "ActivationCode",
    "CodeAttempt",
    "CodeBatch",
    "CodeClaim",
    "Event",
    "License",
    "Order",
    "Plan",
    "Platform",
    "Product",
    "Region",
    "Seat",
    "SeatPool",
    "Term",
    "WaitingCode",
    "count_codes",
]

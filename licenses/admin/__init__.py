"""The staff's view of products, codes and licenses. History is read-only; what changes rows calls a service."""

from . import catalog, codes, licenses, orders

__all__ = ["catalog", "codes", "licenses", "orders"]

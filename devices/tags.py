"""Template filters that say how a device is at a moment: a builtin library of all templates."""

from django import template

from devices.models import Device

register = template.Library()
register.filter("tone_at", Device.tone)
register.filter("condition_at", Device.condition)
register.filter("is_unseen_at", Device.is_unseen)

"""Write a mail to a customer: in the operator's name, in the reader's language, as text and HTML."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.ui.brand import brand


def send_letter(*, user, template: str, context: dict) -> None:
    """Render `<template>_subject.txt`, `_message.txt` and `_message.html` for this user and send them."""
    context = {**brand(), **context, "user": user, "portal_url": settings.PORTAL_URL}
    with translation.override(user.language or settings.LANGUAGE_CODE), timezone.override(user.zone):
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        mail = EmailMultiAlternatives(subject, render_to_string(f"{template}_message.txt", context), to=[user.email])
        mail.attach_alternative(render_to_string(f"{template}_message.html", context), "text/html")
    mail.send()

"""Where allauth asks us: what a new account is, and how mails leave."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    pass

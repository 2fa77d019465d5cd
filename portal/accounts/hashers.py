"""How passwords are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OwaspArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with the costs of OWASP's password storage cheat sheet.

    Django's own costs take 100 MiB and eight lanes a hash: on two cores a handful of sign-ins would stop the portal.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

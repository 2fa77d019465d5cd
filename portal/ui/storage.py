"""Where static files are: each under a name that has its hash in it."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class RememberedAddresses(CompressedManifestStaticFilesStorage):
    """Looks each address up once: a process reads the manifest when it starts, and a page names files fifty times."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        if name not in self.addresses:
            self.addresses[name] = super().url(name, force)
        return self.addresses[name]

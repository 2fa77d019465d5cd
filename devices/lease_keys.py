"""The keys of the leases: how they sign, and how the API's document describes the page of their public halves."""

from django.utils.translation import gettext_lazy as _

from portal.foundation.crypto.purposes import Purpose

PURPOSE = Purpose("lease", _("Leases"), "EdDSA")

DOCUMENT = {
    "get": {
        "operationId": "lease_keys",
        "summary": "Public keys of the leases",
        "description": "With these a product checks its lease. Keep them for an hour; ask again for an unknown `kid`.",
        "tags": ["devices"],
        "parameters": [],
        "security": [],
        "responses": {
            200: {
                "description": "A JSON Web Key Set (RFC 7517).",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "properties": {"keys": {"type": "array", "items": {"type": "object"}}},
                            "required": ["keys"],
                            "example": {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "…", "x": "…", "use": "sig"}]},
                        }
                    }
                },
            }
        },
    }
}

"""How the API's document describes the public keys of the leases: they are a page of ours, no call of the API."""

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

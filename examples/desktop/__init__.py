"""A product that takes its license from the portal: as small as it can be and still right.

Read `states.py` (what a person sees), `lease.py` (what is believed), `portal.py` (how it is asked), `sign_in.py`,
`storage.py`, and then `product.py`, which puts them together. `docs/device-api.md` says the same in words.
"""

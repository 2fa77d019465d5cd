"""Fill the portal with the demonstration; safe to repeat."""

from django.core.management.base import BaseCommand

from portal.demo import accounts
from portal.demo.catalog import load_catalog
from portal.demo.clients import load_clients
from portal.demo.history import load_history, load_refused_codes
from portal.demo.installers import load_installers


class Command(BaseCommand):
    help = "Load the demonstration's products, installers, customer and staff; what is there already stays as it is."

    def handle(self, **options):
        old = accounts.read()
        self.stdout.write("Loading the demonstration …")
        self.stdout.flush()
        load_catalog()
        load_installers()
        customer, password = accounts.ensure_account(accounts.CUSTOMER, old.get("customer", {}).get("password"))
        staff, staff_password = accounts.ensure_account(accounts.STAFF, old.get("staff", {}).get("password"))
        store = load_clients(old.get("store", {}))
        load_history(customer)
        load_refused_codes(staff)
        if store != old.get("store"):
            self.stdout.write(f"The store signs in as {store['client_id']} with the secret {store['client_secret']}")
        accounts.write(
            {
                "customer": {"email": customer.email, "password": password},
                "staff": {"email": staff.email, "password": staff_password},
                "codes": accounts.fresh_codes(old.get("codes", []), actor=staff),
                "store": store,
            }
        )

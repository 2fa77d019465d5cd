"""Remember a device that found no seat, so that its owner reads its name where a seat can be freed."""

from datetime import datetime

from devices.models import TurnedAway
from licenses.models import License

from .cleaning import name_by_product


def remember_turned_away(*, support_key: str, machine_id: str, platform: str, name: str, at: datetime) -> TurnedAway:
    """Write down which machine a full license turned away, and when; the last one is enough."""
    license = License.objects.select_related("owner").get(support_key=support_key)
    facts = {
        "owner": license.owner,
        "machine_id": machine_id,
        "platform": platform,
        "name": name_by_product(name, platform),
    }
    row, _made = TurnedAway.objects.update_or_create(license=license, defaults={**facts, "at": at})
    return row

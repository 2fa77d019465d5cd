"""What is sold stays as it was sold: columns that nobody changes once somebody relies on them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


def refuse_changes(row: models.Model, names: list[str]) -> None:
    """Refuse a row that differs in one of these columns from what is stored, and name the first: `frozen`."""
    fields = {field.name: field for field in row._meta.concrete_fields}
    stored = type(row)._default_manager.filter(pk=row.pk).values(*names).first() or {}
    for name, value in stored.items():
        field = fields[name]
        if getattr(row, field.attname) != value:
            raise ValidationError(
                _("“%(field)s” cannot be changed any more: it was sold like this."),
                code="frozen",
                params={"field": capfirst(field.verbose_name)},
            )

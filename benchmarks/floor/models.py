"""What a plain list of licenses and devices needs, and no more."""

from django.conf import settings
from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self):
        return self.name


class License(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="licenses")
    product = models.ForeignKey(Product, models.PROTECT)
    support_key = models.CharField(max_length=14, unique=True)
    ends_at = models.DateTimeField()

    def __str__(self):
        return self.support_key


class Device(models.Model):
    license = models.ForeignKey(License, models.CASCADE, related_name="devices")
    name = models.CharField(max_length=80)
    token = models.CharField(max_length=64, unique=True)
    last_seen_at = models.DateTimeField()

    def __str__(self):
        return self.name


class Code(models.Model):
    digest = models.CharField(max_length=64, unique=True)
    product = models.ForeignKey(Product, models.PROTECT)
    license = models.OneToOneField(License, models.PROTECT, null=True)

    def __str__(self):
        return self.digest


class Installer(models.Model):
    product = models.ForeignKey(Product, models.PROTECT)
    version = models.CharField(max_length=40)
    file_name = models.CharField(max_length=150)

    def __str__(self):
        return self.file_name

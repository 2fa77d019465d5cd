import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('devices', '0001_initial'),
        ('licenses', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='lease',
            name='license',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leases', to='licenses.license', verbose_name='license'),
        ),
        migrations.AddField(
            model_name='lease',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leases', to='licenses.product', verbose_name='product'),
        ),
        migrations.AddField(
            model_name='turnedaway',
            name='license',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='turned_away', to='licenses.license', verbose_name='license'),
        ),
        migrations.AddField(
            model_name='turnedaway',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='customer'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(fields=('machine_id', 'owner'), name='machine_is_one_device_an_account', violation_error_message='This machine is a device of the account already.'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(('platform__in', ['windows', 'macos', 'android', 'ios', 'server'])), name='device_platform_exists', violation_error_message='Choose a platform from the list.'),
        ),
        migrations.AddConstraint(
            model_name='lease',
            constraint=models.UniqueConstraint(fields=('device', 'product'), name='product_on_a_device_has_one_lease', violation_error_message='There is a lease for this product on this device already.'),
        ),
        migrations.AddConstraint(
            model_name='lease',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gte', models.F('issued_at'))), name='lease_ends_after_it_is_signed', violation_error_message='A lease ends after it is signed.'),
        ),
    ]

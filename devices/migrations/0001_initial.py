import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('licenses', '0001_initial'),
        ('oauth', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('machine_id', models.CharField(max_length=32, validators=[django.core.validators.RegexValidator('\\A[0-9a-f]{32}\\Z', 'A machine id is 32 hexadecimal characters.')], verbose_name='machine id')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('platform', models.CharField(choices=[('windows', 'Windows'), ('macos', 'macOS'), ('android', 'Android'), ('ios', 'iOS'), ('server', 'Windows Server')], max_length=16, verbose_name='platform')),
                ('form', models.CharField(blank=True, choices=[('pc', 'Desktop computer'), ('laptop', 'Laptop'), ('mac', 'Mac'), ('phone', 'Phone'), ('iphone', 'iPhone'), ('tablet', 'Tablet')], max_length=8, verbose_name='shape')),
                ('os_version', models.CharField(blank=True, max_length=80, verbose_name='system')),
                ('app_version', models.CharField(blank=True, max_length=40, verbose_name='app version')),
                ('report', models.CharField(choices=[('protected', 'Protected'), ('update_waiting', 'Update waiting'), ('off', 'Protection is off')], default='protected', max_length=16, verbose_name='last report')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='first connected')),
                ('last_seen_at', models.DateTimeField(blank=True, null=True, verbose_name='last seen')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
            ],
            options={
                'verbose_name': 'device',
                'verbose_name_plural': 'devices',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='BoundSignIn',
            fields=[
                ('sign_in', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='bound', serialize=False, to='oauth.signin', verbose_name='sign-in')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_ins', to='devices.device', verbose_name='device')),
            ],
            options={
                'verbose_name': 'device of a sign-in',
                'verbose_name_plural': 'devices of sign-ins',
            },
        ),
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jtis', models.JSONField(default=list, verbose_name='ids')),
                ('issued_at', models.DateTimeField(verbose_name='signed')),
                ('expires_at', models.DateTimeField(verbose_name='ends')),
                ('copied_at', models.DateTimeField(blank=True, null=True, verbose_name='seen on a second machine')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leases', to='devices.device', verbose_name='device')),
                ('license', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leases', to='licenses.license', verbose_name='license')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leases', to='licenses.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'lease',
                'verbose_name_plural': 'leases',
                'ordering': ['-issued_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='TurnedAway',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('machine_id', models.CharField(max_length=32, verbose_name='machine id')),
                ('platform', models.CharField(choices=[('windows', 'Windows'), ('macos', 'macOS'), ('android', 'Android'), ('ios', 'iOS'), ('server', 'Windows Server')], max_length=16, verbose_name='platform')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('license', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='turned_away', to='licenses.license', verbose_name='license')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
            ],
            options={
                'verbose_name': 'device without a seat',
                'verbose_name_plural': 'devices without a seat',
            },
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(fields=['name'], name='devices_by_name', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(fields=['platform', 'id'], name='devices_of_a_platform'),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(condition=models.Q(('report', 'protected'), _negated=True), fields=['report', 'id'], name='devices_to_look_after'),
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

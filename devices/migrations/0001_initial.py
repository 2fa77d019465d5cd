import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TurnedAway',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('machine_id', models.CharField(max_length=32, verbose_name='machine id')),
                ('platform', models.CharField(choices=[('windows', 'Windows'), ('macos', 'macOS'), ('android', 'Android'), ('ios', 'iOS'), ('server', 'Windows Server')], max_length=16, verbose_name='platform')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('at', models.DateTimeField(verbose_name='when')),
            ],
            options={
                'verbose_name': 'device without a seat',
                'verbose_name_plural': 'devices without a seat',
            },
        ),
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
            name='Lease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jtis', models.JSONField(default=list, verbose_name='ids')),
                ('issued_at', models.DateTimeField(verbose_name='signed')),
                ('expires_at', models.DateTimeField(verbose_name='ends')),
                ('copied_at', models.DateTimeField(blank=True, null=True, verbose_name='seen on a second machine')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leases', to='devices.device', verbose_name='device')),
            ],
            options={
                'verbose_name': 'lease',
                'verbose_name_plural': 'leases',
                'ordering': ['-issued_at', '-pk'],
            },
        ),
    ]

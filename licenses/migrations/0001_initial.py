import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import licenses.models.events
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='License',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('support_key', models.CharField(editable=False, max_length=14, unique=True, verbose_name='support key')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added')),
                ('renews_itself', models.BooleanField(default=False, verbose_name='renews by itself')),
                ('blocked_at', models.DateTimeField(blank=True, null=True, verbose_name='blocked')),
                ('blocked_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the block')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived')),
                ('moves_reset_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='moves counted since')),
            ],
            options={
                'verbose_name': 'license',
                'verbose_name_plural': 'licenses',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$')], verbose_name='number')),
                ('kind', models.CharField(choices=[('license', 'License'), ('codes', 'Activation codes')], default='license', max_length=8, verbose_name='kind')),
                ('quantity', models.PositiveSmallIntegerField(default=1, verbose_name='how many')),
                ('email', models.EmailField(blank=True, db_index=True, max_length=254, verbose_name='email address')),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='language of the mail')),
                ('bought_at', models.DateTimeField(verbose_name='bought')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='received')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='canceled')),
                ('refunded_at', models.DateTimeField(blank=True, null=True, verbose_name='refunded')),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='short name for commands')),
                ('kind', models.CharField(choices=[('commercial', 'License'), ('trial', 'Trial'), ('subscription', 'Subscription')], default='commercial', max_length=16, verbose_name='kind')),
                ('term_length', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='term')),
                ('term_unit', models.CharField(choices=[('day', 'days'), ('month', 'months'), ('year', 'years')], default='year', max_length=8, verbose_name='unit of the term')),
                ('region', models.CharField(blank=True, choices=[('europe', 'Europe'), ('americas', 'North and South America'), ('asia-pacific', 'Asia and the Pacific'), ('africa-middle-east', 'Africa and the Middle East')], help_text='Empty: can be used everywhere.', max_length=32, verbose_name='region')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn')),
            ],
            options={
                'verbose_name': 'plan',
                'verbose_name_plural': 'plans',
                'ordering': ['product__name', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('slug', models.SlugField(unique=True, verbose_name='short name in addresses')),
                ('kind', models.CharField(choices=[('protection', 'Protection against viruses'), ('vpn', 'Private connection (VPN)'), ('passwords', 'Passwords'), ('children', 'Care for children')], default='protection', help_text='Decides which setup guides the product gets with its first installer or store link.', max_length=16, verbose_name='kind')),
                ('summary', models.CharField(blank=True, max_length=200, verbose_name='summary')),
                ('icon', models.CharField(choices=[('shield', 'Shield'), ('shieldok', 'Shield with check'), ('vault', 'Vault'), ('vpn', 'Tunnel'), ('phone', 'Phone'), ('pc', 'Computer'), ('user', 'Person'), ('card', 'Card')], default='shield', max_length=16, verbose_name='icon')),
                ('tone', models.PositiveSmallIntegerField(choices=[(1, '1'), (2, '2'), (3, '3'), (4, '4'), (5, '5')], default=1, verbose_name='tile color')),
                ('renew_url', models.URLField(blank=True, verbose_name='shop page for renewals')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn')),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('connected_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='connected')),
                ('disconnected_at', models.DateTimeField(blank=True, null=True, verbose_name='disconnected')),
                ('went_with_license', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'verbose_name': 'seat',
                'verbose_name_plural': 'seats',
                'ordering': ['number', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SeatPool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='place')),
                ('quantity', models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit on devices.', null=True, verbose_name='seats')),
                ('on_windows', models.BooleanField(default=False, verbose_name='Windows')),
                ('on_macos', models.BooleanField(default=False, verbose_name='macOS')),
                ('on_android', models.BooleanField(default=False, verbose_name='Android')),
                ('on_ios', models.BooleanField(default=False, verbose_name='iOS')),
                ('on_server', models.BooleanField(default=False, verbose_name='Windows Server')),
            ],
            options={
                'verbose_name': 'seat pool',
                'verbose_name_plural': 'seat pools',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('time_zone', models.CharField(blank=True, editable=False, max_length=64, verbose_name='time zone')),
                ('expiry_announced_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'verbose_name': 'term',
                'verbose_name_plural': 'terms',
                'ordering': ['starts_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='WaitingCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed', models.TextField()),
                ('hint', models.CharField(max_length=5)),
                ('kept_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'waiting code',
                'verbose_name_plural': 'waiting codes',
                'ordering': ['-kept_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='CodeAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.GenericIPAddressField(null=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('refusal', models.CharField(blank=True, max_length=32)),
                ('counted', models.BooleanField(default=False)),
                ('pause_until', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='code_attempts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'code attempt',
                'verbose_name_plural': 'code attempts',
            },
        ),
        migrations.CreateModel(
            name='CodeBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, help_text='What the batch is for; stands beside each code in the file.', max_length=100, verbose_name='name')),
                ('reference', models.CharField(blank=True, help_text='The number of an order or delivery, also in the file.', max_length=64, verbose_name='reference')),
                ('form_key', models.UUIDField(editable=False, null=True, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('groups', models.PositiveSmallIntegerField(default=5, verbose_name='groups of five')),
                ('has_checks', models.BooleanField(default=True, verbose_name='groups end in a check symbol')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='valid from')),
                ('activate_before', models.DateTimeField(blank=True, null=True, verbose_name='to be added before')),
                ('fixed_end', models.DateTimeField(blank=True, null=True, verbose_name='ends for everybody at')),
                ('renewal_only', models.BooleanField(default=False, verbose_name='only for renewals')),
                ('suspended_at', models.DateTimeField(blank=True, null=True, verbose_name='suspended')),
                ('suspended_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the suspension')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'code batch',
                'verbose_name_plural': 'code batches',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ActivationCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('sealed', models.TextField(editable=False)),
                ('hint', models.CharField(editable=False, max_length=5, verbose_name='last group')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('revoked_reason', models.CharField(blank=True, choices=[('blocked', 'It was blocked by the seller.'), ('refunded', 'The purchase was refunded.'), ('lost', 'It belongs to a delivery that was lost.')], max_length=16, verbose_name='reason')),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='licenses.codebatch', verbose_name='batch')),
            ],
            options={
                'verbose_name': 'activation code',
                'verbose_name_plural': 'activation codes',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='CodeClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('released_at', models.DateTimeField(null=True)),
                ('claimant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='claims', to=settings.AUTH_USER_MODEL)),
                ('code', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='licenses.activationcode')),
            ],
            options={
                'verbose_name': 'claim',
                'verbose_name_plural': 'claims',
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(choices=licenses.models.events.verbs, editable=False, max_length=32, verbose_name='what')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('details', models.JSONField(default=dict, editable=False)),
                ('actor', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('batch', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='licenses.codebatch')),
                ('code', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='licenses.activationcode')),
                ('customer', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='history', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'history',
                'ordering': ['-at', '-pk'],
            },
        ),
    ]

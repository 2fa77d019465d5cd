import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import licenses.models.events
from django.conf import settings
from django.db import migrations, models

from licenses import triggers


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('allauth_idp_oidc', '0003_client_allow_uri_wildcards'),
        ('devices', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('sealed', models.TextField(editable=False)),
                ('hint', models.CharField(db_index=True, editable=False, max_length=5, verbose_name='last group')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('revoked_reason', models.CharField(blank=True, choices=[('blocked', 'It was blocked by the seller.'), ('refunded', 'The purchase was refunded.'), ('lost', 'It belongs to a delivery that was lost.')], max_length=16, verbose_name='reason')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='licenses.codebatch', verbose_name='batch')),
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
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='licenses', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
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
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='allauth_idp_oidc.client', verbose_name='store')),
                ('renews', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='licenses.order', verbose_name='renews')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='orders', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='licenses.plan', verbose_name='plan')),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'ordering': ['-created_at', '-pk'],
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
                ('device', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='devices.device')),
                ('license', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='licenses.license')),
                ('order', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='licenses.order')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'history',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='codebatch',
            name='order',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batch', to='licenses.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='codebatch',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='licenses.plan', verbose_name='plan'),
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
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='predecessors', to='licenses.product', verbose_name='successor')),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='plan',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='licenses.product', verbose_name='product'),
        ),
        migrations.AddField(
            model_name='license',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='licenses', to='licenses.product', verbose_name='product'),
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
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pools', to='licenses.plan', verbose_name='plan')),
            ],
            options={
                'verbose_name': 'seat pool',
                'verbose_name_plural': 'seat pools',
                'ordering': ['position', 'pk'],
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
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='devices.device', verbose_name='device')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL, verbose_name='holder')),
                ('license', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='licenses.license', verbose_name='license')),
                ('moved_from', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='moved_to', to='licenses.seat')),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='licenses.seatpool', verbose_name='pool')),
            ],
            options={
                'verbose_name': 'seat',
                'verbose_name_plural': 'seats',
                'ordering': ['number', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('time_zone', models.CharField(blank=True, editable=False, max_length=64, verbose_name='time zone')),
                ('end_noted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('code', models.OneToOneField(blank=True, error_messages={'unique': 'This code was used already.'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='term', to='licenses.activationcode', verbose_name='activation code')),
                ('license', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='licenses.license', verbose_name='license')),
                ('order', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='term', to='licenses.order', verbose_name='order')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='licenses.plan', verbose_name='plan')),
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
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waiting_codes', to=settings.AUTH_USER_MODEL)),
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
                'indexes': [models.Index(fields=['user', 'made_at'], name='attempts_of_an_account'), models.Index(fields=['address', 'made_at'], name='attempts_of_an_address')],
            },
        ),
        migrations.AddConstraint(
            model_name='activationcode',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_reason', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_reason', ''), _negated=True)), _connector='OR'), name='code_is_revoked_for_a_reason', violation_error_message='A revoked code needs a reason.'),
        ),
        migrations.AddConstraint(
            model_name='codeclaim',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('code', 'claimant'), name='one_open_claim_a_person_and_code', violation_error_message='You have asked for this code already.'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('client', 'number'), name='order_number_of_a_store_is_used_once', violation_error_message='The store has an order with this number already.'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'license'), ('quantity', 1), models.Q(('email', ''), _negated=True)), models.Q(('email', ''), ('kind', 'codes'), ('quantity__gte', 1), ('quantity__lte', 10000), ('renews__isnull', True)), _connector='OR'), name='order_is_for_a_person_or_of_codes', violation_error_message='An order is one license for an email address, or 1 to 10,000 codes.'),
        ),
        migrations.AddConstraint(
            model_name='codebatch',
            constraint=models.CheckConstraint(condition=models.Q(('groups__gte', 4), ('groups__lte', 5)), name='batch_code_has_4_or_5_groups', violation_error_message='A code has 4 or 5 groups of five symbols.'),
        ),
        migrations.AddConstraint(
            model_name='codebatch',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__isnull', True), ('activate_before__isnull', True), ('activate_before__gt', models.F('starts_at')), _connector='OR'), name='batch_can_be_used_at_some_time', violation_error_message='“To be added before” must be later than “valid from”.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('tone__gte', 1), ('tone__lte', 5)), name='product_tone_is_drawn', violation_error_message='There are tile colors 1 to 5.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('successor__isnull', True), models.Q(('successor', models.F('pk')), _negated=True), _connector='OR'), name='product_does_not_succeed_itself', violation_error_message='A product cannot be its own successor.'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('term_length__gte', 1)), name='plan_term_at_least_one', violation_error_message='A term is at least one day, month or year.'),
        ),
        migrations.AddConstraint(
            model_name='seatpool',
            constraint=models.UniqueConstraint(fields=('plan', 'position'), name='pool_order_is_clear', violation_error_message='Two pools of a plan cannot have the same place in the order.'),
        ),
        migrations.AddConstraint(
            model_name='seatpool',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__isnull', True), ('quantity__gte', 1), _connector='OR'), name='pool_has_at_least_one_seat', violation_error_message='A pool has at least one seat; leave it empty for no limit.'),
        ),
        migrations.AddConstraint(
            model_name='seatpool',
            constraint=models.CheckConstraint(condition=models.Q(('on_windows', True), ('on_macos', True), ('on_android', True), ('on_ios', True), ('on_server', True), _connector='OR'), name='pool_takes_some_platform', violation_error_message='Choose at least one platform.'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('disconnected_at__isnull', True)), fields=('license', 'pool', 'number'), name='seat_number_is_taken_once', violation_error_message='This seat is taken.'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('disconnected_at__isnull', True)), fields=('license', 'device'), name='device_has_one_seat_a_license', violation_error_message='This device has a seat already.'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='seat_numbers_start_at_one', violation_error_message='Seats are numbered from 1.'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('disconnected_at__isnull', True), ('disconnected_at__gte', models.F('connected_at')), _connector='OR'), name='seat_ends_after_it_starts', violation_error_message='A seat is given back after it was taken.'),
        ),
        migrations.AddIndex(
            model_name='term',
            index=models.Index(fields=['license', 'starts_at', 'ends_at'], name='terms_of_a_license'),
        ),
        migrations.AddIndex(
            model_name='term',
            index=models.Index(condition=models.Q(('end_noted_at__isnull', True)), fields=['ends_at'], name='ends_to_note'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='term_ends_after_it_starts', violation_error_message='A term ends after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.CheckConstraint(condition=models.Q(('code__isnull', True), ('order__isnull', True), _connector='OR'), name='term_comes_from_a_code_or_an_order', violation_error_message='A term comes from a code or from an order.'),
        ),
        migrations.RunPython(triggers.create, triggers.drop),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from licenses import triggers


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('allauth_idp_oidc', '0003_client_allow_uri_wildcards'),
        ('devices', '0001_initial'),
        ('licenses', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='device',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='devices.device'),
        ),
        migrations.AddField(
            model_name='license',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='licenses', to=settings.AUTH_USER_MODEL, verbose_name='customer'),
        ),
        migrations.AddField(
            model_name='event',
            name='license',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='licenses.license'),
        ),
        migrations.AddField(
            model_name='order',
            name='client',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='allauth_idp_oidc.client', verbose_name='store'),
        ),
        migrations.AddField(
            model_name='order',
            name='renews',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='licenses.order', verbose_name='renews'),
        ),
        migrations.AddField(
            model_name='order',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='orders', to=settings.AUTH_USER_MODEL, verbose_name='customer'),
        ),
        migrations.AddField(
            model_name='event',
            name='order',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='licenses.order'),
        ),
        migrations.AddField(
            model_name='codebatch',
            name='order',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batch', to='licenses.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='order',
            name='plan',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='licenses.plan', verbose_name='plan'),
        ),
        migrations.AddField(
            model_name='codebatch',
            name='plan',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='licenses.plan', verbose_name='plan'),
        ),
        migrations.AddField(
            model_name='product',
            name='successor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='predecessors', to='licenses.product', verbose_name='successor'),
        ),
        migrations.AddField(
            model_name='plan',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='licenses.product', verbose_name='product'),
        ),
        migrations.AddField(
            model_name='license',
            name='product',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='licenses', to='licenses.product', verbose_name='product'),
        ),
        migrations.AddField(
            model_name='seat',
            name='device',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='devices.device', verbose_name='device'),
        ),
        migrations.AddField(
            model_name='seat',
            name='holder',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL, verbose_name='holder'),
        ),
        migrations.AddField(
            model_name='seat',
            name='license',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='licenses.license', verbose_name='license'),
        ),
        migrations.AddField(
            model_name='seat',
            name='moved_from',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='moved_to', to='licenses.seat'),
        ),
        migrations.AddField(
            model_name='seatpool',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pools', to='licenses.plan', verbose_name='plan'),
        ),
        migrations.AddField(
            model_name='seat',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='licenses.seatpool', verbose_name='pool'),
        ),
        migrations.AddField(
            model_name='term',
            name='code',
            field=models.OneToOneField(blank=True, error_messages={'unique': 'This code was used already.'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='term', to='licenses.activationcode', verbose_name='activation code'),
        ),
        migrations.AddField(
            model_name='term',
            name='license',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='licenses.license', verbose_name='license'),
        ),
        migrations.AddField(
            model_name='term',
            name='order',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='term', to='licenses.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='term',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='licenses.plan', verbose_name='plan'),
        ),
        migrations.AddField(
            model_name='waitingcode',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waiting_codes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='codeattempt',
            index=models.Index(fields=['user', 'made_at'], name='attempts_of_an_account'),
        ),
        migrations.AddIndex(
            model_name='codeattempt',
            index=models.Index(fields=['address', 'made_at'], name='attempts_of_an_address'),
        ),
        migrations.AddIndex(
            model_name='activationcode',
            index=models.Index(fields=['batch', 'id'], name='codes_of_a_batch'),
        ),
        migrations.AddIndex(
            model_name='activationcode',
            index=models.Index(fields=['hint'], name='codes_by_last_group'),
        ),
        migrations.AddIndex(
            model_name='activationcode',
            index=models.Index(condition=models.Q(('revoked_at__isnull', False)), fields=['id'], name='revoked_codes'),
        ),
        migrations.AddConstraint(
            model_name='activationcode',
            constraint=models.UniqueConstraint(fields=('digest',), name='code_exists_once', violation_error_message='This code exists already.'),
        ),
        migrations.AddConstraint(
            model_name='activationcode',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_reason', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_reason', ''), _negated=True)), _connector='OR'), name='code_is_revoked_for_a_reason', violation_error_message='A revoked code needs a reason.'),
        ),
        migrations.AddConstraint(
            model_name='codeclaim',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('code', 'claimant'), name='one_open_claim_a_person_and_code', violation_error_message='You have asked for this code already.'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['verb', 'id'], name='events_of_a_verb'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['at'], name='events_by_date'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['client', 'id'], name='orders_of_a_store'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['plan', 'id'], name='orders_of_a_plan'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['kind', 'id'], name='orders_of_a_kind'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['number'], name='orders_by_number', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['created_at'], name='orders_by_date'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('cancelled_at__isnull', True), ('delivered_at__isnull', True), ('refunded_at__isnull', True)), fields=['id'], name='orders_that_wait'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('cancelled_at__isnull', False), ('delivered_at__isnull', True), ('refunded_at__isnull', True)), fields=['id'], name='cancelled_orders'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('refunded_at__isnull', False)), fields=['id'], name='refunded_orders'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('client', 'number'), name='order_number_of_a_store_is_used_once', violation_error_message='The store has an order with this number already.'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'license'), ('quantity', 1), models.Q(('email', ''), _negated=True)), models.Q(('email', ''), ('kind', 'codes'), ('quantity__gte', 1), ('quantity__lte', 10000), ('renews__isnull', True)), _connector='OR'), name='order_is_for_a_person_or_of_codes', violation_error_message='An order is one license for an email address, or 1 to 10,000 codes.'),
        ),
        migrations.AddIndex(
            model_name='codebatch',
            index=models.Index(fields=['plan', 'id'], name='batches_of_a_plan'),
        ),
        migrations.AddIndex(
            model_name='codebatch',
            index=models.Index(fields=['name'], name='batches_by_name', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='codebatch',
            index=models.Index(fields=['reference'], name='batches_by_reference', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='codebatch',
            index=models.Index(fields=['created_at'], name='batches_by_date'),
        ),
        migrations.AddIndex(
            model_name='codebatch',
            index=models.Index(condition=models.Q(('suspended_at__isnull', False)), fields=['id'], name='batches_on_hold'),
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
        migrations.AddIndex(
            model_name='license',
            index=models.Index(fields=['product', 'id'], name='licenses_of_a_product'),
        ),
        migrations.AddIndex(
            model_name='license',
            index=models.Index(fields=['created_at'], name='licenses_by_date'),
        ),
        migrations.AddIndex(
            model_name='license',
            index=models.Index(condition=models.Q(('blocked_at__isnull', False)), fields=['id'], name='blocked_licenses'),
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
            index=models.Index(condition=models.Q(('expiry_announced_at__isnull', True)), fields=['ends_at'], name='expiries_to_announce'),
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

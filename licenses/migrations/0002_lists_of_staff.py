import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('allauth_idp_oidc', '0003_client_allow_uri_wildcards'),
        ('devices', '0004_lists_of_staff'),
        ('licenses', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='activationcode',
            name='batch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='licenses.codebatch', verbose_name='batch'),
        ),
        migrations.AlterField(
            model_name='activationcode',
            name='digest',
            field=models.CharField(editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name='activationcode',
            name='hint',
            field=models.CharField(editable=False, max_length=5, verbose_name='last group'),
        ),
        migrations.AlterField(
            model_name='codebatch',
            name='plan',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='licenses.plan', verbose_name='plan'),
        ),
        migrations.AlterField(
            model_name='license',
            name='product',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='licenses', to='licenses.product', verbose_name='product'),
        ),
        migrations.AlterField(
            model_name='order',
            name='client',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='allauth_idp_oidc.client', verbose_name='store'),
        ),
        migrations.AlterField(
            model_name='order',
            name='plan',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='licenses.plan', verbose_name='plan'),
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
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['verb', 'id'], name='events_of_a_verb'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['at'], name='events_by_date'),
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
            model_name='activationcode',
            constraint=models.UniqueConstraint(fields=('digest',), name='code_exists_once', violation_error_message='This code exists already.'),
        ),
    ]

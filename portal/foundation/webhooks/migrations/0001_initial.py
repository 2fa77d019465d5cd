import django.db.models.deletion
import django.utils.timezone
import portal.foundation.webhooks.addresses
import portal.foundation.webhooks.topics
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('allauth_idp_oidc', '0003_client_allow_uri_wildcards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.URLField(max_length=500, validators=[portal.foundation.webhooks.addresses.refuse_address], verbose_name='address')),
                ('topics', models.JSONField(default=portal.foundation.webhooks.topics.all_topics, verbose_name='what it hears about')),
                ('sealed_secret', models.BinaryField()),
                ('sealed_previous_secret', models.BinaryField(default=b'')),
                ('rotated_at', models.DateTimeField(editable=False, null=True, verbose_name='secret changed')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made')),
                ('disabled_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='switched off')),
                ('paused_until', models.DateTimeField(editable=False, null=True, verbose_name='not tried before')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhook_endpoints', to='allauth_idp_oidc.client', verbose_name='store')),
            ],
            options={
                'verbose_name': 'webhook endpoint',
                'verbose_name_plural': 'webhook endpoints',
                'ordering': ['client', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tried_since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='tried since')),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('last_error', models.CharField(blank=True, max_length=300, verbose_name='last error')),
                ('given_up_at', models.DateTimeField(null=True, verbose_name='given up')),
                ('event_id', models.CharField(max_length=100, verbose_name='id')),
                ('topic', models.CharField(choices=portal.foundation.webhooks.topics.topic_choices, max_length=40, verbose_name='about')),
                ('subject', models.CharField(max_length=64, verbose_name='subject')),
                ('body', models.TextField(verbose_name='message')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='happened')),
                ('last_status', models.PositiveSmallIntegerField(null=True, verbose_name='last answer')),
                ('done_at', models.DateTimeField(null=True, verbose_name='delivered')),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='webhooks.endpoint', verbose_name='endpoint')),
            ],
            options={
                'verbose_name': 'webhook message',
                'verbose_name_plural': 'webhook messages',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='endpoint',
            constraint=models.UniqueConstraint(fields=('client', 'url'), name='webhook_endpoint_is_named_once', violation_error_message='This store listens there already.'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['created_at'], name='delivery_by_date'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('done_at__isnull', False)), fields=['done_at'], name='delivery_done'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('given_up_at__isnull', False)), fields=['given_up_at'], name='delivery_given_up'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('done_at__isnull', True), ('given_up_at__isnull', True)), fields=['endpoint', 'next_try_at', 'id'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('done_at__isnull', True), ('given_up_at__isnull', True)), fields=['endpoint', 'subject', 'id'], name='messages_in_their_order'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['endpoint', 'id'], name='messages_for_an_endpoint'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['topic', 'id'], name='messages_of_a_topic'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['subject'], name='messages_about_a_subject'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('given_up_at__isnull', True), _connector='OR'), name='done_delivery_is_not_given_up'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('event_id', 'endpoint'), name='event_is_told_once_an_endpoint'),
        ),
    ]

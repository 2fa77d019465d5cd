import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='written')),
                ('tried_since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='tried since')),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('last_error', models.CharField(blank=True, max_length=300, verbose_name='last error')),
                ('given_up_at', models.DateTimeField(null=True, verbose_name='given up')),
                ('recipients', models.CharField(max_length=1000, verbose_name='to')),
                ('subject', models.CharField(max_length=300, verbose_name='subject')),
                ('sealed', models.BinaryField()),
                ('done_at', models.DateTimeField(null=True, verbose_name='sent')),
            ],
            options={
                'verbose_name': 'mail',
                'verbose_name_plural': 'mails',
                'ordering': ['-created_at', '-pk'],
                'abstract': False,
                'indexes': [models.Index(fields=['created_at'], name='mail_by_date'), models.Index(condition=models.Q(('done_at__isnull', False)), fields=['done_at'], name='mail_done'), models.Index(condition=models.Q(('given_up_at__isnull', False)), fields=['given_up_at'], name='mail_given_up'), models.Index(condition=models.Q(('done_at__isnull', True), ('given_up_at__isnull', True)), fields=['next_try_at', 'id'], name='mail_due'), models.Index(fields=['recipients'], name='mails_by_recipient', opclasses=['varchar_pattern_ops'])],
                'constraints': [models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('given_up_at__isnull', True), _connector='OR'), name='done_mail_is_not_given_up')],
            },
        ),
    ]

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='RateCount',
            fields=[
                ('key', models.CharField(max_length=150, primary_key=True, serialize=False, verbose_name='who and what')),
                ('began_at', models.BigIntegerField(verbose_name='seconds since 1970 at its begin')),
                ('count', models.PositiveIntegerField(verbose_name='calls')),
            ],
            options={
                'verbose_name': 'count of calls',
                'verbose_name_plural': 'counts of calls',
            },
        ),
        migrations.CreateModel(
            name='IdempotentResponse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caller', models.CharField(max_length=80, verbose_name='caller')),
                ('key', models.CharField(max_length=255, verbose_name='key')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='digest of the request')),
                ('began_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='begun')),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='status')),
                ('sealed', models.BinaryField(default=b'')),
            ],
            options={
                'verbose_name': 'kept answer',
                'verbose_name_plural': 'kept answers',
                'constraints': [models.UniqueConstraint(fields=('caller', 'key'), name='key_of_a_caller_is_used_once', violation_error_message='This key was used already.')],
            },
        ),
    ]

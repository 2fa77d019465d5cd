import django.utils.timezone
import portal.foundation.crypto.purposes
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=portal.foundation.crypto.purposes.purpose_choices, max_length=8, verbose_name='purpose')),
                ('kid', models.CharField(max_length=64, unique=True, verbose_name='key id')),
                ('public', models.JSONField(verbose_name='public key')),
                ('private', models.BinaryField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                ('retired_at', models.DateTimeField(null=True, verbose_name='retired')),
            ],
            options={
                'verbose_name': 'signing key',
                'verbose_name_plural': 'signing keys',
                'ordering': ['-made_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('purpose',), name='one_current_key_a_purpose')],
            },
        ),
    ]

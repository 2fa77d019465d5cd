from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0003_device_of_a_sign_in'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
    ]

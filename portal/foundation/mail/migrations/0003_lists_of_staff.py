from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0002_job'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(fields=['created_at'], name='mail_by_date'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(fields=['recipients'], name='mails_by_recipient', opclasses=['varchar_pattern_ops']),
        ),
    ]

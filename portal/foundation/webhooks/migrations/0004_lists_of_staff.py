import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0003_job'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='delivery',
            name='event_is_told_once_an_endpoint',
        ),
        migrations.AlterField(
            model_name='delivery',
            name='endpoint',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='webhooks.endpoint', verbose_name='endpoint'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['created_at'], name='delivery_by_date'),
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
            constraint=models.UniqueConstraint(fields=('event_id', 'endpoint'), name='event_is_told_once_an_endpoint'),
        ),
    ]

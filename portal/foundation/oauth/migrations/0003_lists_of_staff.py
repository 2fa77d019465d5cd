import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('allauth_idp_oidc', '0003_client_allow_uri_wildcards'),
        ('oauth', '0002_device_of_a_sign_in'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='signin',
            name='client',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sign_ins', to='allauth_idp_oidc.client', verbose_name='app'),
        ),
        migrations.AddIndex(
            model_name='signin',
            index=models.Index(fields=['client', 'id'], name='sign_ins_of_an_app'),
        ),
        migrations.AddIndex(
            model_name='signin',
            index=models.Index(fields=['end', 'id'], name='sign_ins_by_their_end'),
        ),
        migrations.AddIndex(
            model_name='signin',
            index=models.Index(fields=['started_at'], name='sign_ins_by_date'),
        ),
        migrations.AddIndex(
            model_name='signin',
            index=models.Index(fields=['device_name'], name='sign_ins_by_device', opclasses=['varchar_pattern_ops']),
        ),
    ]

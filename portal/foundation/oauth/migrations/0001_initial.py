import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('allauth_idp_oidc', '0003_client_allow_uri_wildcards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device_name', models.CharField(max_length=80, verbose_name='device name')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='network address')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='signed in')),
                ('authenticated_at', models.DateTimeField(default=django.utils.timezone.now, help_text='When the person last typed a password for this sign-in.', verbose_name='person proved')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('end', models.CharField(blank=True, choices=[('disconnected', 'Disconnected in the portal'), ('signed_out', 'Signed out in the app'), ('moved', 'The device went to another account'), ('password_changed', 'The password was changed'), ('replayed', 'A used token came again'), ('too_old', 'Not used for too long, or too old'), ('closed', 'The account was closed'), ('staff', 'Ended by staff')], max_length=20, verbose_name='why it ended')),
                ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sign_ins', to='allauth_idp_oidc.client', verbose_name='app')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_ins', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
            ],
            options={
                'verbose_name': 'sign-in',
                'verbose_name_plural': 'sign-ins',
                'ordering': ['-started_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='IssuedToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('access', 'Access'), ('refresh', 'Refresh')], max_length=8, verbose_name='kind')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('scopes', models.CharField(blank=True, max_length=500, verbose_name='scopes')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='expires')),
                ('spent_at', models.DateTimeField(null=True, verbose_name='renewed')),
                ('sign_in', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='oauth.signin', verbose_name='sign-in')),
            ],
            options={
                'verbose_name': 'token',
                'verbose_name_plural': 'tokens',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('code', 'Browser'), ('device', 'Code of a device')], max_length=8, verbose_name='kind')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('device_name', models.CharField(blank=True, max_length=80, verbose_name='device name')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='network address')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='expires')),
                ('authenticated_at', models.DateTimeField(null=True, verbose_name='person proved')),
                ('password_mark', models.CharField(blank=True, editable=False, max_length=128)),
                ('spent_at', models.DateTimeField(null=True, verbose_name='paid out')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='allauth_idp_oidc.client', verbose_name='app')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
                ('sign_in', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='oauth.signin', verbose_name='sign-in')),
            ],
            options={
                'verbose_name': 'grant',
                'verbose_name_plural': 'grants',
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('suspended_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='switched off')),
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='suspension', to='allauth_idp_oidc.client', verbose_name='app or store')),
                ('suspended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='switched off by')),
            ],
            options={
                'verbose_name': 'suspension',
                'verbose_name_plural': 'suspensions',
            },
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
        migrations.AddConstraint(
            model_name='signin',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end', ''), ('ended_at__isnull', True)), models.Q(('ended_at__isnull', False), models.Q(('end', ''), _negated=True)), _connector='OR'), name='sign_in_ends_for_a_reason'),
        ),
    ]

import django.db.models.functions.text
import django.utils.timezone
import portal.accounts.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='email address')),
                ('name', models.CharField(blank=True, max_length=150, validators=[portal.accounts.models.validate_one_line], verbose_name='name')),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(blank=True, max_length=64, validators=[portal.accounts.models.validate_time_zone], verbose_name='time zone')),
                ('region', models.CharField(blank=True, max_length=32, verbose_name='region')),
                ('is_staff', models.BooleanField(default=False, verbose_name='staff')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='registered')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'indexes': [models.Index(fields=['name'], name='customers_by_name', opclasses=['varchar_pattern_ops']), models.Index(fields=['date_joined'], name='customers_by_date'), models.Index(fields=['language', 'id'], name='customers_of_a_language'), models.Index(fields=['region', 'id'], name='customers_of_a_region'), models.Index(condition=models.Q(('is_active', False)), fields=['id'], name='closed_accounts'), models.Index(condition=models.Q(('is_staff', True)), fields=['id'], name='accounts_of_staff')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_account_per_address', violation_error_message='An account with this email address exists already.')],
            },
            managers=[
                ('objects', portal.accounts.models.UserManager()),
            ],
        ),
    ]

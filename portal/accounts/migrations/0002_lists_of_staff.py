from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['name'], name='customers_by_name', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['date_joined'], name='customers_by_date'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['language', 'id'], name='customers_of_a_language'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['region', 'id'], name='customers_of_a_region'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_active', False)), fields=['id'], name='closed_accounts'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_staff', True)), fields=['id'], name='accounts_of_staff'),
        ),
    ]

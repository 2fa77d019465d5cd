from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='PeriodicRun',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name='work')),
                ('next_run_at', models.DateTimeField(verbose_name='next run')),
            ],
            options={
                'verbose_name': 'periodic work',
                'verbose_name_plural': 'periodic work',
            },
        ),
    ]

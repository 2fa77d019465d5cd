import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import downloads.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('licenses', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeviceLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='works until')),
                ('license', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='device_links', to='licenses.license', verbose_name='license')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='device_links', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
            ],
            options={
                'verbose_name': 'link for another device',
                'verbose_name_plural': 'links for another device',
            },
        ),
        migrations.CreateModel(
            name='Installer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('windows', 'Windows'), ('macos', 'macOS')], max_length=16, verbose_name='platform')),
                ('version', models.CharField(max_length=40, verbose_name='version')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                ('file', models.FileField(max_length=200, upload_to=downloads.models.store_by_hash, verbose_name='file')),
                ('file_name', models.CharField(help_text='The name under which customers receive the file.', max_length=150, validators=[django.core.validators.RegexValidator('\\A[^\\x00-\\x1f\\x7f/\\\\:*?\\"<>|]+\\Z', 'A file name without / \\ : * ? " < > |')], verbose_name='file name')),
                ('size', models.PositiveBigIntegerField(editable=False, verbose_name='size in bytes')),
                ('sha256', models.CharField(editable=False, max_length=64, verbose_name='SHA-256')),
                ('requirements', models.TextField(blank=True, help_text='One a line.', verbose_name='system requirements')),
                ('released_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='released')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('made_current_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='made current')),
                ('checked_at', models.DateTimeField(editable=False, null=True, verbose_name='compared with its hash')),
                ('checked_modified_at', models.DateTimeField(editable=False, null=True)),
                ('damaged_at', models.DateTimeField(editable=False, null=True, verbose_name='found damaged')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='installers', to='licenses.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'installer',
                'verbose_name_plural': 'installers',
                'ordering': ['product__name', 'platform', '-released_at'],
                'constraints': [models.UniqueConstraint(fields=('product', 'platform', 'version', 'language'), name='one_installer_a_version', violation_error_message='There is an installer of this version and language already.'), models.UniqueConstraint(condition=models.Q(('made_current_at__isnull', False)), fields=('product', 'platform', 'language'), name='one_installer_is_made_current', violation_error_message='Another version was made current already.'), models.CheckConstraint(condition=models.Q(('platform__in', ['windows', 'macos'])), name='installer_platform_exists', violation_error_message='Choose Windows or macOS.')],
            },
        ),
        migrations.CreateModel(
            name='SetupGuide',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('windows', 'Windows'), ('mac', 'Mac'), ('mobile', 'Phone and tablet')], max_length=16, verbose_name='platform')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                ('minutes', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(240)], verbose_name='minutes it takes')),
                ('body', models.TextField(help_text='Markdown: headings, lists, emphasis, links.', verbose_name='text')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guides', to='licenses.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'setup guide',
                'verbose_name_plural': 'setup guides',
                'ordering': ['product__name', 'platform', 'language'],
                'constraints': [models.UniqueConstraint(fields=('product', 'platform', 'language'), name='one_guide_a_language', violation_error_message='There is a guide for this product, platform and language already.')],
            },
        ),
        migrations.CreateModel(
            name='StoreLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store', models.CharField(choices=[('google-play', 'Google Play'), ('app-store', 'App Store'), ('app-gallery', 'AppGallery')], max_length=16, verbose_name='store')),
                ('url', models.URLField(verbose_name='address')),
                ('requirements', models.CharField(blank=True, max_length=100, verbose_name='system requirements')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='store_links', to='licenses.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'store link',
                'verbose_name_plural': 'store links',
                'ordering': ['product__name', 'store'],
                'constraints': [models.UniqueConstraint(fields=('product', 'store'), name='one_link_a_store', violation_error_message='This product has a link to this store already.')],
            },
        ),
    ]

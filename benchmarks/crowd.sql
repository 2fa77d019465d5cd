-- Fills the portal with :rows customers, each with a license, a device on it, and five codes of which one is used.
-- The ids are numbers from 1 on; foreign keys are true by the way in which they are made, so nothing checks them again.
SET session_replication_role = replica;
SET LOCAL maintenance_work_mem = '512MB';

INSERT INTO accounts_user (id, password, is_superuser, email, name, language, time_zone, region, is_staff, is_active, date_joined)
SELECT n, '!', false, 'crowd-' || n || '@example.com', '', '', '', '', false, true, now() - n * interval '10 seconds'
FROM generate_series(1, :rows) AS n;

INSERT INTO account_emailaddress (user_id, email, verified, "primary")
SELECT n, 'crowd-' || n || '@example.com', true, true FROM generate_series(1, :rows) AS n;

INSERT INTO licenses_activationcode (id, batch_id, digest, sealed, hint, revoked_reason)
SELECT n, :batch, md5('a' || n) || md5('b' || n), repeat('s', 120), upper(left(md5('h' || n), 5)), ''
FROM generate_series(1, 5 * :rows) AS n;

INSERT INTO licenses_license (id, owner_id, product_id, support_key, created_at, renews_itself, blocked_reason)
SELECT n, n, :product, upper(regexp_replace(lpad(to_hex(n), 12, '0'), '(....)(....)(....)', '\1-\2-\3')),
       now() - n * interval '10 seconds', false, ''
FROM generate_series(1, :rows) AS n;

INSERT INTO licenses_term (license_id, plan_id, code_id, starts_at, ends_at, time_zone)
SELECT n, :plan, n, now() - n % 360 * interval '1 day', now() + (365 - n % 360) * interval '1 day', ''
FROM generate_series(1, :rows) AS n;

INSERT INTO devices_device (id, owner_id, machine_id, name, platform, form, os_version, app_version, report, created_at, last_seen_at)
SELECT n, n, md5('m' || n), 'Computer ' || n, 'windows', 'laptop', 'Windows 11', '21.3', 'protected', now(), now()
FROM generate_series(1, :rows) AS n;

INSERT INTO licenses_seat (license_id, pool_id, device_id, holder_id, number, connected_at, went_with_license)
SELECT n, :pool, n, n, 1, now() - interval '20 days', false FROM generate_series(1, :rows) AS n;

INSERT INTO licenses_event (verb, at, customer_id, license_id, code_id, details)
SELECT 'code_added', now() - n * interval '10 seconds', n, n, n, '{}' FROM generate_series(1, :rows) AS n;

SELECT setval(pg_get_serial_sequence(name, 'id'), last)
FROM (VALUES ('accounts_user', :rows), ('licenses_activationcode', 5 * :rows), ('licenses_license', :rows),
             ('devices_device', :rows)) AS used (name, last);
SET session_replication_role = DEFAULT;

"""How gunicorn serves the portal: `gunicorn -c deploy/gunicorn.conf.py portal.wsgi`."""

import gunicorn.http.wsgi

# Each answer names its server; which program that is, with its known faults, is nobody's business.
gunicorn.http.wsgi.SERVER = "portal"

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = 2
threads = 4
graceful_timeout = 30
keepalive = 75
control_socket_disable = True

"""How gunicorn serves the portal: `gunicorn -c deploy/gunicorn.conf.py portal.wsgi`."""

import gc

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


def post_worker_init(worker):
    """Let the garbage collector pass over what a worker keeps as long as it lives, and look less often at the rest.

    By default it runs thirty times a page, now and then through all of Django, and finds nothing: what a page
    makes goes when the last one who refers to it goes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)

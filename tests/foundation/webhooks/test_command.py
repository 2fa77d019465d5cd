"""The worker of webhooks, as an operator starts and stops it."""

import signal
import subprocess
import sys


def test_watcher_stops_when_told(db):
    command = [sys.executable, "manage.py", "send_webhooks", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watcher:
        assert "Waiting" in watcher.stdout.readline()
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(timeout=30) == 0

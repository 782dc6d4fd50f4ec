# One image for web, worker, beat and the preparing job; the command differs.
# Built in two stages, so that what installs is not in what runs.

FROM python:3.13-slim-bookworm AS packages
RUN python -m pip install --no-cache-dir "uv>=0.9"
COPY lock/run.txt /lock/run.txt
# Hash-pinned: a changed package is refused here.
RUN uv venv /opt/venv \
    && uv pip install --python /opt/venv/bin/python --require-hashes --compile-bytecode -r /lock/run.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    LABLEDGER_DATA=/data
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin labledger \
    && install --directory --owner=labledger --group=labledger --mode=0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/labledger
COPY manage.py pyproject.toml LICENSE ./
COPY lock ./lock
COPY deploy ./deploy
COPY static ./static
COPY templates ./templates
COPY sources ./sources
COPY tracking ./tracking
COPY sprints ./sprints
COPY handoff ./handoff
COPY demo ./demo
COPY portal ./portal
USER labledger
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "deploy/healthy.py", "web"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "--workers", "2", "--blocking-threads", "4", "portal.wsgi:application"]

# One image for web server, workers and scheduler; docker-compose.yml says what each one runs.

FROM node:24.9.0-bookworm-slim AS frontend
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend/ ./
RUN npm run build

FROM python:3.11.13-slim-bookworm AS packages
COPY requirements.txt /
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir -r /requirements.txt

FROM python:3.11.13-slim-bookworm
RUN groupadd --gid 10001 fovea \
    && useradd --uid 10001 --gid fovea --home-dir /data --shell /usr/sbin/nologin fovea \
    && install -d -o fovea -g fovea -m 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY manage.py ./
COPY platform/ platform/
COPY annotations/ annotations/
COPY inference/ inference/
COPY --from=frontend /build/dist/ frontend/dist/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app:/app/platform \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    DATA_DIR=/data
USER fovea
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

# syntax=docker/dockerfile:1
# One image for web, worker, timetable and what prepares the database.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements-uv.txt requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && uv venv --python /usr/local/bin/python3 .venv \
    && uv pip sync --no-cache --python .venv/bin/python --require-hashes --compile-bytecode requirements.txt
COPY . .
# The key signs nothing: no setting can be read without one.
RUN export SPITS_COLLECTED=1 SECRET_KEY=of-the-build \
    && .venv/bin/python manage.py compile_translations \
    && .venv/bin/python manage.py collectstatic --noinput --ignore django_htmx --ignore rest_framework \
    && .venv/bin/python -m compileall -q bdc dealers leads campaigns reporting

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 spits \
    && useradd --uid 10001 --gid spits --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin spits \
    && install --directory --owner spits --group spits --mode 700 /backups
WORKDIR /app
# It belongs to root, so that nobody who gets in can change it.
COPY --from=build /app /app
ARG SPITS_REVISION=""
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SPITS_COLLECTED=1 \
    SPITS_DATA=/run/spits \
    SPITS_DEMO=0 \
    SPITS_HOST=0.0.0.0 \
    SPITS_LOG=json \
    SPITS_REVISION=$SPITS_REVISION
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s \
    CMD ["python", "deploy/healthy.py", "web"]
CMD ["python", "manage.py", "start", "web"]

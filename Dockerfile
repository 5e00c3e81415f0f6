# The bot and the studio in one image; docs/hosting.md says how to use it.
#
# All packages come as wheels with the hashes of the lock, so that no compiler is needed. Python's
# version is one that the lock serves; tests/unit/test_container.py holds this file to the project.
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# The packages first: they change less often than the code, and Docker keeps this layer.
COPY requirements/build.txt requirements/run.txt requirements/
RUN python -m venv --without-pip /opt/faceswap-bot \
    && pip install --require-hashes --only-binary :all: -r requirements/build.txt \
    && pip --python /opt/faceswap-bot/bin/python install \
        --require-hashes --only-binary :all: -r requirements/run.txt

COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY cogs cogs
COPY db db
COPY faceswap faceswap
COPY studio studio
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/faceswap-bot/bin/python install --no-deps dist/*.whl


FROM python:${PYTHON}
LABEL org.opencontainers.image.title="faceswap-bot" \
      org.opencontainers.image.description="A photo booth for Discord" \
      org.opencontainers.image.licenses="MIT"

# A fixed number, so that a volume keeps its owner from image to image.
RUN groupadd --gid 10001 faceswap \
    && useradd --uid 10001 --gid faceswap --no-create-home --home-dir /data \
        --shell /usr/sbin/nologin faceswap \
    && install --directory --owner faceswap --group faceswap --mode 0700 /data

# Pillow loads it by itself, to letter captions in Arabic, Hebrew and Devanagari. Any version will do.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libfribidi0 \
    && rm -rf /var/lib/apt/lists/*

COPY --from=build /opt/faceswap-bot /opt/faceswap-bot
ENV PATH=/opt/faceswap-bot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data

# From here DATA_DIR=data, as .env.example has it, is /data as well.
WORKDIR /
VOLUME /data
# The live wall, once WALL_URL is set and WALL_HOST is 0.0.0.0.
EXPOSE 8088
USER 10001:10001

# SIGTERM drains: what is being sent gets 25 seconds. Exec form, or a shell would keep the signal.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["faceswap-bot", "health"]
CMD ["faceswap-bot", "run"]

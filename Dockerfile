# docker build -t tokencost . && docker run --rm -v "$PWD:/work" tokencost check specs/poster-1024.yaml
FROM python:3.12.7-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE build_catalogue.py ./
COPY tokencost tokencost
RUN pip install --no-cache-dir --disable-pip-version-check --prefix /install .

FROM python:3.12.7-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /work \
    && useradd --create-home --uid 10001 tokencost
COPY --from=build /install /usr/local
USER tokencost
WORKDIR /work
ENTRYPOINT ["tokencost"]
CMD ["--help"]

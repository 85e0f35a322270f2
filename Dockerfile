# Staffroom as an image: docker build -t staffroom .
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --profile dist --locked -p server

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl ffmpeg \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 990 --home-dir /data --create-home staffroom
COPY --from=build /src/target/dist/staffroom /usr/local/bin/staffroom
USER staffroom
WORKDIR /data
VOLUME /data
ENV STAFFROOM_SERVER__LISTEN=0.0.0.0:3000
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s CMD curl -fsS http://127.0.0.1:3000/readyz || exit 1
ENTRYPOINT ["staffroom"]
CMD ["serve"]

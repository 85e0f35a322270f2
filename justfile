# The commands of every day; each is plain enough to be typed by hand.

# All tests.
test:
    cargo nextest run --workspace

# What CI checks before the tests.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    python3 tests/structure/check.py

# Two schools to try things out.
demo:
    cargo run --release -- demo

# Figures: see docs/PERFORMANCE.md.
bench:
    cargo build --profile dist -p server
    python3 tests/load/load.py target/dist/staffroom
    python3 tests/load/federation.py target/dist/staffroom
    python3 tests/load/streaming.py target/dist/staffroom
    python3 tests/load/growth.py target/dist/staffroom
    python3 tests/load/lineage.py target/dist/staffroom
    cargo bench -p server

# What CI runs.
check:
    bash .ci/run

# Everything that can be tested without other tools.
test *ARGS:
    cargo test {{ARGS}}

# Write the expected output of the parity cases with the real kustomize.
bless-parity KUSTOMIZE="kustomize":
    tests/parity/bless {{KUSTOMIZE}}

# Build random trees with stackgen and with the real one.
random COUNT="2000" SEED="1":
    STACKGEN_RANDOM_TREES={{COUNT}} STACKGEN_RANDOM_SEED={{SEED}} cargo test --release --test random_trees

# Build a real kube-apiserver, once, and sync our own tree into it.
cluster:
    tests/cluster/prepare
    tests/cluster/check

# Times beside the real one.
bench:
    cargo bench --bench build

# Time and memory of comparing two trees, beside diff and dyff.
bench-diff:
    cargo bench --bench diff

# Time and memory of rendering fleets of 20, 200 and 2,000 clusters.
bench-fleet *CLUSTERS:
    cargo build --release
    benches/fleet {{CLUSTERS}}

# Times of verifying Prometheus' blocks, beside promtool and tar.
bench-blocks:
    cargo bench --bench blocks

# Times of one whole migration between two running servers: 30 days of 2,000 series.
bench-migration:
    cargo bench --bench migration

# Render our own tree.
render:
    cargo run --release -- render

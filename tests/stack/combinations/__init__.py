"""What tests/stack/check-combinations looks at in every documented combination of overlay and components."""

"""What tests/stack/check-tls is made of."""

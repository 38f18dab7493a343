"""The parts of tests/stack/check-live: real servers on loopback, and what is asked of them."""

"""What tests/cluster/check is made of: a real API server, and what has to hold when the tree is synced into it."""

"""Clusters of real processes under faults: each node in a network namespace of its own, every packet between two of them
through a relay that loses, delays, cuts and repeats by a seed. `./dev faults --help` says how to run them."""

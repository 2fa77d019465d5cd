"""The portal beside a bare floor: what its pages and calls cost. `make bench`; results in docs/performance.md."""

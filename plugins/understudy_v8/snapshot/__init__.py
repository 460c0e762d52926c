"""A snapshot of V8's heap with the kernel and the Web APIs in it, so that no isolate makes them.

mini-racer does not offer this, but its library exports V8's C++ functions on Linux and macOS. So
whether it works is proven in a process that is thrown away, and everything works without.
"""

"""The jail: V8 in a process of its own, which can be ended whatever it does.

`library`, `confinement`, `seccomp`, `worker` and `zygote` run in there. They import the standard
library and each other, nothing else, so that the process is small and starts fast.
"""

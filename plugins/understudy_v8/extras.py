"""V8's own asynchronous context, which mini-racer does not offer: a value that follows promises.

The library exports V8's C++ functions on Linux and macOS. Called on V8's thread, while a script
calls back, they put V8's `extras` object on the global object, from where the kernel takes it.
Where they are missing, scripts have no `AsyncLocalStorage`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import CDLL, CFUNCTYPE, c_char_p, c_int, c_uint16, c_void_p
from functools import cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

PROBE = "__understudy_probe"
TICKET = 2**50
"""What the callback is told; no text's ticket is as high."""
_NAME = b"__understudy_extras"
_LOCAL = "NS_5LocalINS_7ContextEEENS1_INS_5ValueEEES5_"
# A handle of V8 is a pointer, and is returned as one. Mangled names: Itanium C++ ABI.
_FUNCTIONS: dict[str, tuple[str, Any, tuple[Any, ...]]] = {
    "isolate": ("_ZN2v87Isolate10GetCurrentEv", c_void_p, ()),
    "context": ("_ZN2v87Isolate17GetCurrentContextEv", c_void_p, (c_void_p,)),
    "extras": ("_ZN2v87Context22GetExtrasBindingObjectEv", c_void_p, (c_void_p,)),
    "global": ("_ZN2v87Context6GlobalEv", c_void_p, (c_void_p,)),
    "text": (
        "_ZN2v86String11NewFromUtf8EPNS_7IsolateEPKcNS_13NewStringTypeEi",
        c_void_p,
        (c_void_p, c_char_p, c_int, c_int),
    ),
    "set": (f"_ZN2v86Object3SetE{_LOCAL}", c_uint16, (c_void_p,) * 4),
}


@cache
def shower(library: CDLL) -> Callable[[], None] | None:
    """What to call on V8's thread; None if the library does not export what it takes."""
    call: dict[str, Any] = {}
    for name, (symbol, result, arguments) in _FUNCTIONS.items():
        if not hasattr(library, symbol):
            return None
        address = ctypes.cast(getattr(library, symbol), c_void_p).value
        call[name] = CFUNCTYPE(result, *arguments)(cast("int", address))

    def show() -> None:
        isolate = call["isolate"]()
        context = call["context"](isolate)
        name = call["text"](isolate, _NAME, 0, -1)
        call["set"](call["global"](context), context, name, call["extras"](context))

    return show


def expose(racer: MiniRacer) -> None:
    """Show the extras to the kernel that comes next."""
    context: Any = racer._ctx
    show = shower(context._dll)
    if show is None:
        return
    usual = context.handle_callback_from_v8

    def answer(ticket: int, handle: Any) -> None:
        if ticket != TICKET:
            usual(ticket, handle)
            return
        show()
        context._dll.mr_free_value(context._ctx, handle)

    # The library calls a method; this one stands before it for as long as it takes.
    object.__setattr__(context, "handle_callback_from_v8", answer)
    try:
        made = context._dll.mr_make_js_callback(context._ctx, TICKET)
        probe = context._value_handle_to_python(context._wrap_raw_handle(made))
        scope: Any = racer.eval("globalThis")
        scope[PROBE] = probe
        racer.eval(f"{PROBE}(); ''")
    finally:
        object.__delattr__(context, "handle_callback_from_v8")

"""Functions of PyTorch and JAX, and functions without a gradient, as the checks call them.

The libraries are imported when the function is called, and not before.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from xentref._conformance.probe import KEYWORDS, takes

# What has to stand in a signature by name; **options says nothing of it.
RARE = ("z_loss", "softcap", "bias")
ARRAYS = ("weight", "bias")


def offered(fn: Callable[..., Any]) -> frozenset[str]:
    """What a function offers, as far as its keywords show."""
    adapted = getattr(fn, "supports", None)
    if adapted is not None:
        return frozenset(adapted)
    found = {"gradient", *(name for name in KEYWORDS if name not in RARE and takes(fn, name))}
    found |= {name for name in RARE if takes(fn, name, by_name=True)}
    return frozenset(found | ({"none", "sum", "mean"} if takes(fn, "reduction") else {"mean"}))


class Adapted:
    """A function of some library, called with NumPy arrays."""

    def __init__(self, function: Callable[..., Any], call: Callable[..., Any]) -> None:
        """Remember both, and what the function offers."""
        self.call = call
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        # The keywords of a module that is made for the call are those of its constructor; those of
        # one that has been made are those of its forward.
        own = function if isinstance(function, type) else getattr(function, "forward", function)
        self.own = own
        self.supports = offered(own) | {"grad_output"}

    def takes_keyword(self, keyword: str) -> bool:
        """Whether it can be called with a keyword."""
        return keyword == "grad_output" or takes(self.own, keyword)

    def __call__(self, input: Any, target: Any, **options: Any) -> tuple[Any, Any]:
        """Loss and gradient."""
        found: tuple[Any, Any] = self.call(input, target, **options)
        return found


def of_torch(function: Callable[..., Any], device: Any, dtype: Any) -> Adapted:
    """Loss and gradient of a function or module of PyTorch, by autograd."""

    def call(input: Any, target: Any, **options: Any) -> tuple[Any, Any]:
        import torch

        def tensor(array: Any) -> Any:
            # Shares the memory where it can: strides of the array are strides of the tensor.
            held = torch.from_numpy(np.asarray(array)).to(device)
            return held.to(dtype) if dtype and held.is_floating_point() else held

        def array(held: Any) -> Any:
            held = held.detach().cpu()
            return (held.float() if held.dtype == torch.bfloat16 else held).numpy()

        z, y = tensor(input).requires_grad_(), tensor(target)
        outer = options.pop("grad_output", None)
        for name in ARRAYS:
            if options.get(name) is not None:
                options[name] = tensor(options[name])
        if isinstance(function, type):
            loss = function(**options).to(device)(z, y)
        else:
            loss = function(z, y, **options)
        arriving = torch.ones_like(loss) if outer is None else tensor(outer).to(loss.dtype)
        (grad,) = torch.autograd.grad(loss, z, arriving)
        return array(loss), array(grad)

    return Adapted(function, call)


def of_jax(function: Callable[..., Any], dtype: Any) -> Adapted:
    """Loss and gradient of a function of JAX, by its vector-Jacobian product."""

    def call(input: Any, target: Any, **options: Any) -> tuple[Any, Any]:
        import jax  # type: ignore[import-not-found, unused-ignore]

        # Without it, JAX would make float32 of float64.
        with jax.enable_x64(input.dtype == np.float64):
            return differentiated(jax, input, target, options)

    def differentiated(
        jax: Any, input: Any, target: Any, options: dict[str, Any]
    ) -> tuple[Any, Any]:
        def on_device(array: Any) -> Any:
            held = jax.numpy.asarray(array)
            return held.astype(dtype) if dtype and held.dtype.kind != "i" else held

        def array(held: Any) -> Any:
            found = np.asarray(held)
            return found if found.dtype.kind == "f" else found.astype(np.float32)

        outer = options.pop("grad_output", None)
        for name in ARRAYS:
            if options.get(name) is not None:
                options[name] = on_device(options[name])
        y = on_device(target)
        loss, pull = jax.vjp(lambda z: function(z, y, **options), on_device(input))
        ones = jax.numpy.ones_like(loss)
        (grad,) = pull(ones if outer is None else on_device(outer).astype(loss.dtype))
        return array(loss), array(grad)

    return Adapted(function, call)


def of_forward(function: Callable[..., Any]) -> Adapted:
    """The loss of a function that has no gradient."""

    def call(input: Any, target: Any, **options: Any) -> tuple[Any, Any]:
        return function(input, target, **options), None

    adapted = Adapted(function, call)
    adapted.supports = adapted.supports - {"gradient", "grad_output"}
    return adapted

"""The cross-entropy reference: small NumPy losses that agree with PyTorch."""

from xentref.activations import log_softmax, logsigmoid, logsumexp, sigmoid, softmax
from xentref.encoding import one_hot
from xentref.gradients import cross_entropy_grad
from xentref.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "cross_entropy_grad",
    "log_softmax",
    "logsigmoid",
    "logsumexp",
    "nll_loss",
    "one_hot",
    "sigmoid",
    "softmax",
]
__version__ = "0.1.0"

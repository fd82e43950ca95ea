"""The cross-entropy reference: small NumPy losses that agree with PyTorch."""

from xentref.activations import log_softmax, logsigmoid, logsumexp, sigmoid, softmax
from xentref.encoding import one_hot, smooth_labels
from xentref.explanations import Explanation, Step, explain
from xentref.gradients import (
    LinearGradients,
    binary_cross_entropy_grad,
    binary_cross_entropy_with_logits_grad,
    cross_entropy_grad,
    kl_div_grad,
    linear_cross_entropy_grad,
    nll_loss_grad,
)
from xentref.information import (
    cross_entropy_between,
    entropy,
    kl_divergence,
    perplexity,
    self_information,
)
from xentref.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    kl_div,
    linear_cross_entropy,
    nll_loss,
)

__all__ = [
    "Explanation",
    "LinearGradients",
    "Step",
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "cross_entropy",
    "cross_entropy_between",
    "cross_entropy_grad",
    "entropy",
    "explain",
    "kl_div",
    "kl_div_grad",
    "kl_divergence",
    "linear_cross_entropy",
    "linear_cross_entropy_grad",
    "log_softmax",
    "logsigmoid",
    "logsumexp",
    "nll_loss",
    "nll_loss_grad",
    "one_hot",
    "perplexity",
    "self_information",
    "sigmoid",
    "smooth_labels",
    "softmax",
]
__version__ = "0.1.0"

"""What a difference means, decided by people: each has a section of the page, with its name.

Policies need none: the kit has a sentence for each.
"""

# The heading of the section of the page that explains it.
TITLES = {
    "softmax-first": {"en": "the softmax is formed first", "zh": "先算出 softmax"},
    "put-back": {"en": "the maximum is put back", "zh": "把最大值加了回去"},
    "from-the-end": {"en": "an index from the end", "zh": "从末尾数起的索引"},
    "clipped": {"en": "probabilities are clipped", "zh": "概率被截断"},
    "refuses-nan": {"en": "nan is refused", "zh": "拒绝 nan"},
    "one-class": {"en": "one class is refused", "zh": "拒绝只有一类"},
    "nothing-in-chunks": {"en": "0/0 in the gradient", "zh": "梯度里的 0/0"},
    "two-ignored": {"en": "-100 is ignored, too", "zh": "-100 也被忽略"},
    "empty-stays": {"en": "nothing stays nothing", "zh": "空的还是空的"},
}

_RANGES = ["scores-that-overflow", "large-losses", "scores-near-the-largest"]
_EMPTY = ["empty-batch", "mean-of-an-empty-batch"]

# By library and meaning: the checks that the kit reports as failed.
MEANINGS: dict[str, dict[str, list[str]]] = {
    "torch.nn.functional.linear_cross_entropy(options)": {
        "nothing-in-chunks": ["mean-of-all-ignored", "gradient-of-all-ignored"],
    },
    "optax.softmax_cross_entropy_with_integer_labels": {
        "put-back": ["large-offset", "offset-of-each-row", "negative-scores"],
        "from-the-end": ["target-of-minus-1"],
    },
    "keras.losses.SparseCategoricalCrossentropy": {
        "two-ignored": ["target-of-minus-100"],
        "empty-stays": _EMPTY,
    },
    "keras.losses.CategoricalCrossentropy": {"empty-stays": _EMPTY},
    "onnx.reference.SoftmaxCrossEntropyLoss": {
        "softmax-first": _RANGES,
        "from-the-end": ["target-of-minus-1"],
    },
    "sklearn.metrics.log_loss": {
        "clipped": [*_RANGES, "moderate-losses", "minus-infinity-at-the-target"],
        "refuses-nan": ["nan-comes-through"],
        "one-class": ["classes-1"],
    },
}

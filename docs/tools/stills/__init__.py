"""The figures as still pictures: SVG drawn with a few helpers, every number computed by xentref.

A picture holds numbers, mathematical letters and the words that its page gives, nothing else, so
that both languages share it. Its colours are classes (docs/theme/css/figures.css); what the live
figure moves is a `data-mark`, what it rewrites a `data-value` (docs/theme/js/figures/). Words
arrive escaped. Each figure has a module of its own: `drawing` holds the pencil, `controls` says
what a figure is.
"""

from docs.tools.stills import (
    code_lengths,
    coin,
    denominator,
    loss_curves,
    micro_batches,
    microscope,
    perplexity,
    pipeline,
    race,
    sigmoid,
    simplex,
    softmax,
    stack,
    surprisal,
    tail,
    target,
    units,
    weights,
)
from docs.tools.stills.controls import Choice, Slider, Still, Switch, form
from docs.tools.stills.drawing import shown, tag

__all__ = ["STILLS", "Choice", "Slider", "Still", "Switch", "form", "shown", "tag"]

STILLS = {
    "pipeline": pipeline.STILL,
    "sigmoid": sigmoid.STILL,
    "coin": coin.STILL,
    "softmax": softmax.STILL,
    "surprisal": surprisal.STILL,
    "race": race.STILL,
    "units": units.STILL,
    "code-lengths": code_lengths.STILL,
    "stack": stack.STILL,
    "loss-curves": loss_curves.STILL,
    "tail": tail.STILL,
    "denominator": denominator.STILL,
    "perplexity": perplexity.STILL,
    "micro-batches": micro_batches.STILL,
    "microscope": microscope.STILL,
    "simplex": simplex.STILL,
    "target": target.STILL,
    "weights": weights.STILL,
}

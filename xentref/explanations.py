"""The calculation of a loss, worked out step by step in words and numbers."""

# What the steps are is in `_worksheet`, their words in `_words`, and how they are set in `_board`.

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xentref import _board, _checks, _worksheet
from xentref._words import WORDS
from xentref.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)

__all__ = ["Explanation", "Step", "explain"]

# The arguments that each loss takes besides input, target, weight and reduction.
_OPTIONS: dict[Callable[..., Any], tuple[str, ...]] = {
    cross_entropy: ("ignore_index", "label_smoothing"),
    nll_loss: ("ignore_index",),
    binary_cross_entropy: (),
    binary_cross_entropy_with_logits: ("pos_weight",),
}
_LOSSES = {function.__name__: function for function in _OPTIONS}


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a calculation: a formula, a sentence and numbers.

    Attributes:
        key: What the step is called in every language, such as `"probabilities"`.
        name: What it is called in the language of the explanation.
        formula: The formula in LaTeX.
        plain: The same formula in plain text.
        sentence: What is done, and why.
        worked: The formula with its numbers, rounded for reading; empty where a table shows them,
            or where rows are only named.
        values: The numbers by their symbols, nothing rounded or left out: NumPy scalars, and arrays
            in the shapes that the functions of this package give them.
    """

    key: str
    name: str
    formula: str
    plain: str
    sentence: str
    worked: str
    values: Mapping[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The step as dicts, lists, strings, numbers, true and false, ready for JSON.

        What is no number in JSON is a string: `"nan"`, `"inf"` or `"-inf"`, which `float` reads.

        Returns:
            A dict with the names of the attributes as its keys.
        """
        values = {name: _data(np.asarray(value).tolist()) for name, value in self.values.items()}
        return {**vars(self), "values": values}


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """The worked calculation of a loss: prints as text, shows as Markdown with LaTeX in a notebook.

    Printed, it is as wide as the terminal, from 60 to 100 columns, and 80 where there is none.

    Attributes:
        loss: The name of the loss.
        lang: The language, `"en"` or `"zh"`.
        value: The loss itself, as the function of that name returns it.
        steps: The steps from the input to that value.
    """

    loss: str
    lang: str
    value: np.floating | NDArray[np.floating]
    steps: tuple[Step, ...]

    def text(self, width: int = 80) -> str:
        """The explanation as lines of plain text.

        Args:
            width: The columns that a line may have, at least 60; a Chinese character takes two.
                Tables leave out as many classes as they must, but never that of a single label;
                one with long numbers may stay wider.

        Returns:
            The text, without a line break at its end.

        Raises:
            TypeError: If `width` is no integer.
            ValueError: If `width` is below 60.

        Examples:
            A step has its formula, a sentence and its numbers.

            ```python
            import xentref

            explanation = xentref.explain([-0.5, -1.0], 0, loss="nll_loss")
            print(explanation.text(width=60))
            ```

            ```output
            nll_loss, step by step. Logarithms are natural, so the loss
            is in nats.

            1. Log-probabilities: x_c
               The input already holds the logarithm of each class's
               probability. The class that is right is y.
                  y    x_0    x_1
                  0   -0.5   -1.0

            2. Pick the label: x_y
               Of all the logarithms, the loss looks at one: that of the
               class that is right.
                  x_y = x_0 = -0.5

            3. Minus the logarithm: ℓ = -x_y
               Without its sign, the logarithm says how surprising the
               label is. A negative result means that the input does not
               hold log-probabilities.
                  ℓ = -(-0.5) = 0.5

            4. Mean: L = Σ_n ℓ_n / N
               The mean divides by the number of rows that count: 1.
                  L = 0.5 / 1 = 0.5

            nll_loss = 0.5
            ```
        """
        wide = _checks.integer("width", width)
        if wide < 60:
            raise ValueError(f"width must be at least 60; got {wide}")
        words = WORDS[self.lang]
        lines = _board.wrapped(words["title.loss"].format(loss=self.loss), wide)
        for number, (step, table) in enumerate(self._with_tables(), 1):
            head = words["title.step"].format(number=number, name=step.name, formula=step.plain)
            lines += ["", *_board.wrapped(head, wide)]
            lines += [f"   {line}" for line in _board.wrapped(step.sentence, wide - 3)]
            if step.worked:
                lines += [f"      {line}" for line in _board.wrapped(step.worked, wide - 6)]
            elif table:
                cells, grid = _board.text_table(table, wide - 6)
                lines += [f"      {line}" for line in [*cells, *self._hidden(grid)]]
        if np.ndim(self.value) == 0:
            lines += ["", f"{self.loss} = {self.value}"]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The explanation as dicts, lists, strings, numbers, true and false, ready for JSON.

        What is no number in JSON is a string: `"nan"`, `"inf"` or `"-inf"`, which `float` reads.

        Returns:
            A dict with the names of the attributes as its keys.
        """
        value = _data(np.asarray(self.value).tolist())
        steps = [step.to_dict() for step in self.steps]
        return {"loss": self.loss, "lang": self.lang, "value": value, "steps": steps}

    def __str__(self) -> str:  # noqa: D105
        import shutil  # of no use to those who import the package for its losses

        # What is not a terminal, such as a file or a page of the docs, gets the same lines always.
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 80
        return self.text(min(max(columns, 60), 100))

    def __repr__(self) -> str:  # noqa: D105
        steps = [step.key for step in self.steps]
        return (
            f"Explanation(loss={self.loss!r}, lang={self.lang!r}, value={self.value!r}, {steps=})"
        )

    def _repr_markdown_(self) -> str:
        words = WORDS[self.lang]
        parts = [words["title.loss"].format(loss=f"`{self.loss}`")]
        for number, (step, table) in enumerate(self._with_tables(), 1):
            parts += [f"**{number}. {step.name}**", f"$$\n{step.formula}\n$$", step.sentence]
            if step.worked:
                parts.append(f"$$\n{_board.latex(step.worked)}\n$$")
            elif table:
                lines, grid = _board.markdown_table(table)
                parts += ["\n".join(lines), *self._hidden(grid)]
        if np.ndim(self.value) == 0:
            parts.append(f"`{self.loss} = {self.value}`")
        return "\n\n".join(parts)

    def _with_tables(self) -> Iterator[tuple[Step, _board.Table | None]]:
        """Each step, and the table of its numbers; ignored rows are shown up to where they go."""
        first = self.steps[0].values
        shape = list(first.values())[-1].shape
        classes = None if self.loss.startswith("binary") else min(1, len(shape) - 1)
        row_shape = shape if classes is None else (*shape[:classes], *shape[classes + 1 :])
        every = np.arange(math.prod(row_shape))
        kept = every
        for step in self.steps:
            if "kept" in step.values:
                kept = np.flatnonzero(step.values["kept"])
            rows = every if step is self.steps[-1] else kept
            symbols = {"loss": "ℓ", "weighted": step.plain, "alpha": "α"}
            columns = []
            for name, value in step.values.items():
                values = np.asarray(value)
                if classes is not None and values.shape == shape:
                    by_class = np.moveaxis(values, classes, -1).reshape(-1, shape[classes])
                    columns.append(_board.Column(symbols.get(name, name), by_class[rows]))
                elif name != "kept" and values.shape == row_shape:
                    columns.append(_board.Column(symbols.get(name, name), values.ravel()[rows]))
            labels = np.ravel(first["y"])[rows] if "y" in first else None
            yield step, _board.Table(columns, rows, row_shape, labels) if columns else None

    def _hidden(self, grid: _board.Grid) -> list[str]:
        words = WORDS[self.lang]
        counts = {"title.classes": grid.hidden_classes, "title.rows": grid.hidden_rows}
        hidden = [words[key].format(count=count) for key, count in counts.items() if count]
        text = words["title.and"].join(hidden)
        return [words["title.hidden"].format(hidden=text)] if hidden else []


def _data(value: Any) -> Any:
    """Lists and numbers as JSON has them."""
    if isinstance(value, list):
        return [_data(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _left_out(name: str, value: object) -> bool:
    """Whether an option has the value that it has for whoever leaves it out."""
    if name == "ignore_index":
        return _checks.integer(name, value) == -100
    return _checks.fraction(name, value) == 0 if name == "label_smoothing" else value is None


def explain(
    input: ArrayLike,
    target: ArrayLike,
    *,
    loss: str = "cross_entropy",
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    pos_weight: ArrayLike | None = None,
    lang: str = "en",
) -> Explanation:
    r"""The worked calculation of a loss, from the scores to the last number, in words and numbers.

    It prints as text and shows as Markdown with LaTeX in a notebook; its `steps` are data. Losses,
    probabilities and surprises come from the functions of this package; the steps between are
    NumPy's difference, exponential, sum and product. The last number is the loss itself. Numbers
    are shown with at most five decimals, those below a thousandth or from ten million on with five
    significant digits, and an equation with a rounded one has the sign ≈; in the steps nothing is
    rounded.

    Args:
        input: What the loss takes: scores, log-probabilities or probabilities.
        target: The target of that loss.
        loss: Which loss: `"cross_entropy"`, `"nll_loss"`, `"binary_cross_entropy"` or
            `"binary_cross_entropy_with_logits"`.
        weight: The loss's own argument, as are the next four. One that the loss does not have must
            be left out.
        ignore_index: The target value that marks a row to leave out: its loss is 0, and a mean does
            not count it.
        reduction: `"none"` for every loss by itself, `"sum"` for their sum, `"mean"` for their
            mean.
        label_smoothing: The share $\varepsilon$ in [0, 1] of the target that is spread evenly over
            all classes.
        pos_weight: Weights $\alpha$ of yes against no, of a shape that broadcasts to the input's,
            none negative. Left out, both count 1.
        lang: The language, `"en"` for English or `"zh"` for Chinese.

    Returns:
        The explanation, which can be printed.

    Raises:
        IndexError: As the loss does.
        TypeError: As the loss does, or if an option is given that it does not have.
        ValueError: As the loss does, or if `loss` or `lang` is another word.

    Examples:
        Equal scores for two classes cost $\ln 2$.

        ```python
        import xentref

        explanation = xentref.explain([0.0, 0.0], 0)
        for step in explanation.steps:
            print(f"{step.name}: {step.worked or step.plain}")
        print(explanation.value)
        ```

        ```output
        Scores: z_c
        Subtract the maximum: d_c = z_c - m, m = max z
        Exponentials: u_c = e^d_c
        Sum of the exponentials: S = 1 + 1 = 2
        Probabilities: p_c = u_c / S
        Pick the label: p_y = p_0 = 0.5
        Minus the logarithm: ℓ = -ln 0.5 ≈ 0.69315
        Mean: L = 0.69315 / 1 ≈ 0.69315
        0.6931471805599453
        ```
    """
    known: dict[str, tuple[str, list[str]]] = {
        "loss": (loss, list(_LOSSES)),
        "lang": (lang, list(WORDS)),
    }
    for name, (word, words) in known.items():
        if not isinstance(word, str) or word not in words:
            *most, last = map(repr, words)
            raise ValueError(f"{name} must be {', '.join(most)} or {last}; got {word!r}")
    function = _LOSSES[loss]
    every = {
        "ignore_index": ignore_index,
        "label_smoothing": label_smoothing,
        "pos_weight": pos_weight,
    }
    options: dict[str, Any] = {"weight": weight}
    for name, option in every.items():
        if name in _OPTIONS[function]:
            options[name] = option
        elif not _left_out(name, option):
            raise TypeError(f"{name} must be left out, for {loss} does not take it; got {option!r}")
    value = function(input, target, reduction=reduction, **options)

    # The loss has looked at everything: from here on nothing can be wrong.
    x, y = np.array(input), np.array(target)
    sheet = _worksheet.Sheet(lang)
    with np.errstate(all="ignore"):
        if function is cross_entropy:
            rows = _worksheet.of_cross_entropy(sheet, x, y, **options)
        elif function is nll_loss:
            rows = _worksheet.of_nll_loss(sheet, x, y, **options)
        else:
            rows = _worksheet.of_binary(sheet, function, x, y, **options)
        losses = function(x, y, reduction="none", **options)
        _worksheet.reduce(sheet, rows, losses, reduction, value)
    return Explanation(loss, lang, value, tuple(Step(*entry) for entry in sheet.entries))

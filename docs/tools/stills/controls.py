"""What a figure is: its picture, its words and, where a reader can move it, its controls.

The controls are the arguments of the function that draws: the still picture shows their first
values, and the tests compare what the script draws with what Python draws, position by position.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from docs.tools.stills.drawing import Words, shown, tag


class Slider(NamedTuple):
    """A number that a reader can move."""

    name: str
    word: str  # the key of its label among the words
    first: float
    last: float
    step: float
    start: float
    decimals: int = 1  # as read out
    k: str = ""  # what stands in the label for {k}
    base: int = 0  # on a logarithmic scale the slider holds an exponent of this base

    def said(self, number: float) -> str:
        """Return a position as it is read out."""
        return shown(self.base**number if self.base else number, self.decimals)


class Choice(NamedTuple):
    """One of several, as radio buttons; its value is the place of the chosen one."""

    name: str
    word: str  # the key of its legend
    options: tuple[tuple[str, str], ...]  # the key of each label, and what stands in it for {k}
    start: int = 0


class Switch(NamedTuple):
    """Yes or no, as 1 or 0."""

    name: str
    word: str
    start: int = 0
    k: str = ""


Control = Slider | Choice | Switch


class Still(NamedTuple):
    """A figure: what draws it, what its page must give, and what moves it."""

    draw: Callable[..., str]  # takes the words, the rows if it reads any, and the controls by name
    words: tuple[str, ...]
    controls: tuple[Control, ...] = ()  # with any, a script of the figure's name brings it to life
    placeholders: Mapping[str, tuple[str, ...]] = {}  # what stands in braces in which word
    reads_output: bool = False  # draws the rows of numbers that a block of its page printed

    @property
    def start(self) -> dict[str, float]:
        """The values of the controls in the still picture."""
        return {control.name: control.start for control in self.controls}


def _named(word: str, k: str) -> str:
    return word.replace("{k}", k)


def _slider(slider: Slider, words: Words) -> str:
    base = f' data-base="{slider.base}"' if slider.base else ""
    field = (
        f'<input type="range" name="{slider.name}" min="{slider.first:g}" max="{slider.last:g}"'
        f' step="{slider.step:g}" value="{slider.start:g}" data-decimals="{slider.decimals}"'
        f'{base} aria-valuetext="{slider.said(slider.start)}">'
    )
    return tag(
        "label", tag("span", _named(words[slider.word], slider.k)), field, class_="xr-slider"
    )


def _choice(choice: Choice, words: Words) -> str:
    options = [
        f'<label><input type="radio" name="{choice.name}" value="{number}"'
        f"{' checked' * (number == choice.start)}> {_named(words[word], k)}</label>"
        for number, (word, k) in enumerate(choice.options)
    ]
    return tag("fieldset", tag("legend", words[choice.word]), *options)


def _switch(switch: Switch, words: Words) -> str:
    field = f'<input type="checkbox" name="{switch.name}"{" checked" * switch.start}> '
    return tag("label", field, _named(words[switch.word], switch.k), class_="xr-switch")


def form(still: Still, words: Words) -> str:
    """Write the form that moves a figure; the page shows it only where scripts run.

    It ends with a button, the word `reset`; below stands, for those who hear the page, the word
    `summary`, with the numbers of the picture in place of its braces.
    """
    fields = []
    for control in still.controls:
        match control:
            case Slider():
                fields.append(_slider(control, words))
            case Choice():
                fields.append(_choice(control, words))
            case Switch():
                fields.append(_switch(control, words))
    return tag(
        "form",
        *fields,
        tag("button", words["reset"], type="reset"),
        class_="xr-controls",
        autocomplete="off",
    ) + tag("p", class_="xr-summary", aria_live="polite", data_words=words["summary"])

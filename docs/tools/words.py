"""The words of Chinese text, for the search, as jieba cuts them.

jieba takes a second to load its 350 000 words, or two where it has never run. Of these, a text can
hold only such as are made of its own characters, so that no others are needed for it.
"""

import re
from collections.abc import Callable, Iterator

import jieba  # type: ignore[import-untyped]

from docs.tools.chinese import HAN


def cutter(text: str) -> Callable[[bytes], Iterator[str]]:
    """Return what cuts any part of a text, in UTF-8, into words."""
    characters = "".join(sorted(set(re.findall(f"[{HAN}]", text))))
    with jieba.get_dict_file() as file:
        entries = file.read().decode()
    tokenizer = jieba.Tokenizer()
    tokenizer.total = sum(map(int, entries.split()[1::3]))  # word, frequency, kind
    for word, frequency in re.findall(rf"^([{characters}]+) (\d+)", entries, re.MULTILINE):
        tokenizer.FREQ[word] = int(frequency)
        for end in range(1, len(word)):  # jieba goes from each beginning of a word to the next
            tokenizer.FREQ.setdefault(word[:end], 0)
    tokenizer.initialized = True
    cut: Callable[[bytes], Iterator[str]] = tokenizer.cut
    return cut

"""How far a run has come, on stderr."""

import sys
import time


class Progress:
    """A line every two seconds, between checks and during them."""

    def __init__(self, total: int, shown: bool) -> None:
        """Begin to count the time."""
        self.total, self.shown = total, shown
        self.begun = self.said = time.monotonic()
        self.done, self.name = 0, ""

    def begin(self, name: str) -> None:
        """A check begins."""
        self.name = name
        self.tick()

    def end(self) -> None:
        """It has come to its end."""
        self.done += 1

    def tick(self) -> None:
        """The implementation is about to be called."""
        now = time.monotonic()
        if self.shown and now - self.said >= 2:
            self.said = now
            words = f"{self.done} of {self.total} checks after {now - self.begun:.0f} s"
            print(f"{words}, now {self.name}", file=sys.stderr, flush=True)

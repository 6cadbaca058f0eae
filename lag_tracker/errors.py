"""What can go wrong by the rules of the record, in words that a page or a terminal can show."""

from datetime import datetime


class RuleBroken(Exception):
    """A rule of the record forbids this; the message is one sentence that says why and what to do."""

    def __init__(self, sentence: str, *, about: str | None = None) -> None:
        """Keep the sentence, and the field that it is about, by which a form can point to it."""
        super().__init__(sentence)
        self.about = about


class BadSetting(Exception):
    """A setting keeps the application from starting; the message is one sentence that says what to change."""


class FactsRefused(Exception):
    """A file of facts has mistakes and nothing of it was loaded; `mistakes` names each with its place in the file."""

    def __init__(self, mistakes: list[str]) -> None:
        """Keep every mistake, so that a file can be mended in one go."""
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class TooManyTries(Exception):
    """Something was tried too often; `not_before` is the instant from which it may be tried again."""

    def __init__(self, not_before: datetime, *, is_about_letters: bool = False) -> None:
        """Keep the instant, so that a page can name it, and whether it was letters that were too many."""
        super().__init__(not_before.isoformat())
        self.not_before = not_before
        self.is_about_letters = is_about_letters

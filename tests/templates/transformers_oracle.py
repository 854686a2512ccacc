"""Chat templates rendered by `transformers`, at a fixed time."""

import datetime
import os
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import jinja2  # noqa: E402
from tokenizers import Tokenizer, models  # noqa: E402
from transformers import PreTrainedTokenizerFast  # noqa: E402
from transformers.utils import chat_template_utils  # noqa: E402

NOW = datetime.datetime(2026, 2, 3, 4, 5, 6)
"""What templates read from the clock; `dynamo template` is told the same with --now."""


class StoppedClock(datetime.datetime):
    """`datetime` as the library's module sees it."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return NOW


chat_template_utils.datetime = StoppedClock


@dataclass(frozen=True)
class Rendering:
    """A prompt, or why there is none; `raised` tells the template's own words from Python's."""

    prompt: str | None = None
    error: str | None = None
    raised: bool = False

    def to_json(self) -> dict[str, Any]:
        if self.prompt is not None:
            return {"prompt": self.prompt}
        return {"error": self.error, "raised": self.raised}


def tokenizer_with(template: str | None) -> PreTrainedTokenizerFast:
    """A tokenizer that knows nothing but its template."""
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"": 0})), chat_template=template)


def render(tokenizer: PreTrainedTokenizerFast, arguments: dict[str, Any]) -> Rendering:
    rest = {key: value for key, value in arguments.items() if key != "messages"}
    try:
        return Rendering(prompt=tokenizer.apply_chat_template(arguments["messages"], tokenize=False, **rest))
    except jinja2.exceptions.TemplateError as error:
        return Rendering(error=str(error), raised=type(error) is jinja2.exceptions.TemplateError)
    except Exception as error:  # whatever Python says about the template's doings
        return Rendering(error=f"{type(error).__name__}: {error}")

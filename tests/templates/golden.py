"""golden.py: writes golden/ anew: conversations, and the prompt of each template for each of them, by `transformers`.

The unit tests of src/chat read them, so that they need no Python.
"""

import json
import pathlib
from typing import Any

import transformers_oracle
from conversations import TOOLS, Arguments, conversations

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE / "golden"
SEED = 2026
DRAWN = 9


def written() -> list[Arguments]:
    """Conversations that nearly every template accepts: plain, with a tool call, with two."""
    opening = [
        {"role": "system", "content": " You are héllo.\n"},
        {"role": "user", "content": "What's <up> & \"down\"? 你好 😀"},
    ]
    call = {"name": "get_weather", "arguments": {"city": "Zürich", "n": 1.5, "z": None, "b": True, "l": [1, {"q": []}, {}]}}
    one_call = [
        *opening,
        {
            "role": "assistant",
            "content": "<think>\nhm\n</think>\n\nlet me",
            "tool_calls": [{"id": "abcdefgh1", "type": "function", "function": call}],
        },
        {"role": "tool", "content": '{"t": 3}', "tool_call_id": "abcdefgh1"},
        {"role": "user", "content": "thanks\n"},
    ]
    turns = [opening[1], {"role": "assistant", "content": "Up. "}, {"role": "user", "content": "And down?"}]
    common = {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True}
    return [
        {"messages": opening, **common},
        {"messages": turns, **common, "enable_thinking": False},
        {"messages": one_call, "tools": TOOLS[:1], **common},
        {"messages": [opening[1]], "tools": TOOLS, "documents": [{"title": "Wind", "text": "It moves."}], **common},
        {"messages": turns[:2], **common, "add_generation_prompt": False, "continue_final_message": True},
    ]


def dump(path: pathlib.Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.json"):
        old.unlink()
    arguments = written() + list(conversations(SEED, DRAWN))
    dump(GOLDEN / "conversations.json", {"now": transformers_oracle.NOW.isoformat() + "Z", "arguments": arguments})
    for family in sorted((HERE / "families").glob("*.jinja")):
        tokenizer = transformers_oracle.tokenizer_with(family.read_text())
        renderings = [transformers_oracle.render(tokenizer, each).to_json() for each in arguments]
        dump(GOLDEN / f"{family.stem}.json", renderings)


if __name__ == "__main__":
    main()

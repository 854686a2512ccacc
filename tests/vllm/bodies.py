"""Generated conversations as bodies of chat completion requests, as vLLM takes them."""

import json
import random
from collections.abc import Iterator
from typing import Any

from templates.conversations import Arguments, conversations

Json = Any

OF_THE_BODY = ("messages", "tools", "documents", "add_generation_prompt", "continue_final_message")
NOT_OF_CLIENTS = ("bos_token", "eos_token")


BILLING_LINE = "x-anthropic-billing-header: cch=1;\n"


def bodies(seed: int, count: int) -> Iterator[dict[str, Json]]:
    dice = random.Random(seed)
    for arguments in conversations(seed, count):
        yield varied(body(arguments), dice)


def body(arguments: Arguments) -> dict[str, Json]:
    """What a client sends to have these arguments rendered. Other variables go to `chat_template_kwargs`."""
    sent = json.loads(json.dumps(arguments))
    out = {name: sent.pop(name) for name in OF_THE_BODY if name in sent}
    kwargs = {name: value for name, value in sent.items() if name not in NOT_OF_CLIENTS}
    if kwargs:
        out["chat_template_kwargs"] = kwargs
    if out.get("tools") == []:
        del out["tools"]
    for document in out.get("documents", []):
        if "doc_id" in document:
            document["doc_id"] = str(document["doc_id"])
    for message in out["messages"]:
        _write_for_the_api(message)
    return out


def varied(sent: dict[str, Json], dice: random.Random) -> dict[str, Json]:
    """What only clients of an API send: other forms of the same, and what engines make something of."""
    if dice.random() < 0.3:
        sent["reasoning_effort"] = dice.choice(["none", "low", "high"])
    for message in sent["messages"]:
        if message["role"] == "system" and isinstance(message["content"], str) and dice.random() < 0.2:
            message["content"] = BILLING_LINE + message["content"]
        if isinstance(message.get("content"), str) and dice.random() < 0.2:
            message["content"] = _as_parts(message["content"], dice)
        if message["role"] == "assistant" and dice.random() < 0.1:
            message |= {"reasoning": "so it is", "reasoning_content": "or not"}
    return sent


def _as_parts(text: str, dice: random.Random) -> list[Json]:
    part = {"type": "text", "text": text} | dice.choice([{}, {}, {"cache_control": {"type": "ephemeral"}}])
    more: list[Json] = [{"type": "text", "text": ""}, {"type": "text", "text": "more"}]
    parts = [part, *dice.sample(more, dice.randint(0, len(more)))]
    dice.shuffle(parts)
    return parts


def _write_for_the_api(message: dict[str, Json]) -> None:
    """Arguments of calls as JSON text; parts without pictures, of which a language model knows nothing."""
    for call in message.get("tool_calls", []):
        if not isinstance(call["function"]["arguments"], str):
            call["function"]["arguments"] = json.dumps(call["function"]["arguments"])
    if isinstance(message.get("content"), list):
        message["content"] = [part for part in message["content"] if part["type"] == "text"]

"""Reads the gateway with the official client of PyPI; prints what it says of each file, a JSON object a line.

check.py BASE CASES: asks the server at BASE, and writes its cases to CASES for who judges (README.md). A further wire is one
reader below.
"""

import contextlib
import json
import sys
import urllib.request

import openai

ASKED = [{"role": "user", "content": "x"}]


def said():
    return {"choices": {}, "usage": {}}


def choice(answer, index):
    none = {"text": "", "reasoning": "", "refusal": "", "calls": [], "finish": None}
    return answer["choices"].setdefault(index, none)


def usage(told):
    """The counts that were told."""
    prompt, completion = (getattr(told, f"{of}_tokens_details", None) for of in ("prompt", "completion"))
    return {
        "prompt": getattr(told, "prompt_tokens", None),
        "completion": getattr(told, "completion_tokens", None),
        "total": getattr(told, "total_tokens", None),
        "cached": getattr(prompt, "cached_tokens", None),
        "reasoning": getattr(completion, "reasoning_tokens", None),
    }


def read_chunks(client, name, answer):
    """Chunk by chunk, joined as the documentation's examples do it."""
    calls = {}
    for chunk in client.chat.completions.create(model=name, messages=ASKED, stream=True):
        for told in chunk.choices:
            known, delta = choice(answer, told.index), told.delta
            known["text"] += delta.content or ""
            known["reasoning"] += getattr(delta, "reasoning_content", None) or ""
            known["refusal"] += delta.refusal or ""
            for part in delta.tool_calls or []:
                if (told.index, part.index) not in calls:
                    calls[told.index, part.index] = {"id": "", "name": "", "arguments": ""}
                    known["calls"].append(calls[told.index, part.index])
                call = calls[told.index, part.index]
                call["id"] += part.id or ""
                call["name"] += part.function.name or ""
                call["arguments"] += part.function.arguments or ""
            known["finish"] = told.finish_reason or known["finish"]
        if chunk.usage:
            answer["usage"] = usage(chunk.usage)


def read_final(client, name, answer):
    """The client's own accumulator. What it has joined is read first: it may refuse to hand it out as final."""
    with client.chat.completions.stream(model=name, messages=ASKED) as stream:
        try:
            stream.until_done()
        finally:
            with contextlib.suppress(AssertionError):  # nothing was joined
                snapshot(stream.current_completion_snapshot, answer)
        stream.get_final_completion()


def snapshot(completion, answer):
    for told in completion.choices:
        known, message = choice(answer, told.index), told.message
        known["text"] = message.content or ""
        known["reasoning"] = getattr(message, "reasoning_content", None) or ""
        known["refusal"] = message.refusal or ""
        known["calls"] = [
            {"id": call.id, "name": call.function.name, "arguments": call.function.arguments}
            for call in message.tool_calls or []
        ]
        known["finish"] = told.finish_reason
    answer["usage"] = usage(completion.usage)


def chat(base, target):
    return openai.OpenAI(base_url=f"{base}/{target}", api_key="x", max_retries=0, timeout=20)


def main(base, path):
    with urllib.request.urlopen(f"{base}/cases", timeout=60) as answer, open(path, "wb") as file:
        file.write(answer.read())
    with open(path) as file:
        cases = json.load(file)
    readers = [
        ("openai-python chunks", "chunks", chat(base, "chunks"), read_chunks),
        ("openai-python stream", "chunks", chat(base, "chunks"), read_final),
    ]
    for reader, target, client, read in readers:
        for case in cases:
            answer, refused = said(), None
            try:
                read(client, case["name"], answer)
            except Exception as error:  # whatever a client raises is what it says
                refused = f"{type(error).__name__}: {error}"
            head = {"reader": reader, "target": target, "name": case["name"], "refused": refused}
            print(json.dumps(head | answer))


main(*sys.argv[1:])

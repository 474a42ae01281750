"""Reads the gateway with the official clients of PyPI; prints what they say of each file, a JSON object a line.

check.py BASE CASES: asks the server at BASE, and writes its cases to CASES for who judges (README.md). A further wire is one
reader below.
"""

import collections
import contextlib
import json
import sys
import urllib.request

import anthropic
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


def read_message(client, name, answer):
    """anthropic's accumulator; the pieces of a call's input as they came, for it keeps the value alone."""
    pieces = collections.defaultdict(str)
    with client.messages.stream(model=name, max_tokens=9, messages=ASKED) as stream:
        try:
            for event in stream:
                if event.type == "content_block_delta" and event.delta.type == "input_json_delta":
                    pieces[event.index] += event.delta.partial_json
        finally:
            with contextlib.suppress(AssertionError):  # nothing was joined
                message(stream.current_message_snapshot, pieces, answer)
        stream.get_final_message()


def message(joined, pieces, answer):
    known = choice(answer, 0)
    for index, block in enumerate(joined.content):
        match block.type:
            case "text":
                known["text"] += block.text
            case "thinking":
                known["reasoning"] += block.thinking
            case "tool_use":
                value = json.dumps(block.input)
                call = {"id": block.id, "name": block.name, "arguments": pieces[index], "value": value}
                known["calls"].append(call)
    known["finish"] = joined.stop_reason
    details = getattr(joined.usage, "output_tokens_details", None)
    answer["usage"] = {
        "prompt": joined.usage.input_tokens,
        "completion": joined.usage.output_tokens,
        "cached": joined.usage.cache_read_input_tokens,
        "reasoning": getattr(details, "thinking_tokens", None),
    }


def read_response(client, name, answer):
    """The events as they come; then the client's own accumulator, which is to have joined the same."""
    known, calls, failure = choice(answer, 0), {}, None
    with client.responses.stream(model=name, input="x") as stream:
        for event in stream:
            match event.type:
                case "response.output_text.delta":
                    known["text"] += event.delta
                case "response.reasoning_summary_text.delta":
                    known["reasoning"] += event.delta
                case "response.refusal.delta":
                    known["refusal"] += event.delta
                case "response.output_item.added" if event.item.type == "function_call":
                    calls[event.output_index] = called(event.item)
                    known["calls"].append(calls[event.output_index])
                case "response.function_call_arguments.delta":
                    calls[event.output_index]["arguments"] += event.delta
                case "error":
                    failure = failure or event
                case "response.completed" | "response.incomplete" | "response.failed":
                    ended(event.response, answer)
        if failure:
            raise openai.OpenAIError(failure.message)
        final = choice(said(), 0)
        for item in stream.get_final_response().output:
            joined(item, final)
        if final | {"finish": known["finish"]} != known:
            raise ValueError(f"the final is {final}, the pieces were {known}")


def called(item):
    return {"id": item.call_id, "name": item.name, "arguments": item.arguments}


def joined(item, known):
    match item.type:
        case "reasoning":
            known["reasoning"] += "".join(part.text for part in item.summary)
        case "message":
            for part in item.content:
                member = "text" if part.type == "output_text" else "refusal"
                known[member] += getattr(part, member)
        case "function_call":
            known["calls"].append(called(item))


def ended(response, answer):
    """Of one that is not complete the finish is why."""
    details, told = response.incomplete_details, response.usage
    answer["choices"][0]["finish"] = details.reason if details else response.status
    of = {name: getattr(told, f"{name}_tokens_details", None) for name in ("input", "output")}
    answer["usage"] = {
        "prompt": getattr(told, "input_tokens", None),
        "completion": getattr(told, "output_tokens", None),
        "total": getattr(told, "total_tokens", None),
        "cached": getattr(of["input"], "cached_tokens", None),
        "reasoning": getattr(of["output"], "reasoning_tokens", None),
    }


def of_openai(base, target):
    return openai.OpenAI(base_url=f"{base}/{target}", api_key="x", max_retries=0, timeout=20)


def of_anthropic(base, target):
    return anthropic.Anthropic(base_url=f"{base}/{target}", api_key="x", max_retries=0, timeout=20)


def words(error):
    """The service's own words, where the client shows the event that told of them in place of these."""
    match getattr(error, "body", None):
        case {"error": {"message": message}}:
            return message
    return str(error)


def main(base, path):
    with urllib.request.urlopen(f"{base}/cases", timeout=60) as answer, open(path, "wb") as file:
        file.write(answer.read())
    with open(path) as file:
        cases = json.load(file)
    readers = [
        ("openai-python chunks", "chunks", of_openai, read_chunks),
        ("openai-python stream", "chunks", of_openai, read_final),
        ("openai-python response", "responses", of_openai, read_response),
        ("openai-python response", "whole-responses", of_openai, read_response),
        ("anthropic-python", "messages", of_anthropic, read_message),
    ]
    for reader, target, client_of, read in readers:
        client = client_of(base, target)
        for case in cases:
            answer, refused = said(), None
            try:
                read(client, case["name"], answer)
            except Exception as error:  # whatever a client raises is what it says
                refused = f"{type(error).__name__}: {words(error)}"
            head = {"reader": reader, "target": target, "name": case["name"], "refused": refused}
            print(json.dumps(head | answer))


main(*sys.argv[1:])

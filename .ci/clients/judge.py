"""Compares what clients said with what `deltaic -o completion` folds; prints a table, ends non-zero where they differ.

judge.py CASES SAID...: the server's cases, and what the checks printed (README.md).
"""

import collections
import json
import re
import sys

# A call's id that the encoder made, where the stream had none in time.
MADE_ID = re.compile(r"call_[0-9a-f]{16}_\d+_\d+")
# Differences that are shown.
SHOWN = 40


# What an answer is to be, by target: what it can say of the fold.


def chunks(fold):
    """Choices without gaps; the words that OpenAI has for an end; calls end with `tool_calls`."""
    folded = {choice["index"]: choice for choice in fold["choices"]}
    last = max(folded, default=-1)
    choices = {index: choice(folded.get(index)) for index in range(last + 1)}
    return {"choices": choices, "usage": usage(fold.get("usage"))}


def whole_chunks(fold):
    """Of choices the first, with a finish unless the service failed; of counts, if any is known, all three."""
    want = chunks(fold)
    is_told = any(known["index"] == 0 for known in fold["choices"])
    want["choices"] = {0: want["choices"][0]} if is_told else {}
    finish_missing(fold, want)
    want["usage"] = whole_usage(fold)
    return want


def finish_missing(fold, want):
    for known in want["choices"].values():
        if known["finish"] is None and not fold["deltaic"]["peer_error_count"]:
            known["finish"] = "tool_calls" if known["calls"] else "stop"


def whole_usage(fold):
    counts = usage(fold.get("usage"))
    if any(count is not None for count in counts.values()):
        counts["prompt"], counts["completion"] = counts["prompt"] or 0, counts["completion"] or 0
        if counts["total"] is None:
            counts["total"] = counts["prompt"] + counts["completion"]
    return counts


def told_first(fold):
    """The first choice as it is told; nothing, if it is not."""
    return next((known for known in fold["choices"] if known["index"] == 0), None)


def only(fold, has_refusals):
    """The first choice alone; a refusal is text, where the target has no place for it."""
    first = choice(told_first(fold))
    if not has_refusals:
        first |= {"text": first["text"] + first["refusal"], "refusal": ""}
    return first


def messages(fold):
    """The first choice, if anything is known of it, and then two counts in any case; no total."""
    first, counts = only(fold, False), usage(fold.get("usage")) | {"total": None}
    is_whole = told_first(fold) and not fold["deltaic"]["ending"]["truncated"]
    if not is_whole and not any(first.values()) and not fold.get("usage"):
        return {"choices": {}, "usage": counts}
    counts["prompt"], counts["completion"] = counts["prompt"] or 0, counts["completion"] or 0
    return {"choices": {0: first}, "usage": counts}


def whole_messages(fold):
    """With a finish, unless the service failed."""
    want = messages(fold)
    finish_missing(fold, want)
    return want


def responses(fold):
    """The first choice, ended as the response is: complete, unless told otherwise. Without an end, no counts."""
    first, finish = only(fold, True), (told_first(fold) or {}).get("finish_reason")
    if finish is None and fold["deltaic"]["peer_error_count"]:
        finish = "error"
    elif finish is None and not fold["deltaic"]["ending"]["truncated"]:
        finish = "stop"
    first["finish"] = {"tool_calls": "stop", "other": "stop"}.get(finish, finish)
    return {"choices": {0: first}, "usage": usage(fold.get("usage") if finish else None)}


def whole_responses(fold):
    """With an end, if anything is told of it; with all three counts, if any is known."""
    want = responses(fold)
    if want["choices"][0]["finish"] is None and told_first(fold):
        want["choices"][0]["finish"] = "stop"
    if want["choices"][0]["finish"]:
        want["usage"] = whole_usage(fold)
    return want


def ui(fold):
    """The first choice; there is a word for every end."""
    first = only(fold, False) | {"finish": (told_first(fold) or {}).get("finish_reason")}
    return {"choices": {0: first}, "usage": usage(fold.get("usage"))}


TARGETS = {
    "chunks": chunks,
    "whole-chunks": whole_chunks,
    "messages": messages,
    "whole-messages": whole_messages,
    "responses": responses,
    "whole-responses": whole_responses,
    "ui": ui,
}

# What a target's words for an end mean, where they are not the fold's.
FINISHES = {
    "messages": {
        "end_turn": "stop",
        "stop_sequence": "stop",
        "pause_turn": "stop",
        "compaction": "stop",
        "max_tokens": "length",
        "model_context_window_exceeded": "length",
        "tool_use": "tool_calls",
        "refusal": "content_filter",
    },
    "responses": {"completed": "stop", "max_output_tokens": "length", "failed": "error"},
    "ui": {"tool-calls": "tool_calls", "content-filter": "content_filter"},
}


def choice(told):
    message = told["message"] if told else {}
    calls = message.get("tool_calls") or []
    finish = told["finish_reason"] if told else None
    return {
        "text": message.get("content") or "",
        "reasoning": message.get("reasoning_content") or "",
        "refusal": message.get("refusal") or "",
        "calls": [{"id": call["id"]} | call["function"] for call in calls],
        "finish": {"error": "length", "other": "stop"}.get(finish, finish),
    }


def usage(told):
    """The counts that were told."""
    told = told or {}
    prompt, completion = (told.get(f"{of}_tokens_details") or {} for of in ("prompt", "completion"))
    return {
        "prompt": told.get("prompt_tokens"),
        "completion": told.get("completion_tokens"),
        "total": told.get("total_tokens"),
        "cached": prompt.get("cached_tokens"),
        "reasoning": completion.get("reasoning_tokens"),
    }


# What a client makes of it that says some things in a way of its own, by the beginning of its name. None: it cannot.


def doubled(want, refused):
    """Numbers are doubles."""
    return want | {"usage": doubles(want["usage"])}


def streamed_text(want, refused):
    """One choice; a refusal is text, and filtered; counts of a usage that are unknown are 0, the total is their sum."""
    if len(want["choices"]) > 1:
        return None
    for known in want["choices"].values():
        if known["refusal"]:
            known |= {"text": known["text"] + known["refusal"], "refusal": "", "finish": "content_filter"}
        if refused:
            known["finish"] = "error"
    members = ("text", "reasoning", "calls")
    says_something = any(known[member] for known in want["choices"].values() for member in members)
    choices = {} if refused and not says_something else want["choices"]
    counts = want["usage"]
    if any(count is not None for count in counts.values()):
        counts = {name: count or 0 for name, count in doubles(counts).items()}
        counts["total"] = counts["prompt"] + counts["completion"]
    return {"choices": choices, "usage": counts}


def doubles(counts):
    return {name: None if count is None else float(count) for name, count in counts.items()}


def openai_response(want, refused):
    """It raises at an error, and tells nothing of what follows: the end."""
    if refused:
        ended = {index: known | {"finish": None} for index, known in want["choices"].items()}
        want = {"choices": ended, "usage": dict.fromkeys(want["usage"])}
    return doubled(want, refused)


WAYS = {
    "openai-node response": openai_response,
    "openai-node": doubled,
    "anthropic-node": doubled,
    "ai-sdk streamText": streamed_text,
    "ai-sdk": doubled,
}


# Why a client may refuse: a name, the client, its words, and of which answers that is right.


def has_failed(fold, want, words):
    return any(error["message"] in words for error in fold["deltaic"]["peer_errors"])


def is_empty(fold, want, words):
    return not want["choices"]


def says_nothing(fold, want, words):
    return not any(any(known.values()) for known in want["choices"].values())


def is_truncated(fold, want, words):
    return fold["deltaic"]["ending"]["truncated"]


def is_no_json(fold, want, words):
    calls = [call for known in want["choices"].values() for call in known["calls"]]
    return any(parsed(call["arguments"] or "{}") is None for call in calls)


def is_open(fold, want, words):
    return any(known["finish"] is None for known in want["choices"].values())


def ends_with(word):
    return lambda fold, want, words: any(known["finish"] == word for known in want["choices"].values())


UNENDED = "Didn't receive a `response.completed` event."
REFUSALS = [
    ("the service reported an error", "", "", has_failed),
    ("nothing was answered", "openai-python stream", "AssertionError", is_empty),
    ("nothing was answered", "openai-node", "request ended without sending any chunks", is_empty),
    ("nothing was answered", "openai-node response", "request ended without sending any events", says_nothing),
    ("nothing was answered", "openai-python response", UNENDED, says_nothing),
    ("nothing was answered", "anthropic-node", "request ended without sending any chunks", is_empty),
    ("nothing was answered", "anthropic-python", "AssertionError", is_empty),
    ("nothing was answered", "ai-sdk", "ended without a finish reason", is_empty),
    ("it wants a finish", "openai-node", "missing finish_reason", is_open),
    ("it wants a finish", "ai-sdk", "ended without a finish reason", is_open),
    ("it wants the end", "openai-python response", UNENDED, is_open),
    ("it wants the end", "anthropic-node", "stream ended without producing a Message", is_truncated),
    ("arguments that are no JSON", "anthropic-node", "SyntaxError", is_no_json),
    ("arguments that are no JSON", "anthropic-python", "Unable to parse tool parameter JSON", is_no_json),
    ("no final of what was cut off", "openai-python response", UNENDED, ends_with("length")),
    ("no final of what was filtered", "openai-python response", UNENDED, ends_with("content_filter")),
    ("no final of what has failed", "openai-python response", UNENDED, ends_with("error")),
    ("no final of what was cut off", "openai-python stream", "LengthFinishReasonError", ends_with("length")),
    ("no final of what was filtered", "openai-python stream", "ContentFilter", ends_with("content_filter")),
]
MERGED = "it takes several choices for one"


def refusal(said, fold, want):
    reader, refused = said["reader"], said["refused"]
    for name, begins, words, holds in REFUSALS:
        if reader.startswith(begins) and words in refused and holds(fold, want, refused):
            return name
    return None


# Refusals in the middle of an answer.
BROKEN_OFF = {"arguments that are no JSON"}


def broken_off(want, said):
    """As much of what is to be said as was; what is not the beginning of it stays whole, and differs."""
    told = {int(index): known for index, known in said["choices"].items()}
    for index in want["choices"].keys() & told.keys():
        known, so_far = want["choices"][index], told[index]
        for member in ("text", "reasoning", "refusal"):
            cut(known, so_far, member)
        known["calls"] = known["calls"][: len(so_far["calls"])]
        for call, call_so_far in list(zip(known["calls"], so_far["calls"]))[-1:]:
            cut(call, call_so_far, "arguments")
        known["finish"] = so_far["finish"]
    return {"choices": want["choices"], "usage": said["usage"]}


def cut(whole, so_far, member):
    if whole[member].startswith(so_far[member]):
        whole[member] = so_far[member]


# What differs: about what, what it is to be, what was said.


def differences(said, want):
    choices = {int(index): known for index, known in said["choices"].items()}
    words = FINISHES.get(said["target"].removeprefix("whole-"), {})
    for index in sorted(want["choices"].keys() | choices.keys()):
        wanted, known = want["choices"].get(index), choices.get(index)
        if wanted is None or known is None:
            yield f"choice {index}", wanted, known
            continue
        known["finish"] = words.get(known["finish"], known["finish"])
        yield from call_differences(wanted.pop("calls"), known["calls"], known["finish"])
        for member in wanted:
            if wanted[member] != known[member]:
                yield member, wanted[member], known[member]
    for count, wanted in want["usage"].items():
        told = said["usage"].get(count)
        if wanted != (float(told) if isinstance(wanted, float) and told is not None else told):
            yield count, wanted, told


def call_differences(wanted, known, finish):
    if len(wanted) != len(known):
        yield "calls", wanted, known
    for want, call in zip(wanted, known):
        is_made = not want["id"] and MADE_ID.fullmatch(call["id"])
        ids = {"id": call["id"]} if is_made else {}
        if not same_call(want | ids, call, finish):
            yield "call", want, call


def same_call(want, call, finish):
    """Its input is told as text, or as a value, or as both: then the text counts, where it is no JSON. With neither the call
    has not ended, and nor has the answer."""
    if call["id"] != want["id"] or call["name"] != want["name"]:
        return False
    if call.get("arguments", want["arguments"]) != want["arguments"]:
        return False
    if "value" not in call:
        return "arguments" in call or finish is None
    value = parsed(want["arguments"] or "{}")
    return parsed(call["value"]) == value if value is not None else "arguments" in call


def parsed(text):
    """Its numbers as doubles; none, if it is no JSON."""
    try:
        return json.loads(text, parse_int=float)
    except ValueError:
        return None


def verdict(said, fold):
    """Why the client refuses rightly, or none; and what is wrong, a line each."""
    want, why = TARGETS[said["target"]](fold), None
    if said["refused"]:
        why = refusal(said, fold, want)
        if why is None:
            return None, [f"refused: {said['refused'][:200]}"]
    elif fold["deltaic"]["peer_error_count"]:
        return None, ["it raised no error, though the service reported one"]
    way = next((way for reader, way in WAYS.items() if said["reader"].startswith(reader)), None)
    want = way(want, said["refused"]) if way else want
    if why in BROKEN_OFF:
        want = broken_off(want, said)
    if want is None:
        return MERGED if why is None else why, []
    return why, [
        f"{about}: {str(told)[:200]!r} is to be {str(wanted)[:200]!r}"
        for about, wanted, told in differences(said, want)
    ]


def main(cases, *files):
    with open(cases) as file:
        folds = {case["name"]: case["fold"] for case in json.load(file)}
    rows, wrong = collections.defaultdict(collections.Counter), []
    for path in files:
        with open(path) as file:
            for said in map(json.loads, file):
                why, lines = verdict(said, folds[said["name"]])
                row = rows[said["reader"], said["target"]]
                row["files"] += 1
                row["wrong" if lines else why or "agree"] += 1
                wrong += [f"{said['reader']}, {said['target']}, {said['name']}: {line}" for line in lines]
    print(f"{'client':<24}{'target':<17}{'files':>6}{'agree':>7}{'wrong':>7}  refused, rightly")
    for (reader, target), row in rows.items():
        files, agree, bad = (row.pop(name, 0) for name in ("files", "agree", "wrong"))
        why = "; ".join(f"{name} {count}" for name, count in row.most_common())
        print(f"{reader:<24}{target:<17}{files:>6}{agree:>7}{bad:>7}  {why}")
        if files != len(folds):
            wrong.append(f"{reader}, {target}: {files} files of {len(folds)} were read")
    print(*wrong[:SHOWN], sep="\n")
    if len(wrong) > SHOWN:
        print(f"and {len(wrong) - SHOWN} more")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

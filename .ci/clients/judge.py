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
    for known in want["choices"].values():
        if known["finish"] is None and not fold["deltaic"]["peer_error_count"]:
            known["finish"] = "tool_calls" if known["calls"] else "stop"
    counts = want["usage"]
    if any(count is not None for count in counts.values()):
        counts["prompt"], counts["completion"] = counts["prompt"] or 0, counts["completion"] or 0
        if counts["total"] is None:
            counts["total"] = counts["prompt"] + counts["completion"]
    return want


TARGETS = {"chunks": chunks, "whole-chunks": whole_chunks}


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


def openai_node(want, refused):
    """Numbers are doubles."""
    return want | {"usage": doubles(want["usage"])}


def ai_sdk(want, refused):
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


WAYS = {"openai-node": openai_node, "ai-sdk": ai_sdk}


# Why a client may refuse: a name, the client, its words, and of which answers that is right.


def has_failed(fold, want, words):
    return any(error["message"] in words for error in fold["deltaic"]["peer_errors"])


def is_empty(fold, want, words):
    return not want["choices"]


def is_open(fold, want, words):
    return any(known["finish"] is None for known in want["choices"].values())


def ends_with(word):
    return lambda fold, want, words: any(known["finish"] == word for known in want["choices"].values())


REFUSALS = [
    ("the service reported an error", "", "", has_failed),
    ("nothing was answered", "openai-python stream", "AssertionError", is_empty),
    ("nothing was answered", "openai-node", "request ended without sending any chunks", is_empty),
    ("nothing was answered", "ai-sdk", "ended without a finish reason", is_empty),
    ("it wants a finish", "openai-node", "missing finish_reason", is_open),
    ("it wants a finish", "ai-sdk", "ended without a finish reason", is_open),
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


# What differs: about what, what it is to be, what was said.


def differences(said, want):
    choices = {int(index): known for index, known in said["choices"].items()}
    for index in sorted(want["choices"].keys() | choices.keys()):
        wanted, known = want["choices"].get(index), choices.get(index)
        if wanted is None or known is None:
            yield f"choice {index}", wanted, known
            continue
        yield from call_differences(wanted.pop("calls"), known["calls"])
        for member in wanted:
            if wanted[member] != known[member]:
                yield member, wanted[member], known[member]
    for count, wanted in want["usage"].items():
        told = said["usage"].get(count)
        if wanted != (float(told) if isinstance(wanted, float) and told is not None else told):
            yield count, wanted, told


def call_differences(wanted, known):
    if len(wanted) != len(known):
        yield "calls", wanted, known
    for want, call in zip(wanted, known):
        is_made = not want["id"] and MADE_ID.fullmatch(call["id"])
        if call != (want | {"id": call["id"]} if is_made else want):
            yield "call", want, call


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
    print(f"{'client':<22}{'target':<14}{'files':>6}{'agree':>7}{'wrong':>7}  refused, rightly")
    for (reader, target), row in rows.items():
        files, agree, bad = (row.pop(name, 0) for name in ("files", "agree", "wrong"))
        why = "; ".join(f"{name} {count}" for name, count in row.most_common())
        print(f"{reader:<22}{target:<14}{files:>6}{agree:>7}{bad:>7}  {why}")
        if files != len(folds):
            wrong.append(f"{reader}, {target}: {files} files of {len(folds)} were read")
    print(*wrong[:SHOWN], sep="\n")
    if len(wrong) > SHOWN:
        print(f"and {len(wrong) - SHOWN} more")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

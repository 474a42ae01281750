// Reads the gateway with the official clients of npm; prints what they say of each file, a JSON object a line.
//
// check.mjs BASE: asks the server at BASE. Who judges: README.md. A further wire is one reader below.

import Anthropic from "@anthropic-ai/sdk";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { DefaultChatTransport, readUIMessageStream, streamText } from "ai";
import OpenAI from "openai";

const base = process.argv[2];
const asked = [{ role: "user", content: "x" }];

const choice = (answer, index) =>
  (answer.choices[index] ??= { text: "", reasoning: "", refusal: "", calls: [], finish: null });

/**
 * openai's ChatCompletionStream: its final, or what it had joined when it refused to hand that out; but for the reasoning,
 * which it does not join.
 */
async function readFinal(client, name, answer) {
  const stream = client.chat.completions.stream({ model: name, messages: asked });
  const reasoning = {};
  let joined = { choices: [] };
  stream.on("chunk", (chunk, snapshot) => {
    joined = snapshot;
    for (const { index, delta } of chunk.choices) {
      reasoning[index] = (reasoning[index] ?? "") + (delta.reasoning_content ?? "");
    }
  });
  try {
    joined = await stream.finalChatCompletion();
  } finally {
    completion(joined, reasoning, answer);
  }
}

function completion({ choices, usage }, reasoning, answer) {
  for (const { index, message, finish_reason } of choices) {
    const known = choice(answer, index);
    known.text = message.content ?? "";
    known.reasoning = reasoning[index] ?? "";
    known.refusal = message.refusal ?? "";
    known.calls = (message.tool_calls ?? []).map(({ id, function: called }) => {
      return { id, name: called.name, arguments: called.arguments };
    });
    known.finish = finish_reason ?? null;
  }
  answer.usage = {
    prompt: usage?.prompt_tokens,
    completion: usage?.completion_tokens,
    total: usage?.total_tokens,
    cached: usage?.prompt_tokens_details?.cached_tokens,
    reasoning: usage?.completion_tokens_details?.reasoning_tokens,
  };
}

/** The AI SDK's streamText: the parts of its full stream. It knows one choice. */
async function readParts(provider, name, answer) {
  const known = choice(answer, 0);
  const inputs = new Map();
  let failed = null;
  const { fullStream } = streamText({ model: provider(name), prompt: "x", maxRetries: 0, onError() {} });
  for await (const part of fullStream) {
    switch (part.type) {
      case "text-delta":
        known.text += part.text;
        break;
      case "reasoning-delta":
        known.reasoning += part.text;
        break;
      case "tool-input-start":
        inputs.set(part.id, "");
        break;
      case "tool-input-delta":
        inputs.set(part.id, inputs.get(part.id) + part.delta);
        break;
      case "tool-call":
        known.calls.push({
          id: part.toolCallId,
          name: part.toolName,
          arguments: inputs.get(part.toolCallId),
        });
        break;
      case "error":
        failed ??= part.error;
        break;
      case "finish":
        known.finish = part.finishReason.replace("-", "_");
        answer.usage = {
          prompt: part.totalUsage.inputTokens,
          completion: part.totalUsage.outputTokens,
          total: part.totalUsage.totalTokens,
          cached: part.totalUsage.inputTokenDetails?.cacheReadTokens,
          reasoning: part.totalUsage.outputTokenDetails?.reasoningTokens,
        };
    }
  }
  if (failed) {
    if (!known.text && !known.reasoning && !known.calls.length) answer.choices = {};
    throw failed;
  }
}

/**
 * anthropic's MessageStream: its final, or what it had joined when it refused to hand that out; the pieces of a call's input as
 * they came, for it keeps the value alone.
 */
async function readMessage(client, name, answer) {
  const stream = client.messages.stream({ model: name, max_tokens: 9, messages: asked });
  const pieces = {};
  let joined = null;
  stream.on("streamEvent", ({ type, index, delta }, snapshot) => {
    joined = snapshot;
    if (type === "content_block_delta" && delta.type === "input_json_delta") {
      pieces[index] = (pieces[index] ?? "") + delta.partial_json;
    }
  });
  try {
    joined = await stream.finalMessage();
  } finally {
    if (joined) message(joined, pieces, answer);
  }
}

function message({ content, stop_reason, usage }, pieces, answer) {
  const known = choice(answer, 0);
  const joined = (type, member) => content.filter((block) => block.type === type).map((block) => block[member]);
  known.text = joined("text", "text").join("");
  known.reasoning = joined("thinking", "thinking").join("");
  known.finish = stop_reason;
  answer.usage = {
    prompt: usage.input_tokens,
    completion: usage.output_tokens,
    cached: usage.cache_read_input_tokens,
    reasoning: usage.output_tokens_details?.thinking_tokens,
  };
  for (const [index, block] of content.entries()) {
    if (block.type !== "tool_use") continue;
    const call = { id: block.id, name: block.name, arguments: pieces[index] ?? "" };
    known.calls.push(call);
    call.value = JSON.stringify(block.input); // throws, where the pieces are no JSON
  }
}

/** openai's ResponseStream: the events as they come; then its final, which is to have joined the same. */
async function readResponse(client, name, answer) {
  const known = choice(answer, 0);
  const calls = {};
  const stream = client.responses.stream({ model: name, input: "x" });
  for await (const event of stream) {
    switch (event.type) {
      case "response.output_text.delta":
        known.text += event.delta;
        break;
      case "response.reasoning_summary_text.delta":
        known.reasoning += event.delta;
        break;
      case "response.refusal.delta":
        known.refusal += event.delta;
        break;
      case "response.output_item.added":
        if (event.item.type === "function_call") {
          calls[event.output_index] = called(event.item);
          known.calls.push(calls[event.output_index]);
        }
        break;
      case "response.function_call_arguments.delta":
        calls[event.output_index].arguments += event.delta;
        break;
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        ended(event.response, answer);
    }
  }
  const final = { ...choice({ choices: {} }, 0), finish: known.finish };
  for (const item of (await stream.finalResponse()).output) joined(item, final);
  if (JSON.stringify(final) !== JSON.stringify(known)) {
    throw new Error(`the final is ${JSON.stringify(final)}, the pieces were ${JSON.stringify(known)}`);
  }
}

const called = (item) => ({ id: item.call_id, name: item.name, arguments: item.arguments });

function joined(item, known) {
  switch (item.type) {
    case "reasoning":
      known.reasoning += item.summary.map(({ text }) => text).join("");
      break;
    case "message":
      for (const part of item.content) {
        const member = part.type === "output_text" ? "text" : "refusal";
        known[member] += part[member];
      }
      break;
    case "function_call":
      known.calls.push(called(item));
  }
}

/** Of one that is not complete the finish is why. */
function ended({ status, incomplete_details, usage }, answer) {
  answer.choices[0].finish = incomplete_details?.reason ?? status;
  answer.usage = {
    prompt: usage?.input_tokens,
    completion: usage?.output_tokens,
    total: usage?.total_tokens,
    cached: usage?.input_tokens_details?.cached_tokens,
    reasoning: usage?.output_tokens_details?.reasoning_tokens,
  };
}

/** The AI SDK's useChat: its transport, and its reader of messages. The finish is beside the message. */
async function readUi(target, name, answer) {
  const known = choice(answer, 0);
  const transport = new DefaultChatTransport({ api: `${base}/${target}/chat`, body: { model: name } });
  const chunks = await transport.sendMessages({ chatId: "x", messages: [], trigger: "submit-message" });
  const finishes = new TransformStream({
    transform(chunk, controller) {
      if (chunk.type === "finish") known.finish = chunk.finishReason ?? null;
      controller.enqueue(chunk);
    },
  });
  let last = null;
  try {
    const messages = readUIMessageStream({ stream: chunks.pipeThrough(finishes), terminateOnError: true });
    for await (const message of messages) last = message;
  } finally {
    if (last) uiMessage(last, known, answer);
  }
}

function uiMessage({ parts, metadata }, known, answer) {
  const isCall = ({ type }) => type === "dynamic-tool" || type.startsWith("tool-");
  const joined = (wanted) => parts.filter(({ type }) => type === wanted).map(({ text }) => text).join("");
  known.text = joined("text");
  known.reasoning = joined("reasoning");
  known.calls = parts.filter(isCall).map(uiCall);
  answer.usage = {
    prompt: metadata?.usage?.inputTokens,
    completion: metadata?.usage?.outputTokens,
    total: metadata?.usage?.totalTokens,
    cached: metadata?.usage?.inputTokenDetails?.cacheReadTokens,
    reasoning: metadata?.usage?.outputTokenDetails?.reasoningTokens,
  };
}

/** A call with its input as a value; as text, where that is none; with neither, where the call had not ended. */
function uiCall({ type, toolName, toolCallId: id, state, input, rawInput }) {
  const name = toolName ?? type.slice("tool-".length);
  if (state === "input-streaming") return { id, name };
  if (state === "output-error") return { id, name, arguments: rawInput ?? input };
  return { id, name, value: JSON.stringify(input) };
}

const openai = (target) =>
  new OpenAI({ baseURL: `${base}/${target}`, apiKey: "x", maxRetries: 0, timeout: 20_000 });
const anthropic = (target) =>
  new Anthropic({ baseURL: `${base}/${target}`, apiKey: "x", maxRetries: 0, timeout: 20_000 });
const sdk = (target) =>
  createOpenAICompatible({ name: "gateway", baseURL: `${base}/${target}`, apiKey: "x", includeUsage: true });
const ui = (target) => target;

const readers = [
  ["openai-node stream", "chunks", openai, readFinal],
  ["openai-node stream", "whole-chunks", openai, readFinal],
  ["openai-node response", "responses", openai, readResponse],
  ["anthropic-node", "messages", anthropic, readMessage],
  ["anthropic-node", "whole-messages", anthropic, readMessage],
  ["ai-sdk streamText", "chunks", sdk, readParts],
  ["ai-sdk streamText", "whole-chunks", sdk, readParts],
  ["ai-sdk useChat", "ui", ui, readUi],
];
const cases = await (await fetch(`${base}/cases`)).json();
for (const [reader, target, clientOf, read] of readers) {
  const client = clientOf(target);
  for (const { name } of cases) {
    const answer = { choices: {}, usage: {} };
    let refused = null;
    try {
      await read(client, name, answer);
    } catch (error) {
      // The service's own words, where the client shows the event that told of them in place of these.
      const words = error?.error?.error?.message ?? error?.message ?? JSON.stringify(error);
      refused = `${error?.name ?? typeof error}: ${words}`;
    }
    console.log(JSON.stringify({ reader, target, name, refused, ...answer }));
  }
}

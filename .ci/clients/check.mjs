// Reads the gateway with the official clients of npm; prints what they say of each file, a JSON object a line.
//
// check.mjs BASE: asks the server at BASE. Who judges: README.md. A further wire is one reader below.

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";
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

const chat = (target) =>
  new OpenAI({ baseURL: `${base}/${target}`, apiKey: "x", maxRetries: 0, timeout: 20_000 });
const sdk = (target) =>
  createOpenAICompatible({ name: "gateway", baseURL: `${base}/${target}`, apiKey: "x", includeUsage: true });

const readers = [
  ["openai-node stream", "chunks", chat("chunks"), readFinal],
  ["openai-node stream", "whole-chunks", chat("whole-chunks"), readFinal],
  ["ai-sdk streamText", "chunks", sdk("chunks"), readParts],
  ["ai-sdk streamText", "whole-chunks", sdk("whole-chunks"), readParts],
];
const cases = await (await fetch(`${base}/cases`)).json();
for (const [reader, target, client, read] of readers) {
  for (const { name } of cases) {
    const answer = { choices: {}, usage: {} };
    let refused = null;
    try {
      await read(client, name, answer);
    } catch (error) {
      refused = `${error?.name ?? typeof error}: ${error?.message ?? JSON.stringify(error)}`;
    }
    console.log(JSON.stringify({ reader, target, name, refused, ...answer }));
  }
}

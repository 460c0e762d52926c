import { generateText, stepCountIs, streamText, tool } from "ai";
import { MockLanguageModelV3, simulateReadableStream } from "ai/test";
import { z } from "zod";

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
const stop = { unified: "stop", raw: "stop" };
const said = (text) => ({ content: [{ type: "text", text }], finishReason: stop, usage, warnings: [] });

function scripted() {
  const call = { type: "tool-call", toolCallId: "1", toolName: "double", input: '{"n":21}' };
  const answers = [{ ...said(""), content: [call], finishReason: { unified: "tool-calls" } }, said("42")];
  return new MockLanguageModelV3({ doGenerate: async () => answers.shift() });
}

function streaming() {
  const chunks = [
    { type: "text-start", id: "1" },
    { type: "text-delta", id: "1", delta: "Ci" },
    { type: "text-delta", id: "1", delta: "ao" },
    { type: "text-end", id: "1" },
    { type: "finish", finishReason: stop, usage },
  ];
  return new MockLanguageModelV3({ doStream: async () => ({ stream: simulateReadableStream({ chunks }) }) });
}

export async function show() {
  const doubled = [];
  const double = tool({ inputSchema: z.object({ n: z.number() }), execute: ({ n }) => doubled.push(n * 2) && n * 2 });
  const { text, steps } = await generateText({
    model: scripted(), prompt: "21 twice", tools: { double }, stopWhen: stepCountIs(3),
  });
  const pieces = [];
  for await (const piece of streamText({ model: streaming(), prompt: "hi" }).textStream) pieces.push(piece);
  return { text, steps: steps.length, doubled, pieces };
}

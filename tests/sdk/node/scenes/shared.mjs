// The client, and what several scenes ask.

import OpenAI from "openai";

export const client = new OpenAI({ maxRetries: 0 });
export const { assistants, threads } = client.beta;
export const quickly = { pollIntervalMs: 20 };
export const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
};

export const ask = (content) => ({ messages: [{ role: "user", content }] });

export const outputsOf = (run) =>
  run.required_action.submit_tool_outputs.tool_calls.map((call) => ({
    tool_call_id: call.id,
    output: "sun",
  }));

export async function collect(stream) {
  const found = [];
  for await (const each of stream) found.push(each);
  return found;
}

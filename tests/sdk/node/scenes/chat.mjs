// Chat completions: an assistant is the model.

import assert from "node:assert/strict";
import OpenAI from "openai";
import { client, collect, weather } from "./shared.mjs";

const model = "jan";
const messages = [{ role: "user", content: "Hi" }];
const { completions } = client.chat;

export async function modelsAreListed() {
  const ids = (await collect(client.models.list())).map(({ id }) => id);
  assert.ok(ids.includes(model));
  assert.equal((await client.models.retrieve(model)).owned_by, "understudy");
  await assert.rejects(client.models.retrieve("gpt-4o"), OpenAI.NotFoundError);
}

export async function aChatIsAnswered() {
  const completion = await completions.create({ model, messages });
  assert.equal(completion.choices[0].message.content, "You said: Hi");
  assert.equal(completion.choices[0].finish_reason, "stop");
}

export async function aChatIsStreamed() {
  const options = { model, messages, stream: true, stream_options: { include_usage: true } };
  const chunks = await collect(await completions.create(options));
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
  assert.equal(text, "You said: Hi");
  assert.ok(chunks.at(-1).usage);
}

export async function theChatHelperCollects() {
  let text = "";
  const stream = completions
    .stream({ model, messages })
    .on("content", (delta, snapshot) => {
      text += delta;
      assert.equal(snapshot, text);
    });
  assert.equal(await stream.finalContent(), "You said: Hi");
  assert.equal((await stream.finalChatCompletion()).choices[0].finish_reason, "stop");
}

function withTools(options = {}) {
  const asked = [];
  const call = ({ city }) => `${asked.push(city)}: sunny`;
  const tool = { ...weather, function: { ...weather.function, function: call, parse: JSON.parse } };
  return [asked, { model, messages, tools: [tool], ...options }];
}

export async function toolsAreRun() {
  const [asked, body] = withTools();
  assert.equal(await completions.runTools(body).finalContent(), "Sunny.");
  assert.deepEqual(asked, ["Rome"]);
}

export async function toolsAreRunInStreams() {
  const [asked, body] = withTools({ stream: true });
  const runner = completions.runTools(body);
  assert.equal(await runner.finalContent(), "Sunny.");
  assert.deepEqual(asked, ["Rome"]);
  assert.equal(await runner.finalFunctionToolCallResult(), "1: sunny");
}

export async function anAnswerIsParsed() {
  const schema = { type: "object", properties: { n: { type: "number" } } };
  const response_format = { type: "json_schema", json_schema: { name: "n", schema } };
  const completion = await completions.parse({ model, messages, response_format });
  assert.equal(completion.choices[0].message.content, '{"n": 4}');
}

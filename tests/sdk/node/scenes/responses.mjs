// Responses and conversations: an assistant is the model.

import assert from "node:assert/strict";
import OpenAI from "openai";
import { client, collect, weather } from "./shared.mjs";

const model = "jan";
const { responses, conversations } = client;

export async function responsesFollowEachOther() {
  const first = await responses.create({ model, input: "One" });
  assert.equal(first.output_text, "You said: One");
  const second = await responses.create({ model, input: "Two", previous_response_id: first.id });
  assert.equal((await responses.retrieve(second.id)).output_text, "You said: Two");
  const items = await collect(responses.inputItems.list(second.id));
  assert.deepEqual(
    items.map((item) => item.content[0].text),
    ["Two"],
  );
  await responses.delete(second.id);
  await assert.rejects(responses.retrieve(second.id), OpenAI.NotFoundError);
}

export async function aResponseIsStreamed() {
  const events = await collect(await responses.create({ model, input: "Hi", stream: true }));
  assert.equal(events[0].type, "response.created");
  assert.equal(events.at(-1).response.output[0].content[0].text, "You said: Hi");
  const rest = { stream: true, starting_after: 2 };
  const again = await collect(await responses.retrieve(events[0].response.id, rest));
  assert.deepEqual(again, events.slice(3));
}

export async function theResponseHelperCollects() {
  let text = "";
  const stream = responses
    .stream({ model, input: "Hi" })
    .on("response.output_text.delta", (event) => {
      text += event.delta;
      assert.equal(event.snapshot, text);
    });
  assert.equal((await stream.finalResponse()).output_text, "You said: Hi");
  assert.equal(text, "You said: Hi");
}

export async function aFunctionOfAResponseIsAnswered() {
  const tools = [{ type: "function", strict: false, ...weather.function }];
  const asked = await responses.create({ model, input: "Rome?", tools });
  const call = asked.output.find(({ type }) => type === "function_call");
  assert.deepEqual([call.name, JSON.parse(call.arguments)], ["weather", { city: "Rome" }]);
  const output = { type: "function_call_output", call_id: call.call_id, output: "sun" };
  const told = { model, input: [output], previous_response_id: asked.id, tools };
  assert.equal((await responses.create(told)).output_text, "Sunny.");
}

export async function aConversationGoesOn() {
  const said = { type: "message", role: "user", content: "Zero" };
  const { id } = await conversations.create({ metadata: { topic: "numbers" }, items: [said] });
  await responses.create({ model, input: "One", conversation: id });
  const items = await collect(conversations.items.list(id, { order: "asc", limit: 1 }));
  assert.deepEqual(
    items.map((item) => item.content[0].text),
    ["Zero", "One", "You said: One"],
  );
  const first = await conversations.items.retrieve(items[0].id, { conversation_id: id });
  assert.equal(first.role, "user");
  const changed = await conversations.update(id, { metadata: { topic: "words" } });
  assert.deepEqual(changed.metadata, { topic: "words" });
  await conversations.items.delete(items[0].id, { conversation_id: id });
  assert.equal((await conversations.delete(id)).deleted, true);
  await assert.rejects(conversations.retrieve(id), OpenAI.NotFoundError);
}

// Assistants, threads, messages, and runs without streams.

import assert from "node:assert/strict";
import OpenAI from "openai";
import { ask, assistants, collect, outputsOf, quickly, threads, weather } from "./shared.mjs";

export async function assistantsAreKept() {
  const made = await assistants.create({ model: "m", name: "Clerk", metadata: { a: "1" } });
  assert.equal((await assistants.retrieve(made.id)).name, "Clerk");
  const changed = await assistants.update(made.id, { name: "Other" });
  assert.deepEqual([changed.name, changed.metadata], ["Other", { a: "1" }]);
  for (let n = 0; n < 3; n++) await assistants.create({ model: "m" });
  const ids = (await collect(assistants.list({ limit: 2, order: "asc" }))).map(({ id }) => id);
  assert.ok(ids.length >= 4 && new Set(ids).size === ids.length);
  assert.ok(ids.includes(made.id));
  assert.equal((await assistants.delete(made.id)).deleted, true);
  await assert.rejects(assistants.retrieve(made.id), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.match(error.requestID, /^req_/);
    return true;
  });
}

export async function threadsHoldMessages() {
  const thread = await threads.create(ask("One"));
  const { id } = await threads.messages.create(thread.id, { role: "user", content: "Two" });
  const listed = await collect(threads.messages.list(thread.id, { order: "asc", limit: 1 }));
  assert.deepEqual(
    listed.map((message) => message.content[0].text.value),
    ["One", "Two"],
  );
  const changed = await threads.messages.update(id, { thread_id: thread.id, metadata: { n: "2" } });
  assert.deepEqual(changed.metadata, { n: "2" });
  assert.equal((await threads.messages.delete(id, { thread_id: thread.id })).deleted, true);
  const updated = await threads.update(thread.id, { metadata: { topic: "numbers" } });
  assert.deepEqual(updated.metadata, { topic: "numbers" });
  assert.equal((await threads.delete(thread.id)).deleted, true);
  await assert.rejects(threads.retrieve(thread.id), OpenAI.NotFoundError);
}

export async function aRunIsPolled() {
  const assistant = await assistants.create({ model: "m" });
  const thread = await threads.create(ask("Hi"));
  const run = await threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id }, quickly);
  assert.equal(run.status, "completed");
  const [step] = (await threads.runs.steps.list(run.id, { thread_id: thread.id })).data;
  assert.equal(step.type, "message_creation");
  const within = { thread_id: thread.id, run_id: run.id };
  assert.equal((await threads.runs.steps.retrieve(step.id, within)).id, step.id);
  const { data, request_id } = await threads.messages.list(thread.id).withResponse();
  assert.equal(data.data[0].content[0].text.value, "You said: Hi");
  assert.match(request_id, /^req_/);
}

export async function outputsAreSubmittedAndPolled() {
  const assistant = await assistants.create({ model: "m", tools: [weather] });
  const body = { assistant_id: assistant.id, thread: ask("Rome?") };
  const waiting = await threads.createAndRunPoll(body, quickly);
  assert.equal(waiting.status, "requires_action");
  const outputs = { thread_id: waiting.thread_id, tool_outputs: outputsOf(waiting) };
  const run = await threads.runs.submitToolOutputsAndPoll(waiting.id, outputs, quickly);
  assert.equal(run.status, "completed");
}

export async function aWaitingRunIsCancelled() {
  const assistant = await assistants.create({ model: "m", tools: [weather] });
  const body = { assistant_id: assistant.id, thread: ask("Rome?") };
  const run = await threads.createAndRunPoll(body, quickly);
  assert.equal(run.status, "requires_action");
  const within = { thread_id: run.thread_id };
  await threads.runs.cancel(run.id, within);
  assert.equal((await threads.runs.poll(run.id, within, quickly)).status, "cancelled");
}

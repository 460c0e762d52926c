// What code with the npm client does: `node scenes.mjs NAME`.
// Understands nothing of Understudy: the address and the key come from the environment.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ maxRetries: 0 });
const { assistants, threads } = client.beta;
const weather = { type: "function", function: { name: "weather", parameters: { type: "object" } } };
const ask = (content) => ({ messages: [{ role: "user", content }] });
const outputsOf = (run) =>
  run.required_action.submit_tool_outputs.tool_calls.map((call) => ({
    tool_call_id: call.id,
    output: "sun",
  }));

const scenes = {
  async assistants() {
    const made = await assistants.create({ model: "m", name: "Clerk", metadata: { a: "1" } });
    assert.equal((await assistants.retrieve(made.id)).name, "Clerk");
    const changed = await assistants.update(made.id, { name: "Other" });
    assert.deepEqual([changed.name, changed.metadata], ["Other", { a: "1" }]);
    for (let n = 0; n < 3; n++) await assistants.create({ model: "m" });
    const ids = [];
    for await (const each of assistants.list({ limit: 2, order: "asc" })) ids.push(each.id);
    assert.ok(ids.length >= 4 && new Set(ids).size === ids.length);
    assert.ok(ids.includes(made.id));
    assert.equal((await assistants.delete(made.id)).deleted, true);
    await assert.rejects(assistants.retrieve(made.id), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.match(error.requestID, /^req_/);
      return true;
    });
  },

  async threads() {
    const thread = await threads.create(ask("One"));
    await threads.messages.create(thread.id, { role: "user", content: "Two" });
    const texts = [];
    for await (const message of threads.messages.list(thread.id, { order: "asc", limit: 1 }))
      texts.push(message.content[0].text.value);
    assert.deepEqual(texts, ["One", "Two"]);
    const updated = await threads.update(thread.id, { metadata: { topic: "numbers" } });
    assert.deepEqual(updated.metadata, { topic: "numbers" });
    assert.equal((await threads.delete(thread.id)).deleted, true);
    await assert.rejects(threads.retrieve(thread.id), OpenAI.NotFoundError);
  },

  async runs() {
    const assistant = await assistants.create({ model: "m" });
    const thread = await threads.create(ask("Hi"));
    const run = await threads.runs.createAndPoll(
      thread.id,
      { assistant_id: assistant.id },
      { pollIntervalMs: 20 },
    );
    assert.equal(run.status, "completed");
    const steps = await threads.runs.steps.list(run.id, { thread_id: thread.id });
    assert.equal(steps.data[0].type, "message_creation");
    const { data, request_id } = await threads.messages.list(thread.id).withResponse();
    assert.equal(data.data[0].content[0].text.value, "You said: Hi");
    assert.match(request_id, /^req_/);
  },

  async stream() {
    const assistant = await assistants.create({ model: "m" });
    const thread = await threads.create(ask("Good day"));
    const seen = [];
    let text = "";
    const stream = threads.runs
      .stream(thread.id, { assistant_id: assistant.id })
      .on("runStepCreated", () => seen.push("step created"))
      .on("messageCreated", () => seen.push("message created"))
      .on("textCreated", () => seen.push("text created"))
      .on("textDelta", (delta, snapshot) => {
        text += delta.value;
        assert.equal(snapshot.value, text);
      })
      .on("textDone", (content) => seen.push(`text done: ${content.value}`))
      .on("messageDone", (message) => seen.push(`message ${message.status}`))
      .on("runStepDone", (step) => seen.push(`step ${step.status}`))
      .on("end", () => seen.push("end"));
    const run = await stream.finalRun();
    const [message] = await stream.finalMessages();
    const [step] = await stream.finalRunSteps();
    assert.equal(run.status, "completed");
    assert.equal(message.content[0].text.value, "You said: Good day");
    assert.equal(step.step_details.message_creation.message_id, message.id);
    assert.equal(text, "You said: Good day");
    assert.deepEqual(seen, [
      "step created",
      "message created",
      "text created",
      "text done: You said: Good day",
      "message completed",
      "step completed",
      "end",
    ]);
  },

  // The model first writes, then calls two functions at once, then answers.
  async tools() {
    const assistant = await assistants.create({ model: "m", tools: [weather] });
    const created = [];
    const first = threads
      .createAndRunStream({ assistant_id: assistant.id, thread: ask("Rome and Oslo?") })
      .on("toolCallCreated", (call) => created.push(call.function.name));
    const waiting = await first.finalRun();
    assert.equal(waiting.status, "requires_action");
    assert.deepEqual(created, ["weather", "weather"]);
    assert.equal((await first.finalMessages())[0].content[0].text.value, "Let me look.");
    const second = threads.runs.submitToolOutputsStream(waiting.id, {
      thread_id: waiting.thread_id,
      tool_outputs: outputsOf(waiting),
    });
    assert.equal((await second.finalRun()).status, "completed");
    assert.equal((await second.finalMessages())[0].content[0].text.value, "Sunny.");
  },

  async submitInsideTheStream() {
    const assistant = await assistants.create({ model: "m", tools: [weather] });
    const stream = threads.createAndRunStream({ assistant_id: assistant.id, thread: ask("Rome?") });
    let answer = "";
    for await (const event of stream) {
      if (event.event !== "thread.run.requires_action") continue;
      const run = await threads.runs.submitToolOutputsAndPoll(
        event.data.id,
        { thread_id: event.data.thread_id, tool_outputs: outputsOf(event.data) },
        { pollIntervalMs: 20 },
      );
      assert.equal(run.status, "completed");
      answer = (await threads.messages.list(run.thread_id)).data[0].content[0].text.value;
    }
    assert.equal(answer, "Sunny.");
  },

  async cancel() {
    const assistant = await assistants.create({ model: "m", tools: [weather] });
    const run = await threads.createAndRunPoll(
      { assistant_id: assistant.id, thread: ask("Rome?") },
      { pollIntervalMs: 20 },
    );
    assert.equal(run.status, "requires_action");
    await threads.runs.cancel(run.id, { thread_id: run.thread_id });
    const over = await threads.runs.poll(
      run.id,
      { thread_id: run.thread_id },
      { pollIntervalMs: 20 },
    );
    assert.equal(over.status, "cancelled");
  },

  async failure() {
    const assistant = await assistants.create({ model: "m" });
    const thread = await threads.create(ask("Hi"));
    const run = await threads.runs.stream(thread.id, { assistant_id: assistant.id }).finalRun();
    assert.equal(run.status, "failed");
    assert.match(run.last_error.message, /too long/);
  },

  async files() {
    const file = await client.files.create({
      file: await toFile(Readable.from([Buffer.from("Some notes.")]), "notes.txt"),
      purpose: "assistants",
    });
    assert.deepEqual([file.filename, file.bytes], ["notes.txt", 11]);
    assert.equal(await (await client.files.content(file.id)).text(), "Some notes.");
    assert.equal((await client.files.waitForProcessing(file.id)).status, "processed");
    const ids = [];
    for await (const each of client.files.list({ purpose: "assistants" })) ids.push(each.id);
    assert.ok(ids.includes(file.id));
    assert.equal((await client.files.delete(file.id)).deleted, true);
  },

  async vectorStores() {
    const store = await client.vectorStores.create({ name: "Notes" });
    const file = await client.vectorStores.files.uploadAndPoll(
      store.id,
      await toFile(Buffer.from("The library opens at nine."), "hours.txt"),
    );
    assert.equal(file.status, "completed");
    const found = await client.vectorStores.search(store.id, { query: "When does it open?" });
    assert.equal(found.data[0].filename, "hours.txt");
    assert.equal((await client.vectorStores.delete(store.id)).deleted, true);
  },
};

await scenes[process.argv[2]]();

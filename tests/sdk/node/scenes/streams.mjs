// Streams of runs: the helper with all of its events, and plain iteration.

import assert from "node:assert/strict";
import OpenAI from "openai";
import { ask, assistants, collect, outputsOf, quickly, threads, weather } from "./shared.mjs";

async function begin(question, tools = []) {
  const assistant = await assistants.create({ model: "m", tools });
  const thread = await threads.create(ask(question));
  return threads.runs.stream(thread.id, { assistant_id: assistant.id });
}

export async function textGrows() {
  const seen = [];
  let text = "";
  const stream = (await begin("Good day"))
    .on("connect", () => seen.push("connect"))
    .on("runStepCreated", () => seen.push("step created"))
    .on("messageCreated", () => seen.push("message created"))
    .on("textCreated", () => seen.push("text created"))
    .on("textDelta", (delta, snapshot) => {
      text += delta.value;
      assert.equal(snapshot.value, text);
    })
    .on("messageDelta", (delta, message) => {
      const [{ index, text: piece }] = delta.content;
      assert.ok(message.content[index].text.value.endsWith(piece.value));
    })
    .on("textDone", (content) => seen.push(`text done: ${content.value}`))
    .on("messageDone", (message) => seen.push(`message ${message.status}`))
    .on("runStepDone", (step) => seen.push(`step ${step.status}`))
    .on("run", (run) => seen.push(`run ${run.status}`))
    .on("end", () => seen.push("end"));
  const run = await stream.finalRun();
  const [message] = await stream.finalMessages();
  const [step] = await stream.finalRunSteps();
  assert.equal(run.status, "completed");
  assert.equal(message.content[0].text.value, "You said: Good day");
  assert.equal(step.step_details.message_creation.message_id, message.id);
  assert.equal(text, "You said: Good day");
  assert.deepEqual(seen.filter((name) => !name.startsWith("run ")), [
    "connect",
    "step created",
    "message created",
    "text created",
    "text done: You said: Good day",
    "message completed",
    "step completed",
    "end",
  ]);
}

// The model first writes, then calls two functions at once, then answers.
export async function functionsAreCalledAndAnswered() {
  const assistant = await assistants.create({ model: "m", tools: [weather] });
  const seen = [];
  const first = threads
    .createAndRunStream({ assistant_id: assistant.id, thread: ask("Rome and Oslo?") })
    .on("toolCallCreated", (call) => seen.push(`created ${call.function.name}`))
    .on("toolCallDelta", (delta, call) => assert.ok(delta && call.function.name === "weather"))
    .on("toolCallDone", (call) => seen.push(`done ${call.function.arguments}`));
  const waiting = await first.finalRun();
  assert.equal(waiting.status, "requires_action");
  const rome = 'done {"city": "Rome"}';
  assert.deepEqual(seen, ["created weather", rome, "created weather", 'done {"city": "Oslo"}']);
  assert.equal((await first.finalMessages())[0].content[0].text.value, "Let me look.");
  const second = threads.runs.submitToolOutputsStream(waiting.id, {
    thread_id: waiting.thread_id,
    tool_outputs: outputsOf(waiting),
  });
  assert.equal((await second.finalRun()).status, "completed");
  assert.equal((await second.finalMessages())[0].content[0].text.value, "Sunny.");
}

export async function outputsAreSubmittedInsideTheStream() {
  const assistant = await assistants.create({ model: "m", tools: [weather] });
  const stream = threads.createAndRunStream({ assistant_id: assistant.id, thread: ask("Rome?") });
  let answer = "";
  for await (const event of stream) {
    if (event.event !== "thread.run.requires_action") continue;
    const body = { thread_id: event.data.thread_id, tool_outputs: outputsOf(event.data) };
    const run = await threads.runs.submitToolOutputsAndPoll(event.data.id, body, quickly);
    assert.equal(run.status, "completed");
    answer = (await threads.messages.list(run.thread_id)).data[0].content[0].text.value;
  }
  assert.equal(answer, "Sunny.");
}

export async function eventsAreReadWithoutTheHelper() {
  const assistant = await assistants.create({ model: "m" });
  const body = { assistant_id: assistant.id, thread: ask("Hi"), stream: true };
  const events = await collect(await threads.createAndRun(body));
  assert.equal(events[0].event, "thread.created");
  assert.equal(events.at(-1).event, "thread.run.completed");
  assert.equal(events.at(-1).data.thread_id, events[0].data.id);
}

export async function aFailedRunEndsInOrder() {
  const run = await (await begin("Hi")).finalRun();
  assert.equal(run.status, "failed");
  assert.match(run.last_error.message, /too long|broke/);
}

export async function anAnswerThatIsCutShortEndsInOrder() {
  const stream = await begin("Hi");
  const run = await stream.finalRun();
  assert.deepEqual([run.status, run.incomplete_details.reason], [
    "incomplete",
    "max_completion_tokens",
  ]);
  const [message] = (await threads.messages.list(run.thread_id)).data;
  assert.deepEqual([message.status, message.content[0].text.value], ["incomplete", "So far"]);
}

export async function aStreamIsCancelledFromOutside() {
  const stream = await begin("Hi");
  stream.once("textDelta", () => {
    const run = stream.currentRun();
    threads.runs.cancel(run.id, { thread_id: run.thread_id });
  });
  assert.equal((await stream.finalRun()).status, "cancelled");
}

export async function aStreamIsLeft() {
  const stream = await begin("Hi");
  const aborted = new Promise((resolve) => stream.on("abort", resolve));
  stream.once("textDelta", () => stream.abort());
  await assert.rejects(stream.done(), OpenAI.APIUserAbortError);
  assert.ok((await aborted) instanceof OpenAI.APIUserAbortError);
}

export async function aRefusedRunIsAnError() {
  const thread = await threads.create(ask("Hi"));
  const stream = threads.runs.stream(thread.id, { assistant_id: "asst_none" });
  const told = new Promise((resolve) => stream.on("error", resolve));
  await assert.rejects(stream.done(), OpenAI.NotFoundError);
  assert.match((await told).message, /asst_none/);
}

export async function aBrokenStreamIsAnError() {
  const stream = await begin("Hi");
  await assert.rejects(stream.done(), (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.match(error.message, /store cannot be used/);
    return true;
  });
}

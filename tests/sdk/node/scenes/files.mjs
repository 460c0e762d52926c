// Files and vector stores.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { toFile } from "openai";
import { client, collect } from "./shared.mjs";

const purpose = "assistants";
const hours = (name = "hours.txt") => toFile(Buffer.from("The library opens at nine."), name);

export async function filesGoUpAndComeDown() {
  const notes = await toFile(Readable.from([Buffer.from("Some notes.")]), "notes.txt");
  const file = await client.files.create({ file: notes, purpose });
  assert.deepEqual([file.filename, file.bytes], ["notes.txt", 11]);
  assert.equal(await (await client.files.content(file.id)).text(), "Some notes.");
  assert.equal((await client.files.waitForProcessing(file.id)).status, "processed");
  const listed = await collect(client.files.list({ purpose, limit: 1 }));
  assert.ok(listed.some(({ id }) => id === file.id));
  assert.equal((await client.files.delete(file.id)).deleted, true);
}

export async function aFileIsReadFromTheDisk() {
  const folder = await mkdtemp(join(tmpdir(), "scene-"));
  try {
    const path = join(folder, "größe.md");
    await writeFile(path, "# Größe\n".repeat(50_000));
    const file = await client.files.create({ file: createReadStream(path), purpose });
    assert.deepEqual([file.filename, file.bytes], ["größe.md", 500_000]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function aBlobGoesUpWithAName() {
  const file = await client.files.create({ file: new File(["{}\n"], "lines.jsonl"), purpose });
  assert.equal(file.filename, "lines.jsonl");
  const fetched = new Response("fetched text");
  const other = await client.files.create({ file: await toFile(fetched, "page.html"), purpose });
  assert.equal(other.bytes, 12);
}

export async function aVectorStoreIsFilledAndSearched() {
  const store = await client.vectorStores.create({ name: "Notes", metadata: { a: "1" } });
  const file = await client.vectorStores.files.uploadAndPoll(store.id, await hours());
  assert.equal(file.status, "completed");
  const found = await client.vectorStores.search(store.id, { query: "When does it open?" });
  assert.equal(found.data[0].filename, "hours.txt");
  const within = { vector_store_id: store.id };
  const [text] = await collect(client.vectorStores.files.content(file.id, within));
  assert.match(text.text, /at nine/);
  const renamed = await client.vectorStores.update(store.id, { name: "Hours" });
  assert.deepEqual([renamed.name, renamed.file_counts.completed], ["Hours", 1]);
  assert.equal((await client.vectorStores.delete(store.id)).deleted, true);
}

export async function aBatchOfFilesIsAdded() {
  const store = await client.vectorStores.create({});
  const files = await Promise.all(["a.txt", "b.txt", "c.txt"].map((name) => hours(name)));
  const { fileBatches } = client.vectorStores;
  const batch = await fileBatches.uploadAndPoll(store.id, { files }, { pollIntervalMs: 20 });
  assert.deepEqual([batch.status, batch.file_counts.completed], ["completed", 3]);
  const within = { vector_store_id: store.id };
  assert.equal((await collect(fileBatches.listFiles(batch.id, { ...within, limit: 2 }))).length, 3);
  const listed = await collect(client.vectorStores.files.list(store.id, { limit: 2 }));
  assert.equal(listed.length, 3);
  const removed = await client.vectorStores.files.delete(listed[0].id, within);
  assert.equal(removed.deleted, true);
}

// Plays scenes with the npm client: their names come in, one a line; what went wrong goes out.
// Nothing here understands Understudy: the address and the key come from the environment.

import { createInterface } from "node:readline";
import * as assistants from "./scenes/assistants.mjs";
import * as chat from "./scenes/chat.mjs";
import * as files from "./scenes/files.mjs";
import * as responses from "./scenes/responses.mjs";
import * as streams from "./scenes/streams.mjs";

const scenes = { ...assistants, ...chat, ...files, ...responses, ...streams };

for await (const name of createInterface({ input: process.stdin })) {
  let wrong = null;
  try {
    await scenes[name]();
  } catch (error) {
    wrong = error.stack ?? String(error);
  }
  console.log(JSON.stringify(wrong));
}

// The assistant's own code. Every export is optional.

import { roll } from "./dice.js";

// Functions that the model may call; they run here, not in the client.
export const tools = [
  {
    name: "roll",
    description: "Roll dice, and return what each shows.",
    parameters: {
      type: "object",
      properties: { dice: { type: "string", description: "Such as 2d6: two dice of six sides." } },
      required: ["dice"],
    },
    execute: ({ dice }) => roll(dice),
  },
];

// Answers a question. What it yields streams to the client.
export async function* invoke(run) {
  const asked = run.lastMessage.text.match(/\b\d*d\d+\b/i);
  if (asked) {
    const { shown, sum } = roll(asked[0]);
    yield `${asked[0]}: ${shown.join(" + ")} = ${sum}`;
    return;
  }
  if (await run.model.available()) {
    yield* run.next(); // the default loop: the model, with the tools above
    return;
  }
  yield "Ask me to roll dice: 2d6, d20 … For anything else I need a model.";
}

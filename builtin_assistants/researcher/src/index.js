/**
 * The researcher: an agent of LangChain.js. Its model is the assistant's own, its one tool searches
 * the user's files; what it found for earlier questions, process.js remembers.
 */

import { ChatOpenAI } from "@langchain/openai";
import { createAgent } from "langchain";
import { conversation } from "./conversation.js";
import { searchTool } from "./search.js";

const NO_QUESTION = "What shall I look into?";

async function prompt(run) {
  const passages = await run.process.call("recall", run.thread.id);
  const earlier = passages.length > 0 ? ["Found for earlier questions:", ...passages] : [];
  return [run.assistant.instructions ?? "", ...earlier].join("\n\n") || undefined;
}

export async function* invoke(run) {
  if (!run.lastMessage?.text.trim()) return yield NO_QUESTION;
  const agent = createAgent({
    model: new ChatOpenAI({ streaming: true }),
    tools: [searchTool(run)],
    systemPrompt: await prompt(run),
  });
  const steps = await agent.stream({ messages: conversation(run) }, { streamMode: "messages" });
  for await (const [message] of steps) {
    if (message.getType() === "ai" && message.text) yield message.text;
  }
}

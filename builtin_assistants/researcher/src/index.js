/**
 * The researcher: an agent of LangChain.js. Its model is the assistant's own, its one tool searches
 * the user's files.
 */

import { ChatOpenAI } from "@langchain/openai";
import { createAgent } from "langchain";
import { conversation } from "./conversation.js";
import { searchTool } from "./search.js";

const NO_QUESTION = "What shall I look into?";

export async function* invoke(run) {
  if (!run.lastMessage?.text.trim()) return yield NO_QUESTION;
  const agent = createAgent({
    model: new ChatOpenAI({ streaming: true }),
    tools: [searchTool(run)],
    systemPrompt: run.assistant.instructions ?? undefined,
  });
  const steps = await agent.stream({ messages: conversation(run) }, { streamMode: "messages" });
  for await (const [message] of steps) {
    if (message.getType() === "ai" && message.text) yield message.text;
  }
}

import { ChatPromptTemplate } from "@langchain/core/prompts";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { RunnableLambda, RunnableParallel } from "@langchain/core/runnables";
import { tool } from "@langchain/core/tools";
import { FakeStreamingChatModel } from "@langchain/core/utils/testing";
import { AIMessageChunk } from "@langchain/core/messages";
import { z } from "zod";

const double = tool(({ n }) => n * 2, { name: "double", description: "", schema: z.object({ n: z.number() }) });

export async function show() {
  const model = new FakeStreamingChatModel({ chunks: ["Ci", "ao"].map((content) => new AIMessageChunk(content)) });
  const chain = ChatPromptTemplate.fromTemplate("Say hello to {name}").pipe(model).pipe(new StringOutputParser());
  const pieces = [];
  for await (const piece of await chain.stream({ name: "Ada" })) pieces.push(piece);
  const events = new Set();
  for await (const { event } of chain.streamEvents({ name: "Ada" }, { version: "v2" })) events.add(event);
  const both = RunnableParallel.from({ same: RunnableLambda.from((x) => x), more: RunnableLambda.from((x) => x + 1) });
  return {
    pieces,
    events: [...events].sort(),
    both: await both.invoke(1),
    batch: await both.batch([1, 2]),
    tool: await double.invoke({ n: 21 }),
    refused: await double.invoke({ n: "x" }).then(() => false, (error) => error.constructor.name),
  };
}

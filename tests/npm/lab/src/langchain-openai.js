import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { tool } from "@langchain/core/tools";
import { z } from "zod";

const weather = tool(() => "sunny", { name: "weather", description: "of a city", schema: z.object({ city: z.string() }) });

export async function show() {
  const model = new ChatOpenAI();
  const answer = await model.invoke("whole");
  const pieces = [];
  for await (const { content } of await model.stream("bit by bit")) if (content) pieces.push(content);
  const bound = await model.bindTools([weather]).invoke("weather in Rome");
  const embeddings = new OpenAIEmbeddings();
  const vectors = [await embeddings.embedQuery("a dog"), ...(await embeddings.embedDocuments(["a dog", "a ship"]))];
  return { whole: answer.content, streamed: pieces.join(""), many: pieces.length > 1, calls: bound.tool_calls, vectors };
}

import { createAgent, tool } from "langchain";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";

const cities = [];
const weather = tool(({ city }) => {
  cities.push(city);
  return `sunny in ${city}`;
}, { name: "weather", description: "of a city", schema: z.object({ city: z.string() }) });

export async function show() {
  const agent = createAgent({ model: new ChatOpenAI(), tools: [weather] });
  const { messages } = await agent.invoke({ messages: [{ role: "user", content: "weather in Rome" }] });
  return { cities, types: messages.map((message) => message.getType()), last: messages.at(-1).content };
}

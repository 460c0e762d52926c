import OpenAI, { APIError } from "openai";

const ask = (content) => ({ model: "m", messages: [{ role: "user", content }] });

export async function show(run, baseURL) {
  const client = new OpenAI(baseURL === undefined ? {} : { baseURL, apiKey: "k", maxRetries: 0 });
  const whole = await client.chat.completions.create(ask("whole"));
  let streamed = "";
  for await (const chunk of await client.chat.completions.create({ ...ask("bit by bit"), stream: true })) {
    streamed += chunk.choices[0]?.delta?.content ?? "";
  }
  const found = { whole: whole.choices[0].message.content, streamed };
  if (baseURL === undefined) return { ...found, usage: whole.usage };
  const { data } = await client.embeddings.create({ model: "e", input: ["a", "b"] });
  const response = await client.responses.create({ model: "m", input: "respond" });
  const refused = await client.chat.completions.create(ask("fail")).catch((error) => error);
  return {
    ...found,
    vectors: data.map((item) => item.embedding),
    response: response.output_text,
    refused: [refused instanceof APIError, refused.status, refused.constructor.name],
  };
}

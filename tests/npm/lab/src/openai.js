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
  if (baseURL === undefined) return { ...found, usage: whole.usage, ...(await respond(client)), ...(await embed(client)) };
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

// Asked for base64, which is the client's own choice, and for floats.
async function embed(client) {
  const ask = { model: "e", input: ["a dog", "a ship"] };
  const made = [await client.embeddings.create(ask), await client.embeddings.create({ ...ask, encoding_format: "float" })];
  return { vectors: made.map(({ data }) => data.map((item) => Array.from(item.embedding))) };
}

// The Responses API: whole, bit by bit, and with a tool that is called, answered and told of.
async function respond(client) {
  const response = await client.responses.create({ model: "m", input: "respond" });
  const stream = client.responses.stream({ model: "m", input: "bit by bit" });
  let said = "";
  stream.on("response.output_text.delta", ({ delta }) => (said += delta));
  const tools = [{ type: "function", name: "weather", parameters: { type: "object", properties: {} }, strict: false }];
  const input = [{ role: "user", content: [{ type: "input_text", text: "weather" }] }];
  const asked = await client.responses.stream({ model: "m", input, tools }).finalResponse();
  const [call] = asked.output;
  input.push(call, { type: "function_call_output", call_id: call.call_id, output: "sunny" });
  const told = await client.responses.create({ model: "m", input, tools });
  return {
    response: response.output_text,
    final: [(await stream.finalResponse()).output_text, said],
    call: [call.type, call.name, call.arguments],
    told: [told.status, told.output[0].type, told.usage.total_tokens > 0],
  };
}

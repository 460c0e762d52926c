import { BaseEmbedding, BaseLLM, Document, Settings, VectorStoreIndex } from "llamaindex";

// Counts letters: enough to tell two texts apart.
class Letters extends BaseEmbedding {
  async getTextEmbedding(text) {
    return [..."abcdefghijklmnopqrstuvwxyz"].map((letter) => text.toLowerCase().split(letter).length - 1);
  }
}

// Answers with the source that it was given.
class Quoting extends BaseLLM {
  metadata = { model: "m", temperature: 0, topP: 1, contextWindow: 4096, structuredOutput: false };

  async chat({ messages }) {
    const prompt = messages.map(({ content }) => JSON.stringify(content)).join(" ");
    return { message: { role: "assistant", content: /Zebras [a-z ]+/.exec(prompt)[0] }, raw: null };
  }
}

export async function show() {
  Settings.embedModel = new Letters();
  Settings.llm = new Quoting();
  const texts = ["Zebras zigzag lazily.", "Moon and noon."];
  const index = await VectorStoreIndex.fromDocuments(texts.map((text) => new Document({ text })));
  const [best] = await index.asRetriever({ similarityTopK: 1 }).retrieve("zzz zebra");
  const { message } = await index.asQueryEngine({ similarityTopK: 1 }).query({ query: "zebra?" });
  return { best: best.node.text, answer: message.content };
}

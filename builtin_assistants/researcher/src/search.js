/** The tool `search`: LangChain's wrapping around the assistant's tool `rag`. */

import { tool } from "langchain";
import { z } from "zod";

const description = "Search the user's files. Returns the passages that fit best, each with its file.";
const schema = z.object({ query: z.string().min(1).describe("a few words, or a question") });

export function searchTool(run) {
  return tool(({ query }) => search(run, query), { name: "search", description, schema });
}

async function search(run, query) {
  const { searched, chunks } = await run.tools.call("rag", { query });
  if (searched === 0) return "The user has given no files.";
  if (chunks.length === 0) return "Nothing was found. Try other words.";
  const passages = chunks.map(({ file, text }) => `${file}:\n${text}`);
  await run.process.call("remember", run.thread.id, passages);
  return passages.join("\n\n");
}

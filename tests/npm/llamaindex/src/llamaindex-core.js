import { SentenceSplitter } from "@llamaindex/core/node-parser";
import { PromptTemplate } from "@llamaindex/core/prompts";

export const show = () => ({
  parts: new SentenceSplitter({ chunkSize: 8, chunkOverlap: 0 }).splitText("One sentence is here. Another one follows it."),
  prompt: new PromptTemplate({ template: "Hello {name}", templateVars: ["name"] }).format({ name: "Ada" }),
});

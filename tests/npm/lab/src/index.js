// Each message names one of these; the answer is what it computed, as JSON.
const experiments = {
  zod: () => import("./zod.js"),
  lodash: () => import("./lodash.cjs"),
  "date-fns": () => import("./date-fns.js"),
  marked: () => import("./marked.js"),
  handlebars: () => import("./handlebars.js"),
  mathjs: () => import("./mathjs.js"),
  openai: () => import("./openai.js"),
  "@langchain/core": () => import("./langchain-core.js"),
  "@langchain/openai": () => import("./langchain-openai.js"),
  langchain: () => import("./langchain.js"),
  "@langchain/langgraph": () => import("./langgraph.js"),
  ai: () => import("./ai.js"),
};

export async function* invoke(run) {
  const [name, ...args] = run.lastMessage.text.split(" ");
  const { show } = await experiments[name]();
  yield JSON.stringify(await show(run, ...args));
}

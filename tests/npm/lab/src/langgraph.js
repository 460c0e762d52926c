import { Annotation, Command, END, MemorySaver, START, StateGraph, interrupt } from "@langchain/langgraph";

const State = Annotation.Root({ said: Annotation({ reducer: (a, b) => a.concat(b), default: () => [] }) });

async function ask() {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return { said: ["hi " + interrupt("name?")] };
}

export async function show() {
  const graph = new StateGraph(State)
    .addNode("ask", ask)
    .addNode("end", () => ({ said: ["bye"] }))
    .addEdge(START, "ask").addEdge("ask", "end").addEdge("end", END)
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: "1" } };
  const first = await graph.invoke({ said: [] }, config);
  const second = await graph.invoke(new Command({ resume: "Bob" }), config);
  return { asked: first.__interrupt__.map(({ value }) => value), said: second.said };
}

import * as z from "zod";

const Person = z.object({ name: z.string().min(1), born: z.coerce.date(), tags: z.array(z.enum(["a", "b"])).default([]) });

export function show() {
  const { success, error } = Person.safeParse({ name: "", born: "1815-12-10", tags: ["c"] });
  return {
    parsed: Person.parse({ name: "Ada", born: "1815-12-10" }),
    success,
    paths: error.issues.map((issue) => issue.path.join(".")),
    schema: z.toJSONSchema(z.object({ city: z.string().describe("where") })),
  };
}

/**
 * The tutor. What can be computed is computed here, exactly, and needs no model; everything else
 * goes to the model, which may call `calculate`.
 */

import { explain } from "./explain.js";
import { findTask } from "./english.js";
import { MathError } from "./errors.js";

const HELP = `I found nothing to compute in that. Without a language model I can work out, exactly:
- sums with whole numbers, fractions, decimals and percentages: 3/4 + 5/6, 12.5% of 480, 2^100
- roots, factorials, gcd and lcm: sqrt 48, 7!, gcd of 48 and 180
- equations of the first and second degree: solve 3x + 5 = 20
- primes: is 97 prime? factor 360
For questions in words, connect a language model: \`understudy doctor\` tells how.
`;

const PARTIAL = "Without a language model I cannot read all of that, but this I can compute:\n";

export const tools = [
  {
    name: "calculate",
    description:
      "Compute exactly: integers of any size, fractions, decimals, percentages, powers, sqrt, " +
      "7!, gcd(a, b), lcm(a, b); solve linear and quadratic equations; test and factor primes.",
    parameters: {
      type: "object",
      properties: {
        expression: {
          type: "string",
          description: 'For example "3/4 + 5/6", "15% of 80", "solve 2x - 3 = 11", "factor 360".',
        },
      },
      required: ["expression"],
      additionalProperties: false,
    },
    idempotent: true,
    execute: ({ expression }) => calculate(expression),
  },
];

/** Answers in lines, each as soon as its step is done. */
export async function* invoke(run) {
  const question = run.lastMessage?.text ?? "";
  try {
    const task = findTask(question);
    if (task?.isWhole) yield* solution(task);
    else if (await run.model.available()) yield* run.next();
    else if (task) yield* partialSolution(task);
    else yield HELP;
  } catch (error) {
    if (!(error instanceof MathError)) throw error;
    yield `${error.message}\n`;
  }
}

function* solution(task) {
  for (const line of explain(task)) yield `${line}\n`;
}

function* partialSolution(task) {
  yield PARTIAL;
  yield* solution(task);
}

function calculate(expression) {
  const task = findTask(String(expression));
  if (!task) throw new MathError(`There is nothing to compute in "${expression}".`);
  const lines = [...explain(task)];
  const isAnswer = (line) => line.startsWith("Answer: ");
  return {
    answer: lines
      .filter(isAnswer)
      .map((line) => line.slice("Answer: ".length))
      .join("; "),
    steps: lines.filter((line) => !isAnswer(line)),
  };
}

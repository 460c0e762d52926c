/** Something the question asks for that mathematics, or this tutor, cannot give. */
export class MathError extends Error {
  name = "MathError";
}

import { create, all, derivative, evaluate } from "mathjs";

const exact = create(all, { number: "BigNumber", precision: 30 });

export const show = () => [
  evaluate("12.7 cm to inch").toString(),
  evaluate("det([-1, 2; 3, 1])"),
  derivative("x^2 + x", "x").toString(),
  exact.evaluate("1/3").toString(),
];

/** Arithmetic on natural numbers and 0; knows no task. */

/** The result, or undefined where there is none: below zero, with a remainder, a division by zero, no such operator. */
export function applyOperator(left: number, operator: string, right: number): number | undefined {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left >= right ? left - right : undefined;
    case "*":
      return left * right;
    case "/":
      return right !== 0 && left % right === 0 ? left / right : undefined;
    default:
      return undefined;
  }
}

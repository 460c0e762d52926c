// What is left of the global scope.
class Navigator {
  get userAgent() { return "Understudy"; }
  get hardwareConcurrency() { return 1; }
  get language() { return "en"; }
  get languages() { return ["en"]; }
  get onLine() { return true; }
}

export const navigator = new Navigator();
export const self = globalThis;

export function reportError(error) {
  if (arguments.length === 0) throw new TypeError("reportError takes an error");
  host.report(error);
}

// The little of Node's `process` that packages for browsers look at. It holds no more of the
// machine than `env`, which has the variables that the assistant was granted.
import "part:performance";

export const process = {
  title: "understudy",
  browser: true,
  platform: "browser",
  arch: "",
  argv: [],
  execArgv: [],
  pid: 1,
  exitCode: undefined,
  version: "",
  versions: { understudy: "1" },
  env: host.environment(),
  cwd: () => "/",
  nextTick: (callback, ...given) => queueMicrotask(() => callback(...given)),
  uptime: () => web.performance.performance.now() / 1000,
  hrtime: Object.assign(readTime, { bigint: () => BigInt(Math.round(web.performance.performance.now() * 1e6)) }),
  memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
  emitWarning: (warning) => console.warn(String(warning)),
  on: () => process,
  once: () => process,
  off: () => process,
  emit: () => false,
  listenerCount: () => 0,
};

function readTime(since) {
  const now = web.performance.performance.now();
  const time = [Math.floor(now / 1000), Math.round((now % 1000) * 1e6)];
  if (since === undefined) return time;
  const nanoseconds = time[1] - since[1];
  const borrow = nanoseconds < 0 ? 1 : 0;
  return [time[0] - since[0] - borrow, nanoseconds + borrow * 1e9];
}

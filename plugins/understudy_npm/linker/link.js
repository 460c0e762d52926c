// Links the packages that an assistant's code imports into one file. Reads what to do as JSON from
// stdin: `code` (where the author's code starts) in `home`, `packages` (the folder with
// node_modules), `wanted` (what to link besides), `out`. Writes what it did as JSON to stdout.
import { build } from "esbuild";
import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { builtinName, realBuiltin } from "./builtins.js";

const here = dirname(fileURLToPath(import.meta.url));
const LOCAL = /^(\.{0,2}\/|\.{1,2}$|[a-z]+:\/\/|data:|file:)/;

// Where the build for browsers does without something that we have, and which build has it.
const FULLER = [
  { package: "@langchain/langgraph", lean: "dist/web.js", full: "dist/index.js" }, // AsyncLocalStorage
];

function fuller(file, importer) {
  for (const { package: name, lean, full } of FULLER) {
    const home = join("node_modules", name) + sep;
    if (file.endsWith(home + lean) && !importer.includes(home)) return file.slice(0, -lean.length) + full;
  }
  return undefined;
}

// The names of packages in the author's own code, each with how it is asked for.
async function scan(code, home) {
  const found = new Map();
  const collect = {
    name: "collect",
    setup({ onResolve, resolve: ask }) {
      onResolve({ filter: /.*/ }, async ({ path, importer, kind, pluginData, resolveDir }) => {
        if (pluginData === "asked" || kind === "entry-point") return undefined;
        if (LOCAL.test(path)) {
          const target = await ask(path, { importer, kind, resolveDir, pluginData: "asked" });
          return target.errors.length === 0 ? target : { external: true };
        }
        const how = kind === "require-call" || kind === "require-resolve" ? "require" : "import";
        if (!found.has(`${how} ${path}`)) found.set(`${how} ${path}`, relative(home, importer));
        return { external: true };
      });
    },
  };
  await build({
    entryPoints: [code], bundle: true, write: false, format: "esm", platform: "neutral",
    logLevel: "silent", plugins: [collect], outdir: here, loader: { ".node": "empty" },
  });
  return found;
}

function entryText(wanted) {
  const lines = wanted.map((name) => {
    const [how, path] = name.split(" ");
    const text = JSON.stringify(path);
    const target = how === "require" ? `require(${text})` : `require(${JSON.stringify("import " + path)}).space`;
    return `  [${JSON.stringify(name)}]: () => ${target},`;
  });
  return `module.exports = {\n${lines.join("\n")}\n};\n`;
}

function missingText(name) {
  const shim = JSON.stringify(join(here, "shims", "missing.cjs"));
  return `module.exports = require(${shim}).missing(${JSON.stringify(name)});`;
}

function throwingText(message) {
  return `throw Object.assign(new Error(${JSON.stringify(message)}), { code: "MODULE_NOT_FOUND" });`;
}

function packages(root, notes) {
  const real = realpathSync(root);
  const shown = (file) => (file.startsWith(real + sep) ? relative(real, file) : "your code");
  const note = (problem, path, importer) => {
    notes.push({ problem, path, importer: importer === "" ? "" : shown(importer) });
  };
  return {
    name: "packages",
    setup({ onResolve, onLoad, resolve: ask }) {
      onResolve({ filter: /^import / }, ({ path }) => ({ path: path.slice(7), namespace: "import" }));
      onLoad({ filter: /.*/, namespace: "import" }, ({ path }) => ({
        contents: `import * as space from ${JSON.stringify(path)}; export { space };`,
        resolveDir: root,
      }));
      onLoad({ filter: /.*/, namespace: "missing" }, ({ path }) => ({ contents: missingText(path), resolveDir: here }));
      onLoad({ filter: /.*/, namespace: "throwing" }, ({ path }) => ({ contents: throwingText(path) }));
      onResolve({ filter: /\.node$/ }, ({ path, importer }) => {
        note("native", path, importer);
        const message = `\`${path}\` is a native add-on (needed by ${shown(importer)}), which cannot run in assistants' code`;
        return { path: message, namespace: "throwing" };
      });
      onResolve({ filter: /.*/ }, async (asked) => {
        const { path, importer, kind, pluginData, resolveDir, namespace } = asked;
        if (pluginData === "asked" || kind === "entry-point" || /^(import|missing|throwing)$/.test(path)) return undefined;
        const builtin = builtinName(path);
        const target = path.startsWith("node:")
          ? undefined
          : await ask(path, { importer, kind, resolveDir, namespace, pluginData: "asked" });
        if (target !== undefined && target.errors.length === 0) return inside(target, path, importer);
        if (builtin !== undefined) return findBuiltin(builtin, kind, importer);
        note("unresolved", path, importer);
        const message = `\`${path}\` is not installed (needed by ${shown(importer)})`;
        return { path: message, namespace: "throwing" };
      });
      function inside(target, path, importer) {
        if (target.namespace !== "file" || !isAbsolute(target.path)) return undefined; // turned off
        const file = realpathSync(target.path);
        if (file.startsWith(real + sep) || file.startsWith(realpathSync(here) + sep)) {
          const better = fuller(target.path, importer);
          return better === undefined ? undefined : { path: better };
        }
        return { errors: [{ text: `\`${path}\` (in ${shown(importer)}) leads out of the installed packages` }] };
      }
      async function findBuiltin(name, kind, importer) {
        const source = realBuiltin(name);
        if (source === undefined) {
          note("builtin", name, importer);
          return { path: name, namespace: "missing" };
        }
        const target = await ask(source, { kind: "import-statement", resolveDir: here, pluginData: "asked" });
        return { path: target.path, errors: target.errors };
      }
    },
  };
}

async function link(root, wanted, out) {
  const notes = [];
  const { metafile } = await build({
    stdin: { contents: entryText(wanted), resolveDir: root, sourcefile: "packages.js", loader: "js" },
    absWorkingDir: root,
    bundle: true,
    outfile: out,
    metafile: true,
    format: "cjs",
    platform: "browser",
    target: "esnext",
    charset: "ascii",
    legalComments: "inline",
    logLevel: "silent",
    keepNames: true, // of classes: errors are told apart by them
    define: {
      "process.env.NODE_ENV": '"production"',
      global: "globalThis",
      "import.meta.url": '"file:///node_modules/packages.js"',
    },
    loader: { ".node": "empty", ".wasm": "binary", ".css": "empty" },
    plugins: [packages(root, notes)],
  });
  return { wanted, notes, modules: Object.keys(metafile.inputs).length };
}

function failure(error) {
  const errors = error.errors ?? [{ text: String(error.message ?? error), location: null }];
  return errors.map(({ text, location }) => (
    location ? { text, file: location.file, line: location.line, column: location.column + 1 } : { text, file: null }
  ));
}

async function main() {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  const order = JSON.parse(text);
  const found = order.code === null ? new Map() : await scan(order.code, order.home);
  const wanted = [...new Set([...found.keys(), ...order.wanted])].sort();
  const done = await link(resolve(order.packages), wanted, resolve(order.out));
  return { ...done, importers: Object.fromEntries(found) };
}

let answer;
try {
  answer = await main();
} catch (error) {
  answer = { errors: failure(error) };
}
process.stdout.write(JSON.stringify(answer) + "\n");

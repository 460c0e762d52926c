// Links the Web APIs: one file per part, from the packages in package.json. Run by Deno when the
// wheel is built: build.js OUT. A part is the body of a function `(web, host) => exports`; `web`
// has the other parts.
import { build } from "esbuild";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const shim = (name) => join(here, "shims", name + ".js");
const [out] = process.argv.slice(2);
const parts = JSON.parse(await readFile(join(here, "parts.json"), "utf8"));
const packages = new Map();

// Where a package expects a browser, Node or a document, it gets the little that it uses of them.
const REPLACED = [
  [/^node:/, "node"],
  [/runtime-script-errors$/, "report"],
  [/helpers\/shadow-dom$/, "no-shadow-dom"],
  [/idl\/(MouseEvent|BeforeUnloadEvent)$/, "no-interface"],
  [/^tr46$/, "tr46"],
];
const REPLACED_FOR = {
  jsdom: [[/^\.\.\/helpers\/encoding$/, "utf8"], [/^@exodus\/bytes\/encoding\.js$/, "lazy-encoding"]],
  "whatwg-url": [[/^\.\/encoding$/, "utf8"], [/^@exodus\/bytes\/(encoding|whatwg)\.js$/, "percent"]],
};

function replaced(path, importer) {
  // Its variant for engines without a native TextDecoder goes by a field that only React Native reads.
  const bare = /^(.*\/(?:platform|utf8\.auto))\.js$/.exec(path);
  if (bare !== null && importer.includes("@exodus/bytes")) return join(dirname(importer), bare[1] + ".native.js");
  const owner = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(importer)?.[1];
  if (owner === undefined) return undefined;
  const rules = [...(REPLACED_FOR[owner] ?? []), ...REPLACED];
  const rule = rules.find(([pattern]) => pattern.test(path));
  return rule === undefined ? undefined : shim(rule[1]);
}

const links = (needs) => ({
  name: "links",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^part:/ }, ({ path }) => ({ path: path.slice(5), namespace: "part" }));
    onLoad({ filter: /.*/, namespace: "part" }, ({ path }) => {
      needs.add(path);
      return { contents: `module.exports = web[${JSON.stringify(path)}]`, loader: "js" };
    });
    onLoad({ filter: /@exodus\/bytes\/.*\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, "utf8");
      return { contents: contents.replace(/\bglobalThis\b/g, "bareGlobal"), loader: "js" };
    });
    // V8 reads a large table faster as JSON than as code, and only if it is used.
    onLoad({ filter: /\.json$/ }, async ({ path }) => {
      const text = JSON.stringify(JSON.parse(await readFile(path, "utf8")));
      return { contents: `module.exports = JSON.parse(${JSON.stringify(text)})`, loader: "js" };
    });
    onResolve({ filter: /.*/ }, ({ path, importer }) => {
      const target = replaced(path, importer);
      return target === undefined ? undefined : { path: target };
    });
  },
});

async function link(name) {
  const needs = new Set();
  const { outputFiles, metafile } = await build({
    entryPoints: [join(here, "parts", name + ".js")],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "iife",
    globalName: "part",
    target: "esnext",
    platform: "browser",
    conditions: ["react-native"],
    legalComments: "none",
    charset: "ascii",
    logLevel: "error",
    inject: [shim("shared"), shim("bare"), ...(name === "fetch" ? [shim("globals")] : [])],
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [links(needs)],
  });
  for (const path of Object.keys(metafile.inputs)) await notePackage(path);
  await writeFile(join(out, name + ".js"), outputFiles[0].text);
  return { names: parts[name], needs: [...needs].sort() };
}

async function notePackage(path) {
  const found = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path);
  if (found === null || packages.has(found[2])) return;
  const { version, license } = JSON.parse(await readFile(join(found[1], "package.json"), "utf8"));
  packages.set(found[2], { version, license, text: await readLicence(found[1]) });
}

async function readLicence(folder) {
  const name = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  if (name === undefined) throw new Error(`${folder} has no licence file`);
  return (await readFile(join(folder, name), "utf8")).trim();
}

await mkdir(out, { recursive: true });
const manifest = {};
for (const name of Object.keys(parts)) manifest[name] = await link(name);
const notices = [...packages].sort().map(
  ([name, { version, license, text }]) => `${name} ${version} (${license})\n\n${text}\n`,
);
await writeFile(join(out, "THIRD-PARTY.txt"), notices.join("\n" + "-".repeat(72) + "\n\n"));
await writeFile(join(out, "parts.json"), JSON.stringify(manifest, null, 1) + "\n");

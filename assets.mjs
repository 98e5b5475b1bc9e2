// Copies what the pages need from the packages that `npm ci` fetched to src/xtalflow/web/static/vendor.
//
// Beside each package's files is the licence of all that is in them; versions.json tells which versions they are. The
// folder is made anew each time, and is complete when it appears under its name.

import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const packages = join(root, "node_modules");
const vendor = join(root, "src", "xtalflow", "web", "static", "vendor");

// Package, its files by their names there, modules to be made of it, and packages whose code is in these files.
const WANTED = [
  { name: "@picocss/pico", files: { "pico.css": "css/pico.min.css" } },
  { name: "uplot", files: { "uplot.js": "dist/uPlot.esm.js", "uplot.css": "dist/uPlot.min.css" } },
  { name: "cytoscape", files: { "cytoscape.js": "dist/cytoscape.esm.min.mjs" } },
  {
    name: "cytoscape-dagre",
    files: { "cytoscape-dagre.js": "dist/cytoscape-dagre.min.mjs" },
    within: ["@dagrejs/dagre", "@dagrejs/graphlib"],
  },
  { name: "uglymol", files: { "uglymol.js": "uglymol.js" } },
  {
    name: "molstar",
    files: {
      "molstar-light.css": "build/viewer/theme/light.css",
      "molstar-dark.css": "build/viewer/theme/dark.css",
    },
    bundle: { "molstar.js": "molstar_entry.mjs" },
    within: ["react", "react-dom", "scheduler", ...(await dependenciesOf("molstar"))],
  },
];

const fresh = `${vendor}.new`;
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const versions = {};
for (const { name, files, bundle = {}, within = [] } of WANTED) {
  const targets = Object.keys(files);
  for (const target of targets) await copyWithoutMap(join(packages, name, files[target]), join(fresh, target));
  for (const [target, entry] of Object.entries(bundle)) await makeBundle(join(root, entry), join(fresh, target));
  await writeFile(join(fresh, `${name.split("/").at(-1).replace(/\.org$/, "")}.licence.txt`), await licences([name, ...within]));
  versions[name] = (await descriptionOf(name)).version;
}
await writeFile(join(fresh, "versions.json"), `${JSON.stringify(versions, null, 2)}\n`);
await rm(vendor, { recursive: true, force: true });
await rename(fresh, vendor);
console.log(`${Object.keys(versions).length} packages are in ${vendor}`);

async function descriptionOf(name) {
  return JSON.parse(await readFile(join(packages, name, "package.json"), "utf8"));
}

// One module of all that an entry of ours imports, as a browser takes it.
async function makeBundle(entry, target) {
  await build({
    entryPoints: [entry],
    outfile: target,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none", // the licences are beside it
    define: { "process.env.NODE_ENV": '"production"', "process.env.DEBUG": '""' },
    logLevel: "error",
  });
}

// A file without the mark of its source map, which is not copied: browsers and collectors of files would ask for it.
async function copyWithoutMap(source, target) {
  const text = await readFile(source, "utf8");
  const marked = /\n?(\/\/[#@] sourceMappingURL=[^\n]*|\/\*# sourceMappingURL=[^*]*\*\/)\s*$/;
  if (marked.test(text)) await writeFile(target, text.replace(marked, "\n"));
  else await cp(source, target);
}

// All packages that one needs to run, with what those need; those that only other systems need may be absent.
async function dependenciesOf(name, seen = new Set()) {
  const { dependencies = {} } = await descriptionOf(name);
  for (const each of Object.keys(dependencies)) {
    if (seen.has(each) || each.startsWith("@types/")) continue;
    seen.add(each);
    await dependenciesOf(each, seen).catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
  return [...seen].sort();
}

// The licence texts of some packages, one after the other.
async function licences(names) {
  const parts = [];
  for (const name of names) {
    const description = await descriptionOf(name).catch(() => null);
    if (description === null) continue;
    const files = await readdir(join(packages, name));
    const texts = files.filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
    const text = await Promise.all(texts.map((file) => readFile(join(packages, name, file), "utf8")));
    const body = text.length ? text.join("\n") : `Licence: ${description.license ?? "see its page"}\n`;
    parts.push(`${name} ${description.version}\n${"-".repeat(60)}\n${body.trim()}\n`);
  }
  return parts.join("\n\n");
}

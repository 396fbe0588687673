// A native-looking `solc` in front of the npm package's WebAssembly build: no package ships a native compiler.
// Forge, py-solc-x and ape-solidity need three things of it: `--version`, `--standard-json` on stdin and imports
// that are resolved like the real binary does, under --base-path, --include-path and the working directory.
//
// usage: node --stack-size=8000 solc-wrapper.js SOLC_PACKAGE_FOLDER [solc arguments]
'use strict';

const fs = require('fs');
const path = require('path');

const [packageFolder, ...args] = process.argv.slice(2);

function fail(message) {
  process.stderr.write(`solc-wrapper: ${message}\n`);
  process.exit(1);
}

function loadCompiler() {
  const wrap = require(path.join(packageFolder, 'wrapper.js'));
  return (wrap.default || wrap)(require(path.join(packageFolder, 'soljson.js')));
}

function optionValues(name) {
  const values = [];
  args.forEach((arg, at) => {
    if (arg === name && at + 1 < args.length) values.push(args[at + 1]);
    if (arg.startsWith(`${name}=`)) values.push(arg.slice(name.length + 1));
  });
  return values;
}

function isFile(candidate) {
  return fs.statSync(candidate, { throwIfNoEntry: false })?.isFile() === true;
}

// Every inlined source moves out of the JSON and comes back through the import callback: one JSON string of more
// than about 1.3 MB makes solc 0.8.27 and 0.8.28 fail with "memory access out of bounds".
function detachSources(input) {
  const detached = new Map();
  for (const [name, source] of Object.entries(input.sources || {})) {
    if (typeof source.content !== 'string') continue;
    detached.set(name, source.content);
    delete source.content;
    source.urls = [name];
  }
  return detached;
}

function importer(detached) {
  const roots = [...optionValues('--base-path'), ...optionValues('--include-path'), process.cwd()];
  return (name) => {
    if (detached.has(name)) return { contents: detached.get(name) };
    const plain = name.startsWith('file://') ? name.slice('file://'.length) : name;
    const found = roots.map((root) => path.resolve(root, plain)).find(isFile);
    return found ? { contents: fs.readFileSync(found, 'utf8') } : { error: `File not found: ${name}` };
  };
}

// A pipe takes the output in pieces and refuses with EAGAIN while its reader is busy.
function writeAll(text) {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += fs.writeSync(1, bytes, written);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

function printVersion() {
  const version = loadCompiler().version().replace('.Emscripten.clang', '.Linux.g++');
  writeAll(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
}

function compileStandardJson() {
  let input;
  try {
    input = JSON.parse(fs.readFileSync(0, 'utf8'));
  } catch (error) {
    fail(`standard input is no JSON: ${error.message}`);
  }
  const detached = detachSources(input);
  writeAll(loadCompiler().compile(JSON.stringify(input), { import: importer(detached) }));
}

if (!packageFolder || !isFile(path.join(packageFolder, 'soljson.js'))) {
  fail(`no compiler in ${packageFolder || '(nothing)'}: run "npm ci" first`);
} else if (args.includes('--version')) {
  printVersion();
} else if (args.includes('--standard-json')) {
  compileStandardJson();
} else {
  fail(`only --version and --standard-json are supported, got: ${args.join(' ') || '(nothing)'}`);
}

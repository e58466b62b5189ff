// Run live cells in Pyodide under node: cells as JSON on standard input,
// answers as JSON on standard output.
// node live_cells.cjs PYODIDE_FOLDER COMPANION_ZIP

const fs = require("fs");
const { json } = require("stream/consumers");
const [folder, archive] = process.argv.slice(2);
const { loadPyodide } = require(`${folder}/pyodide.js`);

async function main() {
  const pages = await json(process.stdin); // all of it: a pipe may make us wait
  const python = await loadPyodide({ indexURL: folder });
  await python.loadPackage("numpy", { messageCallback: () => {} });
  python.unpackArchive(new Uint8Array(fs.readFileSync(archive)), "zip");
  // What is imported once counts as loading, not as a cell's own time.
  python.runPython("import companion.nn, companion.optim, companion.check");
  const kernel = python.pyimport("live_kernel");
  const answers = pages.map((page) => {
    kernel.forget();
    return page.map((source, index) => {
      const parts = [];
      const start = process.cpuUsage().user;
      const answer = kernel
        .run(source, `cell ${index + 1}`, (text) => parts.push(text))
        .toJs({ dict_converter: Object.fromEntries });
      const seconds = (process.cpuUsage().user - start) / 1e6;
      return { ...answer, printed: parts.join(""), seconds };
    });
  });
  process.stdout.write(JSON.stringify(answers));
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`); // node would show a megabyte
  process.exit(1);
});

// Python for a page's live cells, in a thread of its own: a loop without end
// does not freeze the page, and can be stopped by ending the thread.

"use strict";

importScripts("pyodide-0.27.7/pyodide.js");

async function start() {
  const python = await loadPyodide({
    indexURL: new URL("pyodide-0.27.7/", location.href).href,
  });
  // Asked for together with the core, a missing wheel would never be told.
  await python.loadPackage("numpy", { messageCallback: () => {} });
  if (!python.loadedPackages.numpy) throw new Error("NumPy is missing");
  const companion = await fetch("companion.zip", { cache: "no-cache" });
  if (!companion.ok) throw new Error("the package companion is missing");
  python.unpackArchive(await companion.arrayBuffer(), "zip");
  return python.pyimport("live_kernel");
}

const kernel = start();

function run(kernel, { source, name }) {
  const print = (printed) => postMessage({ printed });
  const answer = kernel.run(source, name, print);
  const plain = answer.toJs({ dict_converter: Object.fromEntries });
  answer.destroy();
  return plain;
}

onmessage = async ({ data }) => {
  try {
    const ready = await kernel;
    postMessage({ started: true });
    if (data.forget) ready.forget();
    postMessage({ answer: run(ready, data) });
  } catch (error) {
    postMessage({ failed: error.message });
  }
};

// Live cells: code that the reader can run and change, without a server.
//
// Each cell tagged "runnable" gets its buttons here. Cells share the memory
// of one Python for the page, in a worker that starts with the first run.
// Running a cell first runs those above it that have not been run as they
// stand. What the book printed stays until there is something new to show.

"use strict";

(() => {
  const HOME = document.currentScript.src;
  const FROM_DISK =
    "Code runs where this book is served over http, as it is on the web. " +
    "These pages were opened from a folder, and a browser does not let such " +
    "pages start Python. In the unpacked folder, type: python -m http.server";
  const HELP = "Ctrl+Enter runs the cell. Escape leaves the editor.";

  // ------------------------------------------------------------- Python

  const python = {
    worker: null,
    receive: null, // takes the worker's messages, while a cell runs
    stale: false, // are there names to be forgotten?

    start() {
      this.worker = new Worker(new URL("live-worker.js", HOME));
      this.worker.onmessage = ({ data }) => this.receive?.(data);
      this.worker.onerror = (event) =>
        this.receive?.({ failed: event.message ?? "it did not start" });
    },

    // Run a cell; `show` gets each message; the last one is returned.
    run(source, name, show) {
      if (!this.worker) this.start();
      this.worker.postMessage({ source, name, forget: this.stale });
      this.stale = false;
      return new Promise((resolve) => {
        this.receive = (message) => {
          show(message);
          if (message.started || message.printed) return;
          this.receive = null;
          resolve(message);
        };
      });
    },

    stop() {
      this.worker?.terminate();
      this.worker = null;
      this.receive?.({ stopped: true });
    },
  };

  // --------------------------------------------------------------- Page

  let queue = Promise.resolve();
  let round = 0; // counts up when what waits is no longer wanted

  // Run a cell, after those above it that it may need.
  function runUpTo(last) {
    const mine = round;
    queue = queue.then(async () => {
      for (const cell of cells.slice(0, last.index + 1)) {
        if (mine !== round) break;
        if (cell !== last && cell.ranAs === cell.source) continue;
        const fine = await cell.run();
        if (cell !== last && !fine) {
          last.say(`Not run, since cell ${cell.index + 1} above it failed.`);
          break;
        }
      }
      last.busy(false);
    });
    last.busy(true);
  }

  function stop() {
    round += 1;
    for (const cell of cells) cell.ranAs = null;
    python.stop();
  }

  // --------------------------------------------------------------- Cell

  class Cell {
    constructor(box, index) {
      this.box = box;
      this.index = index;
      this.name = `cell ${index + 1}`;
      this.ranAs = null; // the source that Python has run, as it stood
      this.mayFail = box.classList.contains("tag_raises-exception");
      this.input = box.querySelector(".cell_input");
      this.code = this.input.querySelector("pre");
      this.output = box.querySelector(".cell_output") ?? this.newOutput();
      this.published = {
        source: this.source,
        code: this.code.innerHTML,
      };
      this.addButtons();
      this.code.addEventListener("click", (event) => this.clicked(event));
    }

    newOutput() {
      const output = element("div", "cell_output docutils container");
      this.input.after(output);
      return output;
    }

    addButtons() {
      this.bar = element("div", "live-bar");
      this.runButton = this.button("Run", () => runUpTo(this));
      this.stopButton = this.button("Stop", stop);
      this.editButton = this.button("Edit", () => this.edit());
      this.resetButton = this.button("Reset", () => this.reset());
      this.stopButton.hidden = this.resetButton.hidden = true;
      this.status = element("span", "live-status");
      this.status.setAttribute("role", "status");
      this.bar.append(this.status);
      this.input.append(this.bar);
    }

    button(label, action) {
      const button = element("button", "live-button", label);
      button.type = "button";
      button.setAttribute("aria-label", `${label} ${this.name}`);
      button.addEventListener("click", action);
      this.bar.append(button);
      return button;
    }

    get source() {
      return this.editor?.value ?? this.code.textContent.trimEnd();
    }

    // ---------------------------------------------------------- Running

    async run() {
      const source = this.source;
      this.fresh = false;
      this.resetButton.hidden = false;
      this.output.classList.add("live-stale");
      this.say(python.worker ? "Running" : "Loading Python (9 MB, once)");
      const result = await python.run(source, this.name, (m) => this.show(m));
      this.output.classList.remove("live-stale");
      if (result.failed) stop();
      const fine = result.answer && (this.mayFail || !result.answer.error);
      this.ranAs = fine ? source : null;
      return fine;
    }

    show({ started, printed, answer, stopped, failed }) {
      if (started) this.say("Running");
      if (printed) this.print(printed);
      if (answer) this.finish(answer);
      if (stopped) this.say("Stopped. The next run begins with the first cell.");
      if (failed) this.say(`Python failed: ${failed}`);
    }

    print(text) {
      this.clear();
      this.stream ??= this.addText("stream", "");
      this.stream.append(text);
    }

    finish({ text, html, error }) {
      this.clear();
      if (text !== undefined) this.addText("text_plain", text);
      if (html !== undefined) this.addHtml(html);
      if (error !== undefined) this.addText("traceback", error);
      this.say(error === undefined ? "Done" : "An error");
      this.output.dispatchEvent(new Event("live-output", { bubbles: true }));
    }

    // What the book or the last run printed goes when something new comes.
    clear() {
      if (this.fresh) return;
      this.fresh = true;
      this.stream = null;
      this.published.output ??= [...this.output.childNodes];
      this.output.replaceChildren();
    }

    addText(kind, text) {
      const outer = element("div", `output ${kind} notranslate`);
      const inner = element("div", "highlight");
      const pre = element("pre", "", text);
      inner.append(pre);
      outer.append(inner);
      this.output.append(outer);
      return pre;
    }

    addHtml(html) {
      const outer = element("div", "output text_html");
      outer.innerHTML = html;
      this.output.append(outer);
    }

    busy(running) {
      this.stopButton.hidden = !running;
    }

    say(words) {
      this.status.textContent = words;
    }

    // The cell as the book has it, and nothing in Python's memory.
    reset() {
      if (python.receive) stop();
      python.stale = true;
      for (const cell of cells) cell.ranAs = null;
      this.leave();
      this.code.innerHTML = this.published.code;
      if (this.published.output)
        this.output.replaceChildren(...this.published.output);
      this.say("As published");
      this.runButton.focus();
      this.resetButton.hidden = true;
    }

    // ---------------------------------------------------------- Editing

    // A click on code that selects nothing begins to edit there.
    clicked(event) {
      const chosen = getSelection();
      if (!chosen.isCollapsed || event.target.closest("a")) return;
      const before = document.createRange();
      before.setStart(this.code, 0);
      before.setEnd(chosen.anchorNode, chosen.anchorOffset);
      this.edit(before.toString().length);
    }

    // A text field over the code, which shows through it, in its colours.
    edit(place = 0) {
      if (this.editor) return this.editor.focus();
      const editor = element("textarea", "live-editor");
      editor.value = this.source;
      editor.spellcheck = false;
      editor.autocapitalize = editor.autocomplete = "off";
      editor.setAttribute("aria-label", `Code of ${this.name}. ${HELP}`);
      editor.addEventListener("input", () => this.edited());
      editor.addEventListener("keydown", (event) => this.key(event));
      editor.addEventListener("scroll", () => {
        this.code.scrollLeft = editor.scrollLeft;
      });
      this.code.after(editor);
      this.code.setAttribute("aria-hidden", "true");
      this.code.parentElement.classList.add("live-editing");
      this.editor = editor;
      this.editButton.hidden = true;
      this.edited();
      this.say(HELP);
      editor.focus();
      editor.setSelectionRange(place, place);
    }

    edited() {
      this.resetButton.hidden = this.source === this.published.source;
      this.code.innerHTML = highlighted(this.source) + "\n";
    }

    leave() {
      if (!this.editor) return;
      this.editor.remove();
      this.editor = null;
      this.editButton.hidden = false;
      this.code.removeAttribute("aria-hidden");
      this.code.parentElement.classList.remove("live-editing");
    }

    key(event) {
      event.stopPropagation(); // the site's own shortcuts
      const action = this.keys[event.key];
      if (action?.call(this, event)) event.preventDefault();
    }

    keys = {
      Enter(event) {
        if (event.ctrlKey || event.metaKey || event.shiftKey) runUpTo(this);
        else insert("\n" + indentation(this.editor));
        return true;
      },
      Tab(event) {
        if (!event.shiftKey) insert("    ");
        return !event.shiftKey;
      },
      Escape() {
        this.runButton.focus();
        return true;
      },
    };
  }

  // Typed, as it were: the browser's undo knows of it.
  function insert(text) {
    document.execCommand("insertText", false, text);
  }

  // That of the caret's line, and one step more after a colon.
  function indentation({ value, selectionStart }) {
    const line = value.slice(0, selectionStart).split("\n").pop();
    return line.match(/^ */)[0] + (/:\s*$/.test(line) ? "    " : "");
  }

  // Python in the theme's colours, by the classes of Pygments.
  const TOKENS = new RegExp(
    [
      "(?<c1>#.*)",
      "(?<s1>[rbfRBF]*(?:'''[^]*?'''|\"\"\"[^]*?\"\"\"|" +
        "'(?:\\\\.|[^'\\\\\\n])*'|\"(?:\\\\.|[^\"\\\\\\n])*\"))",
      "(?<k>\\b(?:and|as|assert|async|await|break|class|continue|def|del|" +
        "elif|else|except|finally|for|from|global|if|import|in|is|lambda|" +
        "nonlocal|not|or|pass|raise|return|try|while|with|yield)\\b)",
      "(?<kc>\\b(?:True|False|None)\\b)",
      "(?<mf>\\b\\d[\\d_]*\\.?\\d*(?:[eE][+-]?\\d+)?\\b)",
      "(?<n>\\w+)",
      "(?<o>[-+*/%@=<>!&|^~]+)",
    ].join("|"),
    "g",
  );

  function highlighted(source) {
    const escape = (text) =>
      text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
    let html = "";
    let end = 0;
    for (const match of source.matchAll(TOKENS)) {
      const [kind] = Object.entries(match.groups).find(([, text]) => text);
      html += escape(source.slice(end, match.index));
      html += `<span class="${kind}">${escape(match[0])}</span>`;
      end = match.index + match[0].length;
    }
    return html + escape(source.slice(end));
  }

  function element(tag, classes, text) {
    const made = document.createElement(tag);
    made.className = classes;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // A page from a folder cannot start a worker: it says so instead.
  function explainWhy(cell) {
    cell.run = async () => cell.say(FROM_DISK);
  }

  const cells = [...document.querySelectorAll(".cell.tag_runnable")]
    .filter((box) => box.querySelector(".cell_input pre"))
    .map((box, index) => new Cell(box, index));
  if (location.protocol === "file:") cells.forEach(explainWhy);
})();

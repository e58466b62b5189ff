// A graph that the reader steps through, forward and backward.
//
// The steps stand in the rows of a table, below the picture: in words for
// readers, as data for this script. Without the script both show everything.

"use strict";

(() => {
  const BUTTONS = { First: -Infinity, Back: -1, Next: 1, Last: Infinity };
  const KEYS = { Home: "First", ArrowLeft: "Back", ArrowRight: "Next", End: "Last" };

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  class Stepper {
    constructor(root) {
      this.rows = [...root.querySelectorAll("tbody tr")];
      this.steps = this.rows.map((row) => JSON.parse(row.dataset.step));
      this.boxes = [...root.querySelectorAll("svg .node")];
      this.arrows = [...root.querySelectorAll("svg .edge")];
      this.says = element("output");
      this.buttons = Object.entries(BUTTONS).map(([name, by]) =>
        element("button", {
          type: "button", textContent: name, onclick: () => this.go(by),
        }));
      const controls = root.querySelector(".stepper-controls");
      controls.setAttribute("role", "group");
      controls.setAttribute("aria-label", "Steps");
      controls.append(...this.buttons, this.says);
      controls.onkeydown = (event) => this.press(event);
      this.show(0);
      addEventListener("beforeprint", () => this.print());
    }

    // On paper there is one picture: the one with all numbers.
    print() {
      const now = this.now;
      this.show(this.steps.length - 1);
      addEventListener("afterprint", () => this.show(now), { once: true });
    }

    press(event) {
      const name = KEYS[event.key];
      if (!name || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.go(BUTTONS[name]);
    }

    go(by) {
      const last = this.steps.length - 1;
      this.show(Math.min(Math.max(this.now + by, 0), last));
    }

    show(now) {
      this.now = now;
      this.fill();
      this.mark();
      const text = this.rows[now].cells[1].textContent;
      this.says.textContent = `Step ${now + 1} of ${this.rows.length}. ${text}`;
      const ends = [now === 0, now === this.rows.length - 1];
      this.buttons.forEach((button, n) => // not disabled: it keeps the focus
        button.setAttribute("aria-disabled", ends[Math.floor(n / 2)]));
    }

    // What the steps up to now have put into the boxes.
    fill() {
      const past = this.steps.slice(0, this.now + 1);
      const values = Object.assign({}, ...past.map((step) => step.values));
      const gradients = Object.assign({}, ...past.map((step) => step.gradients));
      for (const box of this.boxes) {
        const [, , value, gradient] = box.querySelectorAll("text");
        value.textContent = values[box.dataset.node] ?? "";
        gradient.textContent = gradients[box.dataset.node] ?? "";
      }
    }

    // Where the step happens: a node, those it is connected with, the arrows.
    mark() {
      const nodes = this.steps[this.now].nodes.map(String);
      for (const box of this.boxes)
        box.classList.toggle("now", nodes.includes(box.dataset.node));
      for (const { classList, dataset } of this.arrows)
        classList.toggle(
          "now", nodes[0] === dataset.from && nodes.includes(dataset.to));
      this.rows.forEach((row, n) => row.classList.toggle("now", n === this.now));
    }
  }

  // Those of the page, and those that its live cells will show.
  function begin() {
    for (const root of document.querySelectorAll(".stepper:not(.begun)")) {
      root.classList.add("begun");
      new Stepper(root);
    }
  }

  begin();
  new MutationObserver(begin).observe(document.body, {
    childList: true, subtree: true,
  });
})();

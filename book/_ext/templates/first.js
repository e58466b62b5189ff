(() => {
  const root = document.documentElement;
  const mode = localStorage.getItem("mode") ?? "auto";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  root.dataset.mode = mode;
  root.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
})();

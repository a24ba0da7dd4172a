// Opens the search from every page: "/" where nothing is being written and no conversation is open, or Ctrl+K.
"use strict";
(() => {
  const writes = (element) => element?.closest?.("input, textarea, select, [contenteditable=true]");
  const open = () => {
    const dialog = document.getElementById("search-dialog");
    const box = document.getElementById("search-words") ?? document.getElementById("search-anywhere");
    if (dialog && box.id === "search-anywhere" && !dialog.open) dialog.showModal();
    box?.focus();
    box?.select();
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const anywhere = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey
      && !writes(event.target) && !document.querySelector(".desk.talking");
    if (!anywhere && !slash) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open();
  }, true);
  document.addEventListener("click", (event) => {
    const dialog = document.getElementById("search-dialog");
    if (event.target.closest?.("#search-open")) {
      event.preventDefault();
      open();
    } else if (dialog?.open && event.target === dialog) dialog.close();
  });
})();

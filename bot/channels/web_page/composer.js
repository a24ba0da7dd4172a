/** Where the customer writes: grows with the text, counts near the limit, takes one photo or file. */

import { element, icon } from "./elements.js";
import * as store from "./store.js";
import { say } from "./words.js";

const LIMIT = 4000; // characters, as the server counts them
const COUNT_FROM = 3800;
const FILE_LIMIT = 10 * 1024 * 1024;
const TYPES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"]);
const DRAFT = "carebot.draft";

/** @param {string} text @returns {number} characters: an emoji outside the basic plane is one, not two */
const length = (text) => [...text].length;

export class Composer {
  /** @type {File | null} */
  #file = null;

  /** @param {(message: {text: string, file?: File}) => void} onSend */
  constructor(onSend) {
    this.onSend = onSend;
    this.form = /** @type {HTMLFormElement} */ (document.getElementById("composer"));
    this.field = /** @type {HTMLTextAreaElement} */ (document.getElementById("text"));
    this.send = /** @type {HTMLButtonElement} */ (document.getElementById("send"));
    this.picker = /** @type {HTMLInputElement} */ (document.getElementById("picker"));
    this.preview = /** @type {HTMLElement} */ (document.getElementById("preview"));
    this.counter = /** @type {HTMLElement} */ (document.getElementById("counter"));
    this.trouble = /** @type {HTMLElement} */ (document.getElementById("trouble"));
    this.field.value = store.read(DRAFT) ?? "";
    this.#listen();
    this.#changed();
  }

  /** Ready to type, but no keyboard popping up on a phone. */
  focus() {
    if (matchMedia("(pointer: fine)").matches) this.field.focus({ preventScroll: true });
  }

  /** The language has changed. */
  refresh() {
    this.trouble.hidden = true;
    this.#count();
    if (this.#file) this.#showFile(this.#file);
  }

  #listen() {
    this.field.addEventListener("input", () => this.#changed());
    this.field.addEventListener("keydown", (event) => {
      // While an input method is composing, Enter chooses a word. Safari reports the end of composing before this
      // key, with the code 229 left as the only trace.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
      this.field.focus();
    });
    // The button must not take the focus from the field, or the phone's keyboard closes after each message.
    this.send.addEventListener("pointerdown", (event) => event.preventDefault());
    document.getElementById("attach")?.addEventListener("click", () => this.picker.click());
    this.picker.addEventListener("change", () => {
      this.take(this.picker.files?.[0]);
      this.picker.value = "";
    });
    this.field.addEventListener("paste", (event) => {
      const file = event.clipboardData?.files[0];
      if (!file) return;
      event.preventDefault();
      this.take(file);
    });
    addEventListener("resize", () => this.#grow());
    this.#acceptDrops();
  }

  #acceptDrops() {
    const carriesFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
    const mark = (/** @type {boolean} */ on) => document.body.classList.toggle("dropping", on);
    addEventListener("dragover", (event) => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      mark(true);
    });
    addEventListener("dragleave", (event) => event.relatedTarget === null && mark(false));
    addEventListener("drop", (event) => {
      mark(false);
      if (!carriesFile(event)) return;
      event.preventDefault();
      this.take(event.dataTransfer?.files[0]);
    });
  }

  /** A file to send, or a word about why not. @param {File | undefined} file */
  take(file) {
    if (!file) return;
    const wrong = !TYPES.has(file.type) ? "bad_type" : file.size > FILE_LIMIT ? "too_big" : file.size ? "" : "empty_file";
    this.#complain(wrong);
    if (wrong) return;
    this.#showFile(file);
    this.#changed();
    this.field.focus();
  }

  /** @param {string} word "" takes the complaint back */
  #complain(word) {
    this.trouble.hidden = !word;
    this.trouble.textContent = word && say(word);
  }

  /** @param {File | null} file */
  #showFile(file) {
    const old = this.preview.querySelector("img");
    if (old) URL.revokeObjectURL(old.src);
    this.#file = file;
    this.preview.hidden = !file;
    this.preview.replaceChildren();
    if (!file) return;
    const kilobytes = Math.max(1, Math.round(file.size / 1024));
    const size = kilobytes < 1024 ? `${kilobytes} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
    const about = element("p");
    about.append(element("b", "", file.name), element("span", "", size));
    const away = element("button", "plain");
    away.type = "button";
    away.append(icon("close"));
    away.setAttribute("aria-label", say("detach"));
    away.onclick = () => {
      this.#showFile(null);
      this.#changed();
      this.field.focus();
    };
    this.preview.append(this.#picture(file), about, away);
    this.preview.setAttribute("aria-label", say("attached", { name: file.name }));
  }

  /** @param {File} file */
  #picture(file) {
    if (!file.type.startsWith("image/")) return icon("file");
    const image = element("img");
    image.src = URL.createObjectURL(file);
    image.alt = "";
    return image;
  }

  #changed() {
    store.write(DRAFT, this.field.value);
    this.#count();
    this.#grow();
  }

  #count() {
    const text = this.field.value.trim();
    const count = length(text);
    const left = LIMIT - count;
    this.counter.hidden = count < COUNT_FROM;
    this.counter.classList.toggle("over", left < 0);
    this.counter.textContent = left < 0 ? say("over", { count: -left }) : say("left", { count: left });
    this.send.disabled = left < 0 || (!count && !this.#file);
  }

  #grow() {
    // Setting a style from a script is allowed where a style attribute in the page is not.
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  #submit() {
    if (this.send.disabled) return;
    const message = { text: this.field.value.trim(), file: this.#file ?? undefined };
    this.field.value = "";
    this.#complain("");
    this.#showFile(null);
    this.#changed();
    this.onSend(message);
  }
}

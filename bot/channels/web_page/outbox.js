/**
 * What goes out: every message waits in the browser's storage until the server has taken it, in order, under a
 * client_id of its own. So it survives a reload and may be sent again without being said twice.
 */

import { ApiError, SessionRenewed } from "./api.js";
import { pauseAfter } from "./connection.js";
import * as store from "./store.js";
import { refusal, say } from "./words.js";

const PREFIX = "carebot.unsent.";

/**
 * sending: on its way · slow: the server asked us to wait · waiting: no connection, goes out by itself or at a tap ·
 * refused: the server does not want it
 * @typedef {"sending" | "slow" | "waiting" | "refused"} State
 *
 * @typedef {object} Item
 * @property {string} client_id
 * @property {number} at milliseconds since 1970
 * @property {number} order messages go out in this order
 * @property {string} text what the bubble shows: the words, or the label of the button
 * @property {{id: string, under: number}} [button] `under` is the seq of the message the button belongs to
 * @property {{name: string, type: string, size: number}} [file]
 * @property {string} [preview] address of the picture, in this page only
 * @property {State} state
 * @property {string} [problem] what the server said, or ours
 *
 * @typedef {object} Listener
 * @property {(item: Item) => void} onChange
 * @property {(item: Item, seq: number | null) => void} onSent seq is null when the echo was faster than the answer
 * @property {(item: Item) => void} onRemoved
 */

/** @returns {string} randomUUID exists on https and localhost only; shops try things out over plain http */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export class Outbox {
  /** @type {Map<string, Item>} */
  #items = new Map();
  #busy = false;
  #failures = 0;
  #lastOrder = 0;
  /** The server asked us to wait until then. */
  #notBefore = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {import("./api.js").Api} api @param {Listener} listener */
  constructor(api, listener) {
    this.api = api;
    this.listener = listener;
  }

  /** Take up what an earlier visit could not send. @returns {Promise<number>} how many */
  async load() {
    const items = store.keys(PREFIX).map((key) => /** @type {Item} */ (JSON.parse(store.read(key) ?? "")));
    for (const item of items.sort((a, b) => a.order - b.order)) {
      if (item.state === "slow") item.state = "sending";
      this.#lastOrder = item.order;
      this.#items.set(item.client_id, item);
      const file = item.file && (await store.keptFile(item.client_id));
      if (file?.type.startsWith("image/")) item.preview = URL.createObjectURL(file);
      this.listener.onChange(item);
    }
    return items.length;
  }

  /**
   * @param {{text: string, button?: {id: string, under: number}, file?: File}} message
   * @returns {Promise<void>} when it is kept; sending goes on by itself
   */
  async add({ text, button, file }) {
    this.#lastOrder = Math.max(Date.now(), this.#lastOrder + 1);
    /** @type {Item} */
    const item = { client_id: uuid(), at: Date.now(), order: this.#lastOrder, text, button, state: "sending" };
    if (file) {
      item.file = { name: file.name, type: file.type, size: file.size };
      if (file.type.startsWith("image/")) item.preview = URL.createObjectURL(file);
    }
    this.#items.set(item.client_id, item);
    this.#change(item, "sending");
    // Kept before it is sent, and the order of two files is the order of the taps: the item is in the queue already.
    if (file) await store.keepFile(item.client_id, file);
    void this.flush();
  }

  /** @param {string} clientId */
  retry(clientId) {
    const item = this.#items.get(clientId);
    if (!item) return;
    for (const each of this.#items.values()) {
      if (each === item || each.state === "waiting") this.#change(each, "sending");
    }
    void this.flush();
  }

  /** @param {string} clientId */
  remove(clientId) {
    const item = this.#forget(clientId);
    if (item) this.listener.onRemoved(item);
  }

  /** The server has it: its answer or its echo says so. @param {string} clientId @param {number | null} [seq] */
  settle(clientId, seq = null) {
    const item = this.#forget(clientId);
    if (item) this.listener.onSent(item, seq);
  }

  /** Send what waits, in order, one after the other. */
  async flush() {
    if (this.#busy || Date.now() < this.#notBefore) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      for (let item = this.#next(); item; item = this.#next()) {
        if (!(await this.#attempt(item))) break;
      }
    } finally {
      this.#busy = false;
    }
  }

  #next() {
    return [...this.#items.values()].find((item) => item.state !== "refused");
  }

  /** @param {Item} item @returns {Promise<boolean>} whether to go on with the next */
  async #attempt(item) {
    try {
      const { seq } = await this.#send(item);
      this.#failures = 0;
      this.settle(item.client_id, seq);
      return true;
    } catch (error) {
      if (!this.#items.has(item.client_id) || error instanceof SessionRenewed) return true;
      if (!(error instanceof ApiError)) throw error;
      if (error.refused) this.#change(item, "refused", refusal(error.status, error.message));
      else this.#later(item, error);
      return error.refused;
    }
  }

  /** @param {Item} item @returns {Promise<{seq: number}>} */
  async #send(item) {
    const { client_id, text, button, file } = item;
    if (button) return this.api.post({ client_id, button: button.id });
    if (!file) return this.api.post({ client_id, text });
    const kept = await store.keptFile(client_id);
    if (!kept) throw new ApiError(410, say("file_gone"));
    return this.api.postFile(client_id, kept, file.name, text);
  }

  /** @param {Item} item @param {ApiError} error */
  #later(item, error) {
    const asked = (error.retryAfter ?? 0) * 1000;
    if (error.status === 429) {
      if (asked > 3_000) this.#change(item, "slow");
    } else {
      this.#failures += 1;
      // One hiccup is not worth a red mark; no network at all is.
      if (this.#failures > 1 || !navigator.onLine) this.stall();
    }
    this.#notBefore = Date.now() + asked;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), Math.max(asked, pauseAfter(this.#failures + 1)));
  }

  /** There is no connection: what is on its way waits, and says so. */
  stall() {
    for (const item of this.#items.values()) if (item.state === "sending") this.#change(item, "waiting");
  }

  /** @param {Item} item @param {State} state @param {string} [problem] */
  #change(item, state, problem) {
    item.state = state;
    item.problem = problem;
    store.write(PREFIX + item.client_id, JSON.stringify({ ...item, preview: undefined }));
    this.listener.onChange(item);
  }

  /** @param {string} clientId */
  #forget(clientId) {
    const item = this.#items.get(clientId);
    if (!item) return undefined;
    this.#items.delete(clientId);
    store.remove(PREFIX + clientId);
    if (item.file) void store.forgetFile(clientId);
    return item;
  }
}

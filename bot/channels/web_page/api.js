/** The chat's HTTP calls. Every failure is an ApiError, or SessionRenewed when the call has to be made again. */

import * as store from "./store.js";
import { language } from "./words.js";

const BASE = "/api/v1/chat";
const SESSION = "carebot.session";
/** Answers that will not change however often one asks. */
const FINAL = new Set([400, 403, 404, 409, 410, 413, 415, 422]);

/**
 * @typedef {{id: string, label: string, used?: boolean}} Button
 * @typedef {{kind: string, name: string, url: string}} Attachment
 * @typedef {object} ServerMessage
 * @property {number} seq
 * @property {"customer" | "bot" | "staff"} author
 * @property {string} [name]
 * @property {string} text
 * @property {Button[]} [buttons]
 * @property {Attachment[]} [attachments]
 * @property {string} at ISO 8601, UTC
 * @property {string} [client_id] our own id, on the customer's messages
 */

export class ApiError extends Error {
  /**
   * @param {number} status 0: no answer came
   * @param {string} [message] what the server says about it, in words for the customer
   * @param {number} [retryAfter] seconds the server asks us to wait
   */
  constructor(status, message = "", retryAfter = undefined) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** The server has read it and does not want it: sending it again changes nothing. */
  get refused() {
    return FINAL.has(this.status);
  }
}

/** The session had ended and there is a new one: make the call again. */
export class SessionRenewed extends Error {}

/** @param {Response} response */
async function problem(response) {
  const body = await response.json().catch(() => null);
  const wait = Number(response.headers.get("Retry-After"));
  return new ApiError(response.status, body?.error?.message ?? "", wait > 0 ? wait : undefined);
}

/**
 * fetch with a limit of time up to the moment `read` is done. The signal of `init` ends it at any moment;
 * what `read` hands on unread (a stream) still ends with that signal.
 * @template T
 * @param {string} url @param {RequestInit} init @param {number} milliseconds
 * @param {(response: Response) => T | Promise<T>} read
 * @returns {Promise<T>}
 */
async function within(url, init, milliseconds, read) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), milliseconds);
  init.signal?.addEventListener("abort", () => control.abort(), { once: true });
  try {
    return await read(await fetch(url, { ...init, signal: control.signal, credentials: "omit", cache: "no-store" }));
  } catch (error) {
    if (error instanceof ApiError || error instanceof SessionRenewed) throw error;
    throw new ApiError(0, String(error));
  } finally {
    clearTimeout(timer);
  }
}

export class Api {
  /** Called when a conversation was replaced by a new one. */
  onRenewed = () => {};
  /** @type {Promise<string> | null} */
  #opening = null;
  /** A token nobody has accepted yet: a 401 for it is the server's trouble, not an old session. */
  #untried = "";

  /** @returns {string} the token, or "" before the first message */
  get token() {
    return JSON.parse(store.read(SESSION) ?? "{}").token ?? "";
  }

  /** Another tab may have opened or renewed the session. @param {() => void} changed */
  onOtherTab(changed) {
    addEventListener("storage", (event) => {
      if (event.key === SESSION && event.newValue) changed();
    });
  }

  /** @returns {Promise<string>} a token, of a new session where there is none; one request however many ask */
  #session() {
    if (this.token) return Promise.resolve(this.token);
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #open() {
    const init = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ language: language() }),
    };
    const session = await within(`${BASE}/sessions`, init, 15_000, async (response) => {
      if (!response.ok) throw await problem(response);
      return response.json();
    });
    store.write(SESSION, JSON.stringify(session));
    this.#untried = session.token;
    return session.token;
  }

  /**
   * @template T
   * @param {string} url @param {RequestInit} init @param {number} milliseconds
   * @param {(response: Response) => T | Promise<T>} read
   * @returns {Promise<T>}
   */
  async #call(url, init, milliseconds, read) {
    const token = await this.#session();
    const headers = { ...init.headers, Authorization: `Bearer ${token}` };
    return within(url, { ...init, headers }, milliseconds, async (response) => {
      if (response.status === 401 && token !== this.#untried) {
        await this.#renew(token);
        throw new SessionRenewed();
      }
      if (!response.ok) throw await problem(response);
      this.#untried = "";
      return read(response);
    });
  }

  /** @param {string} old */
  async #renew(old) {
    if (this.token !== old) return; // another call, or another tab, was faster
    store.remove(SESSION);
    await this.#session();
    this.onRenewed();
  }

  /**
   * @param {{client_id: string, text?: string, button?: string}} message
   * @returns {Promise<{id: string | number, seq: number}>}
   */
  post(message) {
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message) };
    return this.#call(`${BASE}/messages`, init, 15_000, (response) => response.json());
  }

  /**
   * @param {string} clientId @param {Blob} file @param {string} name @param {string} text
   * @returns {Promise<{id: string | number, seq: number}>}
   */
  postFile(clientId, file, name, text) {
    const body = new FormData();
    body.append("client_id", clientId);
    if (text) body.append("text", text);
    body.append("file", file, name);
    return this.#call(`${BASE}/attachments`, { method: "POST", body }, 120_000, (response) => response.json());
  }

  /**
   * @param {number} after @param {number} wait seconds @param {AbortSignal} signal
   * @returns {Promise<{messages: ServerMessage[], typing: boolean}>}
   */
  messages(after, wait, signal) {
    const url = `${BASE}/messages?after=${after}&wait=${wait}`;
    return this.#call(url, { signal }, 15_000 + wait * 1000, async (response) => ({
      messages: await response.json(),
      typing: response.headers.get("X-Carebot-Typing") === "1",
    }));
  }

  /** @param {number} after @param {AbortSignal} signal @returns {Promise<ReadableStream<Uint8Array>>} */
  stream(after, signal) {
    const init = { signal, headers: { Accept: "text/event-stream" } };
    return this.#call(`${BASE}/stream?after=${after}`, init, 15_000, (response) => {
      const type = response.headers.get("Content-Type") ?? "";
      if (!response.body || !type.startsWith("text/event-stream")) throw new ApiError(0, `a stream of ${type}`);
      return response.body;
    });
  }

  /** @param {string} url of this server: the token goes nowhere else @returns {Promise<Blob>} */
  file(url) {
    return this.#call(url, {}, 60_000, (response) => response.blob());
  }
}

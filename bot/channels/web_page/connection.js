/**
 * What comes in: catch up, then listen on the stream, or by long polling where streams do not get through.
 * After a break it resumes behind the last message received, with growing, jittered pauses.
 */

import { ApiError, SessionRenewed } from "./api.js";
import { events } from "./events.js";

const SILENCE_MS = 40_000; // the server's heartbeat comes every 15 s
const FIRST_MS = 20_000; // a stream without even that is held back on the way
const ECHO_MS = 5_000; // a message the server has stored must come back on the stream by then
const POLL_SECONDS = 25;
const POLLING_MS = 120_000; // then the stream is tried again
const LONGEST_PAUSE_MS = 30_000;

/**
 * Half fixed, half random, so that a thousand pages do not come back in the same instant.
 * @param {number} failures @param {number} [random] 0..1
 */
export function pauseAfter(failures, random = Math.random()) {
  const full = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(failures - 1, 10));
  return full / 2 + (random * full) / 2;
}

/**
 * @typedef {object} Listener
 * @property {(messages: import("./api.js").ServerMessage[]) => void} onMessages
 * @property {(on: boolean) => void} onTyping
 * @property {() => void} onCaughtUp every message the server had is shown
 * @property {(state: "online" | "connecting") => void} onState
 */

export class Connection {
  /** @param {import("./api.js").Api} api @param {Listener} listener */
  constructor(api, listener) {
    this.api = api;
    this.listener = listener;
    /** The last message received here. Our own 202 answers do not count: something before them may be missing. */
    this.seq = 0;
    /** @type {AbortController | null} */
    this.run = null;
    /** @type {AbortController | null} the stream that is open */
    this.line = null;
    this.silentStreams = 0;
    this.pollUntil = 0;
    this.lastHeard = 0;
    this.wake = () => {};
  }

  start() {
    if (this.run) return;
    this.run = new AbortController();
    void this.#listen(this.run.signal);
  }

  /** Begin anew from the first message: the session is another one. */
  restart() {
    this.run?.abort();
    this.run = null;
    this.seq = 0;
    this.start();
  }

  /** The network is back, or the reader is: no more waiting, and no trust in a line that has been silent. */
  nudge() {
    if (Date.now() - this.lastHeard > SILENCE_MS / 2) this.line?.abort();
    this.wake();
  }

  /** The server has stored `seq`: when the stream does not bring it, something on the way holds it back. @param {number} seq */
  expect(seq) {
    const line = this.line;
    if (!line) return;
    setTimeout(() => {
      if (this.line !== line || this.seq >= seq) return;
      this.#distrust();
      line.abort();
    }, ECHO_MS);
  }

  /** @param {AbortSignal} signal */
  async #listen(signal) {
    let failures = 0;
    this.listener.onState("connecting");
    while (!signal.aborted) {
      const began = Date.now();
      let ask;
      try {
        await this.#catchUp(signal);
        this.listener.onState("online");
        await (Date.now() < this.pollUntil ? this.#poll(signal) : this.#stream(signal));
      } catch (error) {
        if (signal.aborted || error instanceof SessionRenewed) continue;
        if (!(error instanceof ApiError)) console.error(error);
        else ask = error.retryAfter;
      }
      if (signal.aborted) return;
      // A line that held for a while and then broke is fetched back at once; one that breaks each time is not.
      failures = Date.now() - began > 3_000 && this.lastHeard > began ? 1 : failures + 1;
      this.listener.onState("connecting");
      await this.#pause(Math.max(pauseAfter(failures), (ask ?? 0) * 1000));
    }
  }

  /** @param {AbortSignal} signal */
  async #catchUp(signal) {
    for (;;) {
      const { messages, typing } = await this.#ask(0, signal);
      if (signal.aborted) return;
      this.#heard();
      this.listener.onTyping(typing);
      if (!messages.length) break;
      this.#take(messages);
    }
    this.listener.onCaughtUp();
  }

  /** @param {AbortSignal} signal */
  async #stream(signal) {
    const line = new AbortController();
    const hangUp = () => line.abort();
    signal.addEventListener("abort", hangUp);
    let watch = setTimeout(() => {
      this.#distrust();
      hangUp();
    }, FIRST_MS);
    let pieces = 0;
    try {
      const body = await this.api.stream(this.seq, line.signal);
      this.line = line;
      const heard = () => {
        pieces += 1;
        this.#heard();
        clearTimeout(watch);
        watch = setTimeout(hangUp, SILENCE_MS);
      };
      for await (const { name, data } of events(body, heard)) {
        if (name === "message") this.#take([JSON.parse(data)]);
        if (name === "typing") this.listener.onTyping(JSON.parse(data).on);
      }
    } finally {
      clearTimeout(watch);
      signal.removeEventListener("abort", hangUp);
      this.line = null;
      if (!signal.aborted) this.#judge(pieces);
    }
  }

  /** Catching up works and the stream brings nothing, twice: then it is the stream. @param {number} pieces */
  #judge(pieces) {
    this.silentStreams = pieces ? 0 : this.silentStreams + 1;
    if (this.silentStreams > 1) this.#distrust();
  }

  /** Ask instead of listening, for a while. */
  #distrust() {
    this.silentStreams = 0;
    this.pollUntil = Date.now() + POLLING_MS;
  }

  /** @param {AbortSignal} signal */
  async #poll(signal) {
    while (!signal.aborted && Date.now() < this.pollUntil) {
      const began = Date.now();
      const { messages, typing } = await this.#ask(POLL_SECONDS, signal);
      if (signal.aborted) return;
      this.#heard();
      this.listener.onTyping(typing);
      this.#take(messages);
      // A server that does not hold the line must not be asked a thousand times a second.
      if (!messages.length && Date.now() - began < 1_000) await this.#pause(1_000);
    }
  }

  /** One question with a signal of its own, so that nothing piles up on that of the run. @param {number} wait @param {AbortSignal} signal */
  async #ask(wait, signal) {
    const question = new AbortController();
    const stop = () => question.abort();
    signal.addEventListener("abort", stop);
    try {
      return await this.api.messages(this.seq, wait, question.signal);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** @param {import("./api.js").ServerMessage[]} messages */
  #take(messages) {
    if (!messages.length) return;
    this.seq = Math.max(this.seq, ...messages.map((message) => message.seq));
    this.listener.onMessages(messages);
  }

  #heard() {
    this.lastHeard = Date.now();
  }

  /** @param {number} milliseconds */
  async #pause(milliseconds) {
    let timer;
    await new Promise((resolve) => {
      this.wake = () => resolve(undefined);
      timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
  }
}

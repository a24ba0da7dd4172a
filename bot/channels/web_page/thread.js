/**
 * The thread: rows in order, grouped by author and minute, days between them, which quick answers are open, and
 * where the reader is. A new message touches its neighbours only, so message 2,000 costs what message 10 did.
 */

import { fillButtons, fillMeta, fillRow } from "./bubble.js";
import { element } from "./elements.js";
import { dayOf } from "./words.js";

/**
 * @typedef {import("./bubble.js").Message} Message
 * @typedef {{message: Message, li: HTMLLIElement, day: HTMLLIElement | null, session: number, age: number}} Row
 */

const TYPING_MS = 60_000; // an indicator nobody takes back goes away by itself

/** @param {Row} a @param {Row} b @returns {number} below 0 if a stands above b: by session, seq, then age */
function order(a, b) {
  const seq = (/** @type {Row} */ row) => row.message.seq ?? Infinity;
  return a.session - b.session || (seq(a) === seq(b) ? a.age - b.age : seq(a) - seq(b));
}

/** @param {Row | undefined} a @param {Row | undefined} b */
function sameDay(a, b) {
  return !!a && !!b && a.message.at.toDateString() === b.message.at.toDateString();
}

const failed = (/** @type {Message} */ { state }) => state === "waiting" || state === "refused";

/** @param {Row | undefined} a @param {Row | undefined} b */
function sameGroup(a, b) {
  if (!a || !b || !sameDay(a, b) || a.message.author === "note") return false;
  const [one, two] = [a.message, b.message];
  // What went wrong is told under its own bubble, so the group ends there.
  if (failed(one) || failed(two)) return false;
  const minute = (/** @type {Message} */ m) => Math.floor(m.at.getTime() / 60_000);
  return one.author === two.author && one.name === two.name && minute(one) === minute(two);
}

export class Thread {
  /** @type {Row[]} */
  #rows = [];
  /** @type {Map<string, Row>} by client_id, and by "#seq" within the session */
  #known = new Map();
  /** @type {Set<Row>} whose quick answers are open */
  #open = new Set();
  /** Tapped and not yet confirmed: seq of the message → id of the button. @type {Map<number, string>} */
  #tapped = new Map();
  #session = 0;
  #age = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typingEnds;

  /**
   * @param {HTMLOListElement} list @param {HTMLElement} typing the indicator
   * @param {import("./bubble.js").Taps} taps
   */
  constructor(list, typing, taps) {
    this.list = list;
    this.typingRow = typing;
    this.taps = taps;
  }

  get empty() {
    return this.#rows.length === 0;
  }

  /**
   * Show a message, or what is new about one that is shown already. The same seq or client_id is the same message.
   * @param {Message} message
   * @returns {boolean} whether it is a new row
   */
  show(message) {
    const known = this.#find(message);
    if (known) {
      this.#update(known, message);
      return false;
    }
    const li = element("li");
    fillRow(li, message, this.taps);
    this.#place({ message, li, day: null, session: this.#session, age: this.#age++ });
    return true;
  }

  /** @param {string} clientId */
  remove(clientId) {
    const row = this.#known.get(clientId);
    if (row) this.#take(row);
    this.#known.delete(clientId);
    this.settleButtons();
  }

  /** A line of ours, at the head of the session. @param {string} word @param {Date} at */
  note(word, at) {
    this.show({ author: "note", text: word, at, seq: 0 });
  }

  /** What follows belongs to another conversation, whose seq begins at 1 again. Unsent messages move into it. */
  newSession() {
    this.#session += 1;
    this.#known.clear();
    this.#tapped.clear();
    for (const row of this.#rows.filter(({ message }) => message.clientId && message.seq === null)) {
      row.session = this.#session;
      this.#known.set(/** @type {string} */ (row.message.clientId), row);
    }
    this.settleButtons();
  }

  /** Everything anew: another language, or another day. */
  refresh() {
    this.#rows.forEach((row, index) => {
      fillRow(row.li, row.message, this.taps);
      this.#dress(index);
      this.#fillButtons(row);
    });
  }

  /** @param {number} seq @param {string | null} id null: the tap came to nothing */
  tapped(seq, id) {
    if (id === null) this.#tapped.delete(seq);
    else this.#tapped.set(seq, id);
    const row = this.#known.get(`#${seq}`);
    if (row) this.#fillButtons(row);
  }

  /** @param {boolean} on */
  typing(on) {
    clearTimeout(this.#typingEnds);
    this.typingRow.hidden = !on;
    const last = this.#rows.findLast(({ message: { author } }) => author === "bot" || author === "staff");
    const face = last?.li.querySelector(".avatar")?.cloneNode(true);
    // Who spoke last is the one who writes now.
    if (on && last && face) {
      this.typingRow.className = `row ${last.message.author}`;
      this.typingRow.querySelector(".avatar")?.replaceWith(face);
    }
    if (on) this.#typingEnds = setTimeout(() => this.typing(false), TYPING_MS);
  }

  /** Quick answers are open under the last words of the bot, as long as it has not answered anything after them. */
  settleButtons() {
    const open = new Set();
    let answered = false;
    for (let index = this.#rows.length - 1; index >= 0; index--) {
      const row = this.#rows[index];
      const { author, buttons } = row.message;
      if (row.session !== this.#session || (author === "customer" && answered)) break;
      if (author === "bot" || author === "staff") answered = true;
      if (buttons?.length) open.add(row);
    }
    const before = this.#open;
    this.#open = open;
    for (const row of before) if (!open.has(row)) this.#fillButtons(row);
    for (const row of open) if (!before.has(row)) this.#fillButtons(row);
  }

  /** @param {Row} row */
  #fillButtons(row) {
    const { buttons, seq } = row.message;
    if (!buttons?.length) return;
    const chosen = buttons.find(({ used }) => used)?.id ?? this.#tapped.get(seq ?? 0);
    fillButtons(row.li, row.message, chosen, this.#open.has(row), this.taps);
  }

  /** @param {Message} message */
  #find({ author, clientId, seq }) {
    if (author === "note") return undefined;
    return this.#known.get(clientId ?? "") ?? this.#known.get(`#${seq}`);
  }

  /** @param {Row} row @param {Message} news */
  #update(row, news) {
    const old = row.message;
    row.message = { ...old, ...news, preview: news.preview ?? old.preview };
    if (!news.text) row.message.text = old.text;
    if (!news.attachments?.length) row.message.attachments = old.attachments;
    if (row.message.state === "sent") row.message.problem = undefined;
    const { text, attachments } = row.message;
    // Our own picture stays as it is: its preview is the picture.
    const sameFiles = old.preview || attachments?.at(0)?.url === old.attachments?.at(0)?.url;
    if (text !== old.text || !sameFiles) fillRow(row.li, row.message, this.taps);
    else fillMeta(row.li, row.message, this.taps);
    this.#settle(row);
  }

  /** Where a row belongs after its seq or time has changed; it is moved only if it must, or it would be read out again. @param {Row} row */
  #settle(row) {
    const index = this.#rows.lastIndexOf(row);
    const [above, below] = [this.#rows[index - 1], this.#rows[index + 1]];
    const fits = !(above && order(above, row) > 0) && !(below && order(row, below) > 0);
    if (!fits) return this.#place(this.#take(row));
    this.#register(row, index);
  }

  /** @param {Row} row out of its place @returns {Row} */
  #take(row) {
    const index = this.#rows.lastIndexOf(row);
    this.#rows.splice(index, 1);
    row.day?.remove();
    row.day = null;
    row.li.remove();
    this.#dress(index - 1);
    this.#dress(index);
    return row;
  }

  /** @param {Row} row */
  #place(row) {
    let index = this.#rows.length;
    while (index > 0 && order(this.#rows[index - 1], row) > 0) index -= 1;
    const next = this.#rows[index];
    this.#rows.splice(index, 0, row);
    this.list.insertBefore(row.li, next ? next.day ?? next.li : null);
    this.#register(row, index);
  }

  /** @param {Row} row @param {number} index its place */
  #register(row, index) {
    const { clientId, seq, author } = row.message;
    if (clientId) this.#known.set(clientId, row);
    if (seq !== null && author !== "note") this.#known.set(`#${seq}`, row);
    this.#dress(index - 1);
    this.#dress(index);
    this.#dress(index + 1);
    this.#fillButtons(row);
  }

  /** How a row looks follows from its neighbours: day line above, name on top of a group, time at its end. @param {number} index */
  #dress(index) {
    const [above, row, below] = [this.#rows[index - 1], this.#rows[index], this.#rows[index + 1]];
    if (!row) return;
    row.li.classList.toggle("follows", sameGroup(above, row));
    row.li.classList.toggle("followed", sameGroup(row, below));
    const newDay = row.message.author !== "note" && !sameDay(above, row);
    if (!newDay) {
      row.day?.remove();
      row.day = null;
      return;
    }
    row.day ??= element("li", "day");
    row.day.replaceChildren(element("span", "", dayOf(row.message.at, new Date())));
    if (row.li.previousElementSibling !== row.day) this.list.insertBefore(row.day, row.li);
  }
}

/** How one message looks: its words, pictures, quick answers, time and delivery state. */

import { attachment } from "./attachments.js";
import { element, icon } from "./elements.js";
import { say, timeOf } from "./words.js";

/**
 * @typedef {object} Message one row of the thread
 * @property {"customer" | "bot" | "staff" | "note"} author
 * @property {string} text for a note: the key of our own word
 * @property {Date} at
 * @property {number | null} seq null until the server has given one
 * @property {string} [name] of the staff member
 * @property {import("./api.js").Button[]} [buttons]
 * @property {import("./api.js").Attachment[]} [attachments]
 * @property {string} [clientId] on the customer's own messages
 * @property {import("./outbox.js").State | "sent"} [state]
 * @property {string} [problem]
 * @property {string} [preview] of our own picture, so that it need not be fetched again
 *
 * @typedef {object} Taps
 * @property {(id: string, label: string, seq: number) => void} onButton
 * @property {(clientId: string) => void} onRetry
 * @property {(clientId: string) => void} onRemove
 * @property {(url: string) => Promise<Blob>} fetchFile
 */

// ASCII only: in Chinese, words follow an address without a space between.
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/g;

/**
 * Where the addresses in a text are. Punctuation at the end belongs to the sentence, a bracket only if it was
 * opened inside; an address with a user name in front of the host is left as text, it can only mislead.
 * @param {string} text
 * @returns {{start: number, end: number, href: string}[]}
 */
export function addresses(text) {
  const found = [];
  for (const match of text.matchAll(ADDRESS)) {
    let shown = match[0].replace(/[.,;:!?'*]+$/, "");
    while (/[)\]]$/.test(shown) && !/[([].*[)\]]$/.test(shown)) shown = shown.slice(0, -1);
    const url = parsed(shown);
    if (!url || url.username || url.password) continue;
    found.push({ start: match.index, end: match.index + shown.length, href: url.href });
  }
  return found;
}

/** @param {string} address @returns {URL | null} */
function parsed(address) {
  try {
    return new URL(address);
  } catch {
    return null; // "http://[" looks like an address and is none
  }
}

/** @param {HTMLElement} target @param {string} text */
function writeLinked(target, text) {
  let from = 0;
  for (const { start, end, href } of addresses(text)) {
    const link = element("a", "", text.slice(start, end));
    link.href = href;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    target.append(text.slice(from, start), link);
    from = end;
  }
  target.append(text.slice(from));
}

/** @param {Message} message */
function author(message) {
  if (message.author === "customer") return say("you");
  if (message.author === "staff" && message.name) return say("staff_named", { name: message.name });
  return say(message.author);
}

/** @param {Message} message */
function avatar(message) {
  const face = element("span", "avatar");
  face.setAttribute("aria-hidden", "true");
  const initial = message.author === "staff" ? [...(message.name ?? "")][0] : "";
  face.append(initial || icon(message.author === "staff" ? "person" : "bot"));
  return face;
}

/**
 * Fills a row from nothing; what changes later (buttons, state) has functions of its own, so that a screen reader
 * does not hear the words twice.
 * @param {HTMLElement} row @param {Message} message @param {Taps} taps
 */
export function fillRow(row, message, taps) {
  row.className = `row ${message.author}`;
  if (message.author === "note") {
    row.replaceChildren(element("p", "note", say(message.text)));
    return;
  }
  const who = element("p", "who", author(message));
  const bubble = element("div", "bubble");
  for (const file of message.attachments ?? []) bubble.append(attachment(file, message.preview, taps.fetchFile));
  if (message.text) {
    const text = element("p", "text");
    text.dir = "auto";
    if (message.author === "customer") text.textContent = message.text;
    else writeLinked(text, message.text);
    bubble.append(text);
  }
  const meta = element("p", "meta");
  row.replaceChildren(who, bubble, element("div", "choices"), meta);
  if (message.author !== "customer") row.prepend(avatar(message));
  fillMeta(row, message, taps);
}

/** Time and delivery state under a bubble. @param {HTMLElement} row @param {Message} message @param {Taps} taps */
export function fillMeta(row, message, taps) {
  const meta = row.querySelector(".meta");
  if (!meta) return;
  const { state, clientId = "" } = message;
  row.dataset.state = state ?? "";
  if (state === "waiting" || state === "refused") {
    const again = element("button", "retry");
    again.append(icon("warning"), say("not_sent"));
    again.onclick = () => taps.onRetry(clientId);
    const away = element("button", "remove", say("remove"));
    away.onclick = () => taps.onRemove(clientId);
    meta.replaceChildren(again, away);
    if (message.problem) meta.prepend(element("span", "problem", message.problem));
    return;
  }
  const time = element("time", "", timeOf(message.at));
  time.dateTime = message.at.toISOString();
  meta.replaceChildren(time);
  if (!state) return;
  const mark = icon(state === "sent" ? "sent" : "clock");
  const word = element("span", state === "slow" ? "" : "unseen", say(state));
  meta.append(mark, word);
}

/**
 * The quick answers under a message: open ones can be tapped, of the others only the one chosen is left.
 * @param {HTMLElement} row @param {Message} message @param {string | undefined} chosen its id
 * @param {boolean} open @param {Taps} taps
 */
export function fillButtons(row, message, chosen, open, taps) {
  const place = row.querySelector(".choices");
  if (!place) return;
  const shown = chosen !== undefined ? (message.buttons ?? []).filter(({ id }) => id === chosen) : message.buttons ?? [];
  place.replaceChildren();
  if (chosen === undefined && !open) return;
  for (const { id, label } of shown) {
    const button = element(chosen === undefined ? "button" : "span", chosen === undefined ? "choice" : "choice chosen");
    button.dir = "auto";
    if (button instanceof HTMLButtonElement) {
      button.onclick = () => taps.onButton(id, label, message.seq ?? 0);
    } else {
      button.append(icon("sent"), element("span", "unseen", `${say("chosen")}: `));
    }
    button.append(label);
    place.append(button);
  }
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", say("choices"));
}

/**
 * The web chat: ties the thread, the composer, what goes out and what comes in together.
 *
 *   composer → outbox → api → server → connection → thread
 *
 * words.js holds the interface's texts, store.js what survives a reload, bubble.js and attachments.js how a message
 * looks, scroll.js where the reader is.
 */

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Outbox } from "./outbox.js";
import { Scroll } from "./scroll.js";
import * as store from "./store.js";
import { Thread } from "./thread.js";
import { firstLanguage, language, say, setLanguage, wordPage } from "./words.js";

const LANGUAGE = "carebot.language";
const BANNER_MS = 2_000; // a short break is nobody's business

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const api = new Api();

const thread = new Thread(/** @type {HTMLOListElement} */ (at("messages")), at("typing"), {
  onButton: tapButton,
  onRetry: (clientId) => outbox.retry(clientId),
  onRemove: (clientId) => outbox.remove(clientId),
  fetchFile: (url) => api.file(url),
});

const outbox = new Outbox(api, {
  onChange: showUnsent,
  onSent: (item, seq) => {
    if (seq === null) return; // the echo has brought the whole message
    thread.show({ ...unsent(item), seq, state: "sent" });
    thread.settleButtons();
    connection.expect(seq);
  },
  onRemoved: (item) => {
    thread.remove(item.client_id);
    if (item.button) thread.tapped(item.button.under, null);
    showEmpty();
  },
});

const connection = new Connection(api, {
  onMessages: receive,
  onTyping: (on) => thread.typing(on),
  onCaughtUp: caughtUp,
  onState: showState,
});

const scroll = new Scroll(at("scroller"), at("content"), /** @type {HTMLButtonElement} */ (at("jump")));
const composer = new Composer(send);

/** @param {{text: string, file?: File, button?: {id: string, under: number}}} message */
function send(message) {
  void outbox.add(message);
  connection.start();
  scroll.toEnd(false);
}

/** @param {string} id @param {string} label @param {number} under */
function tapButton(id, label, under) {
  send({ text: label, button: { id, under } });
  composer.focus();
}

/** @param {import("./outbox.js").Item} item @returns {import("./bubble.js").Message} */
function unsent(item) {
  const { client_id, text, state, problem, preview, file } = item;
  const attachments = file && [{ kind: file.type.startsWith("image/") ? "photo" : "document", name: file.name, url: "" }];
  return { author: "customer", clientId: client_id, seq: null, at: new Date(item.at), text, state, problem, preview, attachments };
}

/** @param {import("./outbox.js").Item} item */
function showUnsent(item) {
  thread.show(unsent(item));
  if (item.button) thread.tapped(item.button.under, item.state === "refused" ? null : item.button.id);
  thread.settleButtons();
  if (item.state === "waiting" || item.state === "refused") {
    at("announcer").textContent = `${item.problem ?? ""} ${say("not_sent")}`;
  }
  showEmpty();
}

/** @param {import("./api.js").ServerMessage[]} messages */
function receive(messages) {
  if (loading) {
    history.push(...messages);
    return;
  }
  countUnread(showAll(messages));
  showEmpty();
}
/** What comes while catching up, kept to be drawn in one go: page by page, a long thread would be laid out each time. @type {import("./api.js").ServerMessage[]} */
let history = [];

/** @param {import("./api.js").ServerMessage[]} messages @returns {number} how many are new and not our own */
function showAll(messages) {
  let fresh = 0;
  for (const { client_id, at: time, ...message } of messages) {
    const own = message.author === "customer";
    if (!own) thread.typing(false);
    if (own && client_id) outbox.settle(client_id);
    const state = own ? /** @type {const} */ ("sent") : undefined;
    const isNew = thread.show({ ...message, clientId: own ? client_id : undefined, at: new Date(time), state });
    if (isNew && !own) fresh += 1;
  }
  thread.settleButtons();
  return fresh;
}

/** @param {number} fresh */
function countUnread(fresh) {
  scroll.arrived(fresh);
  if (document.hidden) unseen += fresh;
  showTitle();
}
let unseen = 0;

function showTitle() {
  document.title = (unseen ? `(${unseen}) ` : "") + say("title");
}

/** The history is there: from now on what is added is read out. */
function caughtUp() {
  if (!loading) return;
  loading = false;
  showAll(history);
  history = [];
  scroll.toEnd(false);
  at("log").setAttribute("aria-busy", "false");
  at("log").setAttribute("aria-live", "polite");
  at("log").classList.add("live");
  at("loading").hidden = true;
  showEmpty();
}
let loading = true;

function showEmpty() {
  at("empty").hidden = !thread.empty || loading;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let bannerTimer;

/** @param {"online" | "connecting"} state */
function showState(state) {
  if (state === "online") {
    clearTimeout(bannerTimer);
    bannerTimer = undefined;
    at("banner").hidden = true;
    void outbox.flush();
    return;
  }
  bannerTimer ??= setTimeout(() => {
    at("banner-text").textContent = say(navigator.onLine ? "connecting" : "offline");
    at("banner").hidden = false;
    thread.typing(false); // whether it still holds nobody can tell
    outbox.stall();
  }, BANNER_MS);
}

/** @param {import("./words.js").Language} next */
function speak(next) {
  setLanguage(next);
  wordPage();
  showTitle();
  at("switch").lang = next === "zh" ? "en" : "zh-CN";
  if (!at("banner").hidden) at("banner-text").textContent = say(navigator.onLine ? "connecting" : "offline");
  thread.refresh();
  composer.refresh();
}

function switchLanguage() {
  const next = language() === "zh" ? "en" : "zh";
  store.write(LANGUAGE, next);
  const address = new URL(location.href);
  address.searchParams.set("lang", next);
  window.history.replaceState(null, "", address);
  speak(next);
}

/** iOS lays its keyboard over the page: the page becomes as high as what can be seen. */
function followKeyboard() {
  const view = window.visualViewport;
  view?.addEventListener("resize", () => {
    const covered = view.scale < 1.01 && view.height < window.innerHeight - 80;
    const root = document.documentElement.style;
    if (covered) root.setProperty("--height", `${view.height}px`);
    else root.removeProperty("--height");
    window.scrollTo(0, 0);
  });
}

function comeBack() {
  if (document.hidden) return;
  unseen = 0;
  showTitle();
  connection.nudge();
  if (shownDay !== new Date().toDateString()) thread.refresh();
  shownDay = new Date().toDateString();
}
let shownDay = new Date().toDateString();

/** Our session has ended, or another tab has opened one: what comes now is another conversation. */
function anotherSession() {
  const lost = !thread.empty || loading;
  history = [];
  thread.newSession();
  if (lost) thread.note("new_session", new Date());
  connection.restart();
  showEmpty();
}

async function begin() {
  const asked = new URLSearchParams(location.search).get("lang");
  speak(firstLanguage(asked, store.read(LANGUAGE), navigator.language));
  api.onRenewed = anotherSession;
  api.onOtherTab(anotherSession);
  at("switch").addEventListener("click", switchLanguage);
  for (const example of document.querySelectorAll(".example")) {
    example.addEventListener("click", () => {
      send({ text: example.textContent ?? "" });
      composer.focus();
    });
  }
  addEventListener("online", () => connection.nudge());
  document.addEventListener("visibilitychange", comeBack);
  followKeyboard();
  const waiting = await outbox.load();
  if (api.token || waiting) connection.start();
  else caughtUp();
  composer.focus();
}

void begin();

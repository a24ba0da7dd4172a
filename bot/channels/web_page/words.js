/**
 * The page's own words, both languages side by side, and how each language writes times and days.
 * A word in {braces} is filled in. What the bot says never stands here: it comes from the server.
 */

/** @typedef {"zh" | "en"} Language */

/** @type {Record<string, Record<Language, string>>} */
export const WORDS = {
  title: { zh: "客服中心", en: "Customer care" },
  subtitle: { zh: "智能助手先答 · 随时可转人工", en: "Automated · a person on request" },
  switch_language: { zh: "Switch to English", en: "切换为中文" },
  other_language: { zh: "English", en: "中文" },

  greeting: { zh: "您好，有什么可以帮您？", en: "Hello, how can we help?" },
  greeting_more: {
    zh: "可以问订单、退款、保修，也可以直接说哪里不满意。先由智能助手回答；想找人工，随时说一声。",
    en: "Ask about an order, a refund or a repair, or tell us what went wrong. An automated assistant answers first; ask for a person at any time.",
  },
  examples: { zh: "试试这样问", en: "You could ask" },
  example_1: { zh: "我的订单到哪儿了？", en: "Where is my order?" },
  example_2: { zh: "我想申请退款", en: "I would like a refund" },
  example_3: { zh: "收到的商品坏了，我要投诉", en: "My order arrived damaged and I want to complain" },
  example_4: { zh: "我要找人工客服", en: "I want to talk to a person" },

  thread: { zh: "对话", en: "Conversation" },
  loading: { zh: "正在打开对话…", en: "Opening the conversation…" },
  you: { zh: "您", en: "You" },
  bot: { zh: "智能助手", en: "Assistant" },
  staff: { zh: "人工客服", en: "Customer care" },
  staff_named: { zh: "{name} · 人工客服", en: "{name} · Customer care" },
  typing: { zh: "对方正在输入…", en: "Writing an answer…" },
  choices: { zh: "可选的回答", en: "Possible answers" },
  chosen: { zh: "已选择", en: "Chosen" },
  jump: { zh: "回到最新消息", en: "Jump to the latest message" },
  jump_new: { zh: "回到最新消息，{count} 条未读", en: "Jump to the latest message, {count} new" },
  today: { zh: "今天", en: "Today" },
  yesterday: { zh: "昨天", en: "Yesterday" },

  sending: { zh: "发送中", en: "Sending" },
  slow: { zh: "消息较多，稍后自动发送", en: "Busy right now, will be sent in a moment" },
  sent: { zh: "已发送", en: "Sent" },
  not_sent: { zh: "未发送，点此重试", en: "Not sent – tap to retry" },
  remove: { zh: "删除", en: "Remove" },
  refused: { zh: "这条消息无法送达。", en: "This message could not be accepted." },
  too_large: { zh: "内容太大，请缩短或换一个小一些的文件。", en: "That is too large. Please shorten it or take a smaller file." },
  file_gone: { zh: "文件已不在本页，请重新选择。", en: "The file is no longer here. Please choose it again." },

  message: { zh: "输入消息", en: "Write a message" },
  send: { zh: "发送", en: "Send" },
  attach: { zh: "添加照片或文件", en: "Add a photo or file" },
  attached: { zh: "待发送的文件：{name}", en: "File to send: {name}" },
  detach: { zh: "移除文件", en: "Remove the file" },
  left: { zh: "还可输入 {count} 字", en: "{count} characters left" },
  over: { zh: "超出 {count} 字", en: "{count} characters too many" },
  bad_type: { zh: "可以发送 JPG、PNG、WebP、GIF 图片或 PDF 文件。", en: "You can send JPG, PNG, WebP or GIF pictures and PDF files." },
  too_big: { zh: "文件不能超过 10 MB。", en: "The file may be at most 10 MB." },
  empty_file: { zh: "这个文件是空的。", en: "This file is empty." },
  drop: { zh: "松开即可添加", en: "Drop to add it" },
  photo: { zh: "照片：{name}", en: "Photo: {name}" },
  open_photo: { zh: "放大查看：{name}", en: "Enlarge: {name}" },
  save_file: { zh: "下载：{name}", en: "Download: {name}" },
  file_failed: { zh: "暂时打不开，点此再试", en: "Could not be loaded. Tap to try again" },
  close: { zh: "关闭", en: "Close" },

  connecting: { zh: "正在连接…", en: "Connecting…" },
  offline: { zh: "网络已断开，恢复后会自动发送。", en: "You are offline. Messages go out when you are back." },
  new_session: {
    zh: "之前的对话已结束，这里是新的对话。您可以继续说。",
    en: "The earlier conversation has ended. This is a new one, just carry on.",
  },
};

/** @type {Language} */
let current = "en";

/**
 * The language to begin with: the address decides, then an earlier choice, then the browser.
 * @param {string | null} asked @param {string | null} chosen @param {string} browser an IETF tag
 * @returns {Language}
 */
export function firstLanguage(asked, chosen, browser) {
  for (const wish of [asked, chosen, browser]) {
    const short = (wish ?? "").slice(0, 2).toLowerCase();
    if (short === "zh" || short === "en") return short;
  }
  return "en";
}

/** @returns {Language} */
export const language = () => current;

/** @param {Language} next */
export function setLanguage(next) {
  current = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
}

/**
 * One text in the page's language.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function say(key, values = {}) {
  return WORDS[key][current].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * Why the server did not take a message: in its own words if they are in the page's language, else in ours.
 * @param {number} status @param {string} message
 */
export function refusal(status, message) {
  const chinese = /\p{Script=Han}/u.test(message);
  if (message && chinese === (current === "zh")) return message;
  return say(status === 413 ? "too_large" : "refused");
}

/** Writes the words into every element that names one in data-word, data-word-label or data-word-placeholder. */
export function wordPage() {
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = say(/** @type {HTMLElement} */ (element).dataset.word ?? "");
  }
  for (const element of document.querySelectorAll("[data-word-label]")) {
    const label = say(/** @type {HTMLElement} */ (element).dataset.wordLabel ?? "");
    element.setAttribute("aria-label", label);
    if (element instanceof HTMLButtonElement) element.title = label;
  }
  for (const element of document.querySelectorAll("[data-word-placeholder]")) {
    element.setAttribute("placeholder", say(/** @type {HTMLElement} */ (element).dataset.wordPlaceholder ?? ""));
  }
}

/** A British or American clock for English as the browser has it, the 24-hour clock for Chinese. */
function locale() {
  if (current === "zh") return "zh-CN";
  return navigator.language.toLowerCase().startsWith("en") ? navigator.language : "en-GB";
}

/** @param {Date} at @returns {string} the time of day in the reader's own zone */
export function timeOf(at) {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(at);
}

/** @param {Date} at @param {Date} now @returns {string} "Today", "Yesterday" or the date */
export function dayOf(at, now) {
  const midnight = (/** @type {Date} */ d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  // Days of 23 and 25 hours exist, so the difference is rounded.
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { weekday: "short", day: "numeric", month: "long" };
  if (at.getFullYear() !== now.getFullYear()) form.year = "numeric";
  return new Intl.DateTimeFormat(locale(), form).format(at);
}

// Words, times and spans in the person's language. `words` come from data/console; nothing is worded here.

export function speaker(words, language, zone, serverNow) {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const ahead = Date.parse(serverNow) - Date.now(); // the server's clock is the one that counts
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone });
  const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", weekday: "short", timeZone: zone });
  const dated = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: zone });
  const dayKey = new Intl.DateTimeFormat("en-CA", { timeZone: zone });

  const say = {
    language,
    now: () => Date.now() + ahead,
    w: (key, values = {}) => {
      const text = words[key] ?? words[`desk.${key}`];
      if (text === undefined) return key;
      return text.replace(/\{([a-z_]+)\}/g, (all, name) => (name in values ? values[name] : all));
    },
    has: (key) => key in words || `desk.${key}` in words,
    time: (iso) => clock.format(new Date(iso)),
    dayOf: (iso) => dayKey.format(new Date(iso)),
    day(iso) {
      const day = say.dayOf(iso);
      if (day === dayKey.format(new Date(say.now()))) return say.w("today");
      if (day === dayKey.format(new Date(say.now() - 86400000))) return say.w("yesterday");
      return date.format(new Date(iso));
    },
    date: (iso) => dated.format(new Date(iso)),
    moment(iso) {
      return say.dayOf(iso) === dayKey.format(new Date(say.now())) ? say.time(iso) : `${date.format(new Date(iso))} ${say.time(iso)}`;
    },
    span(ms) {
      const minutes = Math.floor(Math.abs(ms) / 60000);
      if (minutes < 1) return say.w("seconds");
      if (minutes < 60) return say.w("minutes", { n: minutes });
      if (minutes < 48 * 60) return say.w("hours", { n: Math.floor(minutes / 60) });
      return say.w("days", { n: Math.floor(minutes / 1440) });
    },
    since: (iso) => say.span(say.now() - Date.parse(iso)),
    names: (names) => names.join(language === "zh" ? "、" : ", "),
    languageOf: (code) => (code ? say.w(`language_${code.toLowerCase().replace("-", "_")}`) : ""),
    channelOf: (name) => (say.has(`channel_${name}`) ? say.w(`channel_${name}`) : name),
  };
  return say;
}

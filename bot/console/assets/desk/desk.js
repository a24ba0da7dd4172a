// The desk: the lists on the left, the conversation in the middle, the customer on the right. Asks the server by `ask`,
// is told by `hear`; the server is bot/console/calls.py and sitting.py.

import Composer from "./composer.js";
import Dialogs from "./dialogs.js";
import List from "./list.js";
import { Brief, Panel } from "./side.js";
import { isOn, ring, turn } from "./sound.js";
import Thread from "./thread.js";
import { speaker } from "./words.js";

const PATIENCE = 20000; // milliseconds for an answer
const RING_EVERY = 20000;
const TYPING_EVERY = 3000;
const BLANK = { channel: "", language: "", stage: "", level: 0, tier: "", team: "", text: "" };

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

export default {
  components: { DeskComposer: Composer, DeskDialogs: Dialogs, DeskList: List, DeskThread: Thread, DeskBrief: Brief, DeskPanel: Panel },
  props: { words: Object, language: String, zone: String, now: String, me: Object, presence: String, conversation: Number,
    prefix: String, choices: Object },
  emits: ["ask"],
  provide() { return { say: this.say, me: this.me, prefix: this.prefix }; },
  data() {
    return {
      tab: "mine", filters: { ...BLANK }, rows: [], cursor: null, counts: { mine: 0, queue: 0 }, perhaps: false,
      selected: 0, loading: true, talk: null, opening: 0, online: true, wasOffline: false, signedOut: false, busy: false, trouble: "", notice: "",
      alerts: [], stand: this.presence, isOn: isOn(), showsPanel: false, tick: 0,
    };
  },
  beforeCreate() { this.say = speaker(this.$props.words, this.$props.language, this.$props.zone, this.$props.now); },
  created() {
    this.asked = 0; this.waiting = new Map(); this.typedAt = 0; this.base = document.title; this.rungAt = 0;
  },
  mounted() {
    this.timer = setInterval(() => { this.tick += 1; this.ringAgain(); }, 5000);
    window.addEventListener("keydown", this.pressed);
    window.addEventListener("online", this.lineUp);
    window.addEventListener("offline", this.lineDown);
    window.addEventListener("popstate", this.moved);
    setTimeout(this.begin, 0); // NiceGUI opens its line after everything is mounted
  },
  unmounted() {
    clearInterval(this.timer);
    window.removeEventListener("keydown", this.pressed);
    window.removeEventListener("online", this.lineUp);
    window.removeEventListener("offline", this.lineDown);
    window.removeEventListener("popstate", this.moved);
  },
  computed: {
    sorted() {
      const last = (row) => Date.parse(row.last ?? 0) || 0;
      const rows = [...this.rows];
      if (this.tab === "queue") {
        return rows.sort((a, b) => a.priority - b.priority || Date.parse(a.opened) - Date.parse(b.opened) || a.id - b.id);
      }
      if (this.tab === "mine") {
        const since = (row) => (row.waiting ? Date.parse(row.waiting) : Infinity); // who waits longest comes first
        return rows.sort((a, b) => (since(a) === since(b) ? last(b) - last(a) : since(a) - since(b)));
      }
      return rows.sort((a, b) => last(b) - last(a) || b.id - a.id);
    },
    isMine() { return this.talk?.row.owner === String(this.me.id); },
    isOthers() { return this.talk && !["bot", "queue", String(this.me.id)].includes(this.talk.row.owner); },
    types() { return this.talk?.viewers.filter((viewer) => viewer.types).map((viewer) => viewer.name) ?? []; },
    looks() { return this.talk?.viewers.filter((viewer) => !viewer.types).map((viewer) => viewer.name) ?? []; },
    here() { return (this.signedOut, location.pathname); },
    badge() { return this.alerts.length || this.counts.queue; },
  },
  watch: {
    badge: { immediate: true, handler(count) { document.title = count ? `(${count}) ${this.base ?? document.title}` : this.base ?? document.title; } },
  },
  methods: {
    // --- the line to the server
    begin() {
      if (!window.socket) return setTimeout(this.begin, 20);
      window.socket.on("connect", this.lineUp);
      window.socket.on("disconnect", this.lineDown);
      window.socket.on("connect_error", this.lookWhy);
      this.load();
      this.ask("alerts");
      if (this.conversation) this.open(this.conversation, false);
    },
    ask(what, args = {}) {
      if (!this.online) return Promise.resolve({ error: "no_answer" });
      const number = ++this.asked;
      return new Promise((resolve) => {
        this.waiting.set(number, resolve);
        setTimeout(() => { if (this.waiting.delete(number)) resolve({ error: "no_answer" }); }, PATIENCE);
        this.$emit("ask", { number, what, args });
      });
    },
    answer(number, payload) {
      const resolve = this.waiting.get(number);
      if (this.waiting.delete(number)) resolve(payload);
    },
    lineDown() { this.online = false; this.wasOffline = true; },
    async lookWhy() {
      // no line: is the network gone, or is nobody signed in any more? A page would be sent to the login then.
      try {
        const answer = await fetch(location.href, { redirect: "manual", headers: { accept: "text/html" } });
        this.signedOut = answer.type === "opaqueredirect";
      } catch {
        this.signedOut = false;
      }
    },
    lineUp() {
      if (!navigator.onLine || !window.socket?.connected) return;
      this.online = true;
      if (!this.wasOffline) return;
      this.wasOffline = false;
      setTimeout(this.catchUp, 100); // after NiceGUI's own handshake
    },
    async catchUp() {
      this.load();
      this.ask("alerts");
      const talk = this.talk;
      if (!talk) return;
      const had = { id: talk.id, seq: this.seenSeq(), note: this.seenMark("n"), event: this.seenMark("e") };
      this.take(await this.ask("catch_up", had));
    },

    // --- the list
    async load(cursor = null) {
      this.loading = true;
      const asked = (this.listAsked = (this.listAsked ?? 0) + 1);
      const found = await this.ask("list", { tab: this.tab, ...this.filters, cursor });
      if (asked !== this.listAsked) return; // another list was asked for meanwhile
      this.loading = false;
      if (found.error) return this.tell(found);
      this.rows = cursor ? [...this.rows, ...found.rows.filter((row) => !this.rows.some((it) => it.id === row.id))] : found.rows;
      this.cursor = found.cursor; this.counts = found.counts; this.perhaps = false;
      if (!this.rows.some((row) => row.id === this.selected)) this.selected = this.talk?.id ?? this.sorted[0]?.id ?? 0;
    },
    turnTo(tab) { this.tab = tab; this.rows = []; this.cursor = null; this.load(); },
    filter(filters) {
      this.filters = filters;
      clearTimeout(this.typingFilter);
      this.typingFilter = setTimeout(() => this.load(), 250);
    },
    hear(news) {
      for (const row of news.rows ?? []) {
        const place = this.rows.findIndex((it) => it.id === row.id);
        this.notice_(row, place >= 0 ? this.rows[place] : null);
        if (!row.listed) { if (place >= 0) this.rows.splice(place, 1); }
        else if (place >= 0) this.rows[place] = row;
        else if (!this.isBeyond(row)) this.rows.push(row);
        if (this.talk?.id === row.id) this.takeRow(row);
      }
      if (news.gone?.length) this.rows = this.rows.filter((row) => !news.gone.includes(row.id));
      if (news.perhaps) this.perhaps = true;
      if (news.counts) this.counts = news.counts;
      if (news.viewers && this.talk) this.talk.viewers = news.viewers;
      if (news.thread) this.take(news);
      if (news.alerts) this.hearAlerts(news.alerts);
    },
    isBeyond(row) {
      if (!this.cursor || this.tab === "mine") return false;
      const last = this.sorted.at(-1);
      if (!last) return false;
      if (this.tab === "queue") return row.priority > last.priority || (row.priority === last.priority && row.opened > last.opened);
      return Date.parse(row.last) < Date.parse(last.last);
    },
    notice_(row, before) {
      const isNew = row.owner === String(this.me.id) && row.preview_by === "customer" && before && row.seq > before.seq;
      if (isNew && (document.hidden || this.talk?.id !== row.id)) ring("message");
    },

    // --- alerts: again and again until somebody claims what they are about
    hearAlerts(alerts) {
      const known = new Map(this.alerts.map((alert) => [alert.id, alert.rings]));
      const news = alerts.some((alert) => known.get(alert.id) !== alert.rings);
      this.alerts = alerts;
      if (news) { ring("alert"); this.rungAt = Date.now(); }
    },
    ringAgain() {
      if (this.alerts.length && Date.now() - this.rungAt >= RING_EVERY) { ring("alert"); this.rungAt = Date.now(); }
    },
    alertText(alert) { return this.say.w(`alert_${alert.kind}`, { name: alert.name || this.say.w("no_name"), by: alert.by }); },
    see(alert) { this.ask("see_alert", { alert: alert.id }); },
    look(alert) { this.see(alert); this.open(alert.conversation); },
    toggleSound() { this.isOn = !this.isOn; turn(this.isOn); if (this.isOn) ring("message"); },
    async be(presence) {
      const found = await this.ask("be", { presence });
      if (found.error) this.tell(found); else this.stand = found.presence;
    },

    // --- the conversation
    async open(id, remember = true) {
      this.selected = id; this.opening = id; this.trouble = ""; this.notice = "";
      const found = await this.ask("open", { id });
      if (this.opening !== id) return;
      if (found.error) return this.tell(found);
      this.talk = { id, row: found.row, lines: found.lines, marks: found.marks, underWay: found.under_way, isAll: found.is_all,
        panel: found.panel, viewers: found.viewers, canned: found.canned, loading: false };
      const path = `${this.prefix}/conversation/${id}`;
      if (remember && location.pathname !== path) history.pushState({ id }, "", path);
    },
    leave(remember = true) {
      this.talk = null; this.opening = 0; this.showsPanel = false;
      this.ask("away");
      if (remember) history.pushState({}, "", `${this.prefix}/inbox`);
      this.$nextTick(() => document.getElementById(`row-${this.selected}`)?.focus());
    },
    moved() {
      const id = Number(/\/conversation\/(\d+)/.exec(location.pathname)?.[1] ?? 0);
      if (id) this.open(id, false); else if (this.talk) this.leave(false);
    },
    seenSeq() { return this.talk.lines.at(-1)?.seq ?? 0; },
    seenMark(letter) { return Math.max(0, ...this.talk.marks.filter((mark) => mark.key[0] === letter).map((mark) => mark.id)); },
    take(found) {
      if (found.row) this.takeRow(found.row);
      const news = found.thread;
      if (!news || this.talk?.id !== news.id) return;
      const known = new Set(this.talk.lines.map((line) => line.key));
      this.talk.lines.push(...news.lines.filter((line) => !known.has(line.key)));
      this.talk.lines.sort((a, b) => a.seq - b.seq);
      const marks = new Set(this.talk.marks.map((mark) => mark.key));
      this.talk.marks.push(...news.marks.filter((mark) => !marks.has(mark.key)));
      this.talk.underWay = news.under_way;
    },
    takeRow(row) {
      if (this.talk?.id === row.id) {
        const before = this.talk.row;
        this.talk.row = row;
        if (before.stage !== row.stage || before.level !== row.level || before.promise !== row.promise || before.case !== row.case) this.lookBeside();
      }
      const place = this.rows.findIndex((it) => it.id === row.id);
      if (place >= 0) this.rows[place] = { ...row, listed: true };
    },
    async lookBeside() {
      const id = this.talk.id;
      const found = await this.ask("beside", { id });
      if (!found.error && this.talk?.id === id) this.talk.panel = found.panel;
    },
    async earlier(done) {
      if (this.talk.loading || !this.talk.lines.length) return done();
      const id = this.talk.id;
      this.talk.loading = true;
      const found = await this.ask("earlier", { id, seq: this.talk.lines[0].seq });
      if (this.talk?.id === id) {
        this.talk.loading = false;
        if (!found.error) {
          this.talk.lines.unshift(...found.lines);
          this.talk.marks.unshift(...found.marks);
          this.talk.isAll = found.is_all;
        }
      }
      done();
    },

    // --- deeds
    async deed(what, args = {}) {
      if (this.busy || !this.talk) return {};
      const id = this.talk.id;
      this.busy = true; this.trouble = ""; this.notice = "";
      const found = await this.ask(what, { id, ...args });
      this.busy = false;
      if (found.error) this.tell(found);
      this.take(found);
      return found;
    },
    tell(found) {
      const w = this.say.w;
      const words = {
        stale: () => w("stale"), moved: () => w("moved"), not_yours: () => w("not_yours"), signed_out: () => w("signed_out"),
        unfilled: () => w("unfilled", { names: this.say.names(found.names.map((name) => `{${name}}`)) }),
        refused: () => w("refused", { why: found.why }), no_answer: () => (this.online ? w("no_answer") : w("offline")),
      };
      const text = (words[found.error] ?? words.no_answer)();
      if (["stale", "not_yours", "unfilled"].includes(found.error)) this.trouble = text; else this.notice = text;
    },
    async claim() {
      if (!this.talk || this.isMine) return;
      if (this.isOthers) { if (this.me.supervises) await this.deed("claim", { over: true }); return; }
      const found = await this.deed("claim", { fence: this.talk.row.fence });
      if (found.error === "moved" && this.talk) this.take(await this.ask("catch_up", { id: this.talk.id, seq: this.seenSeq(), note: this.seenMark("n"), event: this.seenMark("e") }));
    },
    async claimSelected() {
      if (this.talk?.id !== this.selected && this.selected) await this.open(this.selected);
      await this.claim();
    },
    async send(written, done) {
      const found = await this.deed("send", { ...written, seq: this.seenSeq() });
      if (!found.error) done();
    },
    async note(text, done) {
      const found = await this.deed("note", { text });
      if (!found.error) done();
    },
    again(line) { this.deed("send_again", { delivery: Number(line.key.slice(1)) }); },
    typing() {
      if (this.talk && Date.now() - this.typedAt > TYPING_EVERY) { this.typedAt = Date.now(); this.ask("typing"); }
    },
    async show(kind) {
      if (kind === "transfer") {
        const found = await this.ask("colleagues");
        if (found.error) return this.tell(found);
        return this.$refs.dialogs.show(kind, found.colleagues, found.teams);
      }
      this.$refs.dialogs.show(kind);
    },

    // --- keys
    pressed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
      if (isTyping(event.target)) { if (event.key === "Escape") event.target.blur(); return; }
      const keys = {
        j: () => this.step(1), k: () => this.step(-1), c: () => this.claimSelected(), "?": () => this.show("help"),
        Escape: () => this.talk && this.leave(),
        Enter: () => { if (event.target.tagName === "BUTTON" || event.target.tagName === "A") return false; if (this.selected) this.open(this.selected); },
        r: () => this.talk && this.$refs.composer.write("reply"), n: () => this.talk && this.$refs.composer.write("note"),
        "/": () => this.talk && this.$refs.composer.pick(),
        e: () => this.talk && (this.isMine || this.me.supervises) && this.talk.row.owner !== "bot" && this.show("close"),
      };
      if (keys[event.key] && keys[event.key]() !== false) event.preventDefault();
    },
    step(by) {
      const place = this.sorted.findIndex((row) => row.id === this.selected);
      const next = this.sorted[place < 0 ? 0 : Math.min(this.sorted.length - 1, Math.max(0, place + by))];
      if (!next) return;
      this.selected = next.id;
      this.$nextTick(() => document.getElementById(`row-${next.id}`)?.focus({ preventScroll: false }));
      if (by > 0 && place >= this.sorted.length - 3 && this.cursor && !this.loading) this.load(this.cursor);
    },
  },
  template: `
<div class="desk" :class="{talking: talk, paneled: showsPanel}" :data-online="online ? 'true' : 'false'">
  <p v-if="!online" class="banner down" role="alert"><template v-if="signedOut">{{ say.w('signed_out') }} <a :href="here">{{ say.w('sign_in') }}</a></template><template v-else>{{ say.w('offline') }}</template></p>
  <div class="left">
    <div class="stand">
      <div class="presence" role="group" :aria-label="say.w('your_state')">
        <button type="button" :aria-pressed="stand === 'online' ? 'true' : 'false'" :title="say.w('online_explained')" @click="be('online')"><i class="dot online" aria-hidden="true"></i>{{ say.w('online') }}</button>
        <button type="button" :aria-pressed="stand === 'away' ? 'true' : 'false'" :title="say.w('away_explained')" @click="be('away')"><i class="dot away" aria-hidden="true"></i>{{ say.w('away') }}</button>
      </div>
      <button type="button" class="quiet" :aria-pressed="isOn ? 'true' : 'false'" @click="toggleSound">{{ say.w(isOn ? 'sound_on' : 'sound_off') }}</button>
      <button type="button" class="quiet" :aria-label="say.w('help')" :title="say.w('help')" @click="show('help')">?</button>
    </div>
    <div role="alert"><ul v-if="alerts.length" class="alerts" :aria-label="say.w('alerts')">
      <li v-for="alert in alerts.slice(0, 5)" :key="alert.id"><span>{{ alertText(alert) }}</span>
        <button type="button" class="quiet" @click="look(alert)">{{ say.w('look') }}</button>
        <button type="button" class="quiet" @click="see(alert)">{{ say.w('seen') }}</button></li>
    </ul></div>
    <desk-list :tab="tab" :rows="sorted" :counts="counts" :cursor="cursor" :perhaps="perhaps" :selected="selected" :open="talk ? talk.id : 0"
      :filters="filters" :choices="choices" :loading="loading" :tick="tick"
      @tab="turnTo" @filter="filter" @more="load(cursor)" @open="open" @refresh="load()"></desk-list>
  </div>
  <section v-if="talk" class="talk" :aria-label="talk.row.name || say.w('no_name')">
    <header class="head">
      <button type="button" class="quiet back" @click="leave()">← {{ say.w('back_to_list') }}</button>
      <div class="whom"><h1>{{ talk.row.name || say.w('no_name') }}</h1>
        <span class="chip">{{ say.channelOf(talk.row.channel) }}</span>
        <span v-if="talk.row.language" class="chip">{{ say.languageOf(talk.row.language) }}</span>
        <span class="chip owner">{{ talk.row.owner === 'bot' ? say.w('with_bot') : talk.row.owner === 'queue' ? say.w('with_queue') : isMine ? say.w('with_me') : talk.row.owner_name || say.w('colleague') }}</span>
        <span v-if="talk.row.reason" class="chip">{{ say.w('reason_' + talk.row.reason) }}</span>
        <span v-if="talk.row.waiting" class="chip waits">{{ (tick, say.w('waits', {time: say.since(talk.row.waiting)})) }}</span>
        <span v-if="talk.row.unreachable" class="chip l3">{{ say.w('unreachable') }}</span>
      </div>
      <div class="deeds">
        <button v-if="!isMine && !isOthers" type="button" class="main" :disabled="busy || !online" @click="claim">{{ say.w('claim') }}</button>
        <button v-if="isOthers && me.supervises" type="button" class="quiet" :disabled="busy || !online" @click="claim">{{ say.w('take_over') }}</button>
        <template v-if="isMine || (me.supervises && talk.row.owner !== 'bot')">
          <button type="button" class="quiet" :disabled="busy || !online" @click="show('transfer')">{{ say.w('transfer') }}</button>
          <button type="button" class="quiet" :disabled="busy || !online" @click="show('hand_back')">{{ say.w('hand_back') }}</button>
          <button type="button" class="quiet" :disabled="busy || !online" @click="show('close')">{{ say.w('close') }}</button>
        </template>
        <button type="button" class="quiet toggle" :aria-expanded="showsPanel ? 'true' : 'false'" @click="showsPanel = !showsPanel">{{ say.w('panel.title') }}</button>
      </div>
    </header>
    <p v-if="notice" class="banner" role="alert">{{ notice }}</p>
    <desk-brief v-if="talk.panel.brief" :brief="talk.panel.brief" :tick="tick"></desk-brief>
    <desk-thread :talk="talk" :online="online" @earlier="earlier" @again="again"></desk-thread>
    <p class="present" aria-live="polite"><span v-if="types.length" class="types">{{ say.w('types', {names: say.names(types)}) }}</span>
      <span v-if="looks.length">{{ say.w('looks_too', {names: say.names(looks)}) }}</span></p>
    <desk-composer ref="composer" :talk="talk" :online="online" :busy="busy" :trouble="trouble"
      @send="send" @note="note" @typing="typing" @calm="trouble = ''"></desk-composer>
  </section>
  <p v-else-if="notice" class="banner" role="alert">{{ notice }}</p>
  <desk-panel v-if="talk" :panel="talk.panel"></desk-panel>
  <desk-dialogs ref="dialogs" :talk="talk" @do="deed"></desk-dialogs>
</div>`,
};

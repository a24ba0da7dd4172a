// Where staff write: a reply or a private note. The draft lies in the browser until it was sent.

const OPEN = /\{(name|agent|order|product|case|due)\}/;

export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export default {
  name: "DeskComposer",
  inject: ["say", "me", "prefix"],
  props: { talk: Object, online: Boolean, busy: Boolean, trouble: String },
  emits: ["send", "note", "typing", "calm"],
  data: () => ({ mode: "reply", texts: { reply: "", note: "" }, files: [], uploading: "", picking: false, find: "", picked: 0, key: newKey(), fileTrouble: false }),
  computed: {
    text: {
      get() { return this.texts[this.mode]; },
      set(value) { this.texts[this.mode] = value; this.keep(); },
    },
    place() { return `carebot.draft.${this.me.id}.${this.talk.id}`; },
    isOthers() { return !["bot", "queue", String(this.me.id)].includes(this.talk.row.owner); },
    answers() {
      const part = this.find.trim().toLowerCase();
      return this.talk.canned.filter((it) => !part || it.text.toLowerCase().includes(part) || it.key.includes(part));
    },
    canSend() { return this.online && !this.busy && !this.uploading && (this.text.trim() || (this.mode === "reply" && this.files.length)); },
  },
  watch: { "talk.id": { immediate: true, handler() { this.restore(); } }, find() { this.picked = 0; } },
  methods: {
    restore() {
      let kept = {};
      try { kept = JSON.parse(localStorage.getItem(this.place) ?? "{}"); } catch { /* somebody else's writing */ }
      this.texts = { reply: kept.reply ?? "", note: kept.note ?? "" };
      this.key = kept.key ?? newKey();
      this.mode = "reply"; this.files = []; this.picking = false;
      this.$nextTick(this.grow);
    },
    keep() {
      if (this.texts.reply || this.texts.note) localStorage.setItem(this.place, JSON.stringify({ ...this.texts, key: this.key }));
      else localStorage.removeItem(this.place);
      this.$nextTick(this.grow);
      this.$emit("typing");
      if (this.trouble) this.$emit("calm");
    },
    grow() {
      const box = this.$refs.box;
      if (box) { box.style.height = "auto"; box.style.height = `${Math.min(box.scrollHeight + 2, 220)}px`; }
    },
    write(mode) { this.mode = mode; this.picking = false; this.$nextTick(() => { this.grow(); this.$refs.box?.focus(); }); },
    send() {
      if (!this.canSend) return;
      if (this.mode === "note") this.$emit("note", this.text, () => this.done("note"));
      else this.$emit("send", { text: this.text, key: this.key, files: this.files }, () => this.done("reply"));
    },
    done(mode) {
      this.texts[mode] = "";
      if (mode === "reply") { this.files = []; this.key = newKey(); }
      else this.mode = "reply";
      this.keep();
    },
    pressed(event) {
      if (event.isComposing) return; // a Chinese word is being chosen
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.send(); }
      else if (event.key === "/" && this.mode === "reply" && !this.text) { event.preventDefault(); this.pick(); }
      else if (event.key === "Escape") { event.stopPropagation(); this.$refs.box.blur(); }
    },
    pick() { this.picking = true; this.find = ""; this.picked = 0; this.mode = "reply"; this.$nextTick(() => this.$refs.find?.focus()); },
    leave() { this.picking = false; this.$nextTick(() => this.$refs.box?.focus()); },
    choosing(event) {
      if (event.isComposing) return;
      const last = this.answers.length - 1;
      if (event.key === "ArrowDown") this.picked = Math.min(last, this.picked + 1);
      else if (event.key === "ArrowUp") this.picked = Math.max(0, this.picked - 1);
      else if (event.key === "Enter") { if (this.answers[this.picked]) this.insert(this.answers[this.picked]); }
      else if (event.key === "Escape") { event.stopPropagation(); this.leave(); }
      else return;
      event.preventDefault();
      this.$nextTick(() => document.getElementById(`canned-${this.picked}`)?.scrollIntoView({ block: "nearest" }));
    },
    insert(answer) {
      this.text = this.text ? `${this.text.trimEnd()}\n${answer.text}` : answer.text;
      this.picking = false;
      this.$nextTick(() => {
        const box = this.$refs.box;
        const open = OPEN.exec(box.value);
        box.focus();
        if (open) box.setSelectionRange(open.index, open.index + open[0].length); // the first thing to fill in
      });
    },
    async upload(files) {
      for (const file of files) {
        this.uploading = file.name; this.fileTrouble = false;
        const form = new FormData();
        form.append("file", file);
        try {
          const answer = await fetch(`${this.prefix}/files`, { method: "POST", body: form });
          if (answer.ok) this.files.push(await answer.json());
          else this.fileTrouble = true;
        } catch { this.fileTrouble = true; }
        this.uploading = "";
      }
      this.$refs.file.value = "";
    },
    pasted(event) {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length && this.mode === "reply") { event.preventDefault(); this.upload(files); }
    },
  },
  template: `
<section class="composer" :class="mode" :aria-label="say.w(mode)">
  <div v-if="picking" class="canned" role="dialog" :aria-label="say.w('canned')">
    <input ref="find" v-model="find" type="text" role="combobox" aria-expanded="true" aria-controls="canned-list" aria-autocomplete="list"
      :aria-activedescendant="answers.length ? 'canned-' + picked : undefined"
      :placeholder="say.w('canned_find')" :aria-label="say.w('canned_find')" @keydown="choosing">
    <ul id="canned-list" role="listbox" :aria-label="say.w('canned')">
      <li v-for="(answer, i) in answers" :key="answer.key" :id="'canned-' + i" role="option" :aria-selected="i === picked ? 'true' : 'false'"
        @mousedown.prevent="insert(answer)">{{ answer.text }}</li>
    </ul>
    <p v-if="!answers.length">{{ say.w('canned_none') }}</p>
  </div>
  <div class="modes" role="group">
    <button type="button" class="mode" :aria-pressed="mode === 'reply' ? 'true' : 'false'" @click="write('reply')">{{ say.w('reply') }}</button>
    <button type="button" class="mode" :aria-pressed="mode === 'note' ? 'true' : 'false'" @click="write('note')">{{ say.w('note') }}</button>
    <span class="hint">{{ mode === 'note' ? say.w('note_hint') : isOthers ? say.w('read_only', {name: talk.row.owner_name}) : talk.row.owner === String(me.id) ? say.w('reply_hint') : say.w('reply_takes') }}</span>
  </div>
  <p v-if="trouble" class="trouble" role="alert">{{ trouble }}</p>
  <p v-if="fileTrouble" class="trouble" role="alert">{{ say.w('file_wrong') }}</p>
  <ul v-if="files.length || uploading" class="kept">
    <li v-for="(file, i) in files" :key="file.ref">{{ file.name || say.w('file_' + file.kind) }}
      <button type="button" class="quiet" :aria-label="say.w('remove_file', {name: file.name})" @click="files.splice(i, 1)">✕</button></li>
    <li v-if="uploading">{{ say.w('uploading', {name: uploading}) }}</li>
  </ul>
  <div class="write">
    <textarea ref="box" v-model="text" rows="2" dir="auto" :aria-label="mode === 'note' ? say.w('note') : say.w('reply_to', {name: talk.row.name || say.w('no_name')})"
      :placeholder="mode === 'note' ? say.w('note_hint') : ''" @keydown="pressed" @paste="pasted"></textarea>
    <div class="buttons">
      <span v-if="mode === 'reply'" class="side-buttons">
        <button type="button" class="quiet" @click="pick">{{ say.w('canned') }}</button>
        <button type="button" class="quiet" @click="$refs.file.click()">{{ say.w('attach') }}</button>
        <input ref="file" type="file" hidden multiple accept="image/jpeg,image/png,image/gif,image/webp,application/pdf" @change="upload([...$event.target.files])">
      </span>
      <button type="button" class="main" :disabled="!canSend" @click="send">{{ busy ? say.w('sending') : mode === 'note' ? say.w('keep_note') : say.w('send') }}</button>
    </div>
  </div>
</section>`,
};

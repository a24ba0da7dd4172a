// The thread: who speaks is always said; private notes and what happened at the desk stand between the lines.

export default {
  name: "DeskThread",
  inject: ["say", "me", "prefix"],
  props: { talk: Object, online: Boolean },
  emits: ["earlier", "again"],
  data: () => ({ isAtEnd: true, unseen: false }),
  computed: {
    items() {
      const items = [
        ...this.talk.lines.map((line) => ({ type: "line", order: [line.seq, 0, 0], at: line.at, it: line })),
        ...this.talk.marks.map((mark) => ({ type: "mark", order: [mark.seq, 1, Date.parse(mark.at)], at: mark.at, it: mark })),
        ...this.talk.underWay.map((line, i) => ({ type: "line", order: [Infinity, 0, i], at: line.at, it: line })),
      ].sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1] || a.order[2] - b.order[2]);
      let day = "";
      for (const item of items) {
        const its = this.say.dayOf(item.at);
        item.day = its !== day ? this.say.day(item.at) : "";
        day = its;
      }
      return items;
    },
    newest() { return this.items.at(-1)?.it.key; },
  },
  watch: {
    newest() {
      if (this.isAtEnd) this.toEnd();
      else this.unseen = true;
    },
    "talk.id"() { this.isAtEnd = true; this.unseen = false; this.toEnd(); },
  },
  mounted() { this.toEnd(); },
  methods: {
    toEnd() {
      this.unseen = false;
      this.$nextTick(() => { if (this.$refs.box) this.$refs.box.scrollTop = this.$refs.box.scrollHeight; });
    },
    scrolled() {
      const box = this.$refs.box;
      this.isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
      if (this.isAtEnd) this.unseen = false;
      if (box.scrollTop < 80 && !this.talk.isAll && !this.talk.loading) this.back();
    },
    async back() {
      const box = this.$refs.box;
      const below = box.scrollHeight - box.scrollTop;
      await new Promise((done) => this.$emit("earlier", done));
      await this.$nextTick();
      box.scrollTop = box.scrollHeight - below; // what was looked at stays where it was
    },
    speaker(line) {
      if (line.author === "customer") return this.talk.row.name || this.say.w("customer");
      if (line.author === "bot") return this.say.w("the_bot");
      return line.name === this.me.name ? `${line.name} (${this.say.w("you")})` : line.name || this.say.w("colleague");
    },
    who(name) { return name === "bot" ? this.say.w("the_bot") : name === "clock" ? this.say.w("the_clock") : name; },
    deed(mark) {
      const to = mark.what === "closed" ? "" : mark.to || "";
      return this.say.w(`deed_${mark.what}`, { by: this.who(mark.by), to: this.who(to) })
        + (mark.what === "queued" && this.say.has(`reason_${mark.to}`) ? ` · ${this.say.w(`reason_${mark.to}`)}` : "")
        + (mark.what === "closed" && this.say.has(`outcome_${mark.to}`) ? ` · ${this.say.w(`outcome_${mark.to}`)}` : "");
    },
    tick(state) {
      return { sent: "✓", due: "…", claimed: "…", sending: "…", failed: "⚠", unknown: "?" }[state] ?? "";
    },
    url(line, file) { return `${this.prefix}/file/${this.talk.id}/${line.key}/${file.number}`; },
    isPicture(file) { return file.kind === "photo" || (file.mime || "").startsWith("image/"); },
    fileName(file) { return file.name || this.say.w(`file_${file.kind || "other"}`); },
  },
  template: `
<div class="thread" ref="box" tabindex="0" role="log" :aria-label="say.w('thread')" aria-live="polite" @scroll.passive="scrolled">
  <p v-if="talk.isAll" class="begin">{{ say.w('beginning') }}</p>
  <p v-else class="begin"><button type="button" class="quiet" @click="back">{{ say.w('earlier') }}</button></p>
  <template v-for="item in items" :key="item.it.key">
    <p v-if="item.day" class="day" role="separator"><span>{{ item.day }}</span></p>
    <article v-if="item.type === 'line'" class="said" :class="[item.it.author, item.it.state]" :data-key="item.it.key">
      <header><b>{{ speaker(item.it) }}</b> <time :datetime="item.at">{{ say.time(item.at) }}</time>
        <span v-if="item.it.kind === 'edit'" class="tag">{{ say.w('edited') }}</span>
        <span v-if="item.it.kind === 'button'" class="tag">{{ say.w('tapped') }}</span>
      </header>
      <div class="bubble">
        <p v-if="item.it.text" class="text" dir="auto">{{ item.it.text }}</p>
        <template v-for="file in item.it.attachments" :key="file.number">
          <a v-if="isPicture(file)" class="picture" :href="url(item.it, file)" target="_blank" rel="noopener"
            :aria-label="say.w('open_file', {what: say.w('file_photo'), name: file.name})">
            <img :src="url(item.it, file)" :alt="fileName(file)" loading="lazy"></a>
          <a v-else class="file" :href="url(item.it, file)" target="_blank" rel="noopener">📎 {{ fileName(file) }}</a>
        </template>
        <ul v-if="item.it.buttons.length" class="choices">
          <li v-for="button in item.it.buttons" :key="button.label" :class="{tapped: button.tapped}">{{ button.label }}<span v-if="button.tapped"> ✓ {{ say.w('chosen') }}</span></li>
        </ul>
      </div>
      <footer v-if="item.it.state">
        <span class="tick" :class="item.it.state" role="img" :aria-label="say.w('state_' + item.it.state)" :title="say.w('state_' + item.it.state)">{{ tick(item.it.state) }}</span>
        <template v-if="item.it.state === 'failed' || item.it.state === 'unknown'">
          <span class="why">{{ say.w('state_' + item.it.state) }}</span>
          <button type="button" class="quiet" :disabled="!online" @click="$emit('again', item.it)">{{ say.w('send_again') }}</button>
        </template>
      </footer>
    </article>
    <aside v-else-if="item.it.what === 'note'" class="note" :data-key="item.it.key">
      <header><span aria-hidden="true">🔒</span> {{ say.w('note_by', {name: item.it.by}) }} <time :datetime="item.at">{{ say.time(item.at) }}</time></header>
      <p class="text" dir="auto">{{ item.it.text }}</p>
    </aside>
    <p v-else class="deed" :data-key="item.it.key">{{ deed(item.it) }} <time :datetime="item.at">{{ say.time(item.at) }}</time>
      <span v-if="item.it.text" class="summary">{{ item.it.text }}</span></p>
  </template>
  <button v-if="unseen" type="button" class="down" @click="toEnd">{{ say.w('newest') }} ↓</button>
</div>`,
};

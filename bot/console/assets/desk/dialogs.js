// Hand back, transfer, close, help. <dialog> keeps the focus inside and closes with Escape by itself.

export default {
  name: "DeskDialogs",
  inject: ["say", "me"],
  props: { talk: Object },
  emits: ["do"],
  data: () => ({ kind: "", summary: "", to: "", outcome: "answered", people: [], teams: [] }),
  computed: {
    keys() {
      const w = this.say.w;
      return [["j / k", w("key_list")], ["Enter", w("key_open")], ["c", w("claim")], ["r", w("reply")], ["n", w("note")],
        ["/", w("canned")], ["e", w("close")], ["Esc", w("key_back")], ["?", w("help")]];
    },
  },
  methods: {
    show(kind, people = [], teams = []) {
      this.kind = kind; this.summary = ""; this.outcome = "answered"; this.teams = teams;
      this.people = people.filter((person) => person.id !== this.me.id);
      this.to = "team:";
      this.$nextTick(() => {
        this.$refs.box.showModal();
        this.$refs.box.querySelector("input:checked")?.focus();
      });
    },
    state(person) {
      const state = person.presence === "offline" ? this.say.w("offline_state") : this.say.w(person.presence);
      return this.say.w("person_state", { name: person.name, state, load: person.load, limit: person.limit });
    },
    leave() { this.$refs.box.close(); },
    go() {
      const [what, id] = this.to.split(/:(.*)/);
      const args = {
        hand_back: { summary: this.summary },
        close: { summary: this.summary, outcome: this.outcome },
        transfer: { text: this.summary, to: what === "person" ? Number(id) : 0, team: what === "team" ? id : "" },
      }[this.kind];
      this.leave();
      this.$emit("do", this.kind, args);
    },
  },
  template: `
<dialog ref="box" class="dialog" :aria-label="say.w(kind === 'help' ? 'help' : kind + '_title')" @close="kind = ''" @keydown.stop>
  <template v-if="kind === 'help'">
    <h2>{{ say.w('help') }}</h2>
    <dl class="keys"><div v-for="[key, what] in keys" :key="key"><dt><kbd>{{ key }}</kbd></dt><dd>{{ what }}</dd></div></dl>
    <div class="ends"><button type="button" class="main" @click="leave">{{ say.w('close_window') }}</button></div>
  </template>
  <form v-else-if="kind" method="dialog" @submit.prevent="go">
    <h2>{{ say.w(kind + '_title') }}</h2>
    <p v-if="kind !== 'transfer'">{{ say.w(kind + '_why') }}</p>
    <div v-if="kind === 'transfer'"><label for="pass-to">{{ say.w('transfer_to') }}</label>
      <select id="pass-to" v-model="to">
        <option v-for="person in people" :key="person.id" :value="'person:' + person.id">{{ state(person) }}</option>
        <option value="team:">{{ say.w('team_anybody') }}</option>
        <option v-for="team in teams" :key="team" :value="'team:' + team">{{ say.w('team_queue', {team}) }}</option>
      </select></div>
    <fieldset v-if="kind === 'close'"><legend>{{ say.w('outcome') }}</legend>
      <label v-for="it in ['solved','answered','no_reply','no_case']" :key="it"><input type="radio" v-model="outcome" :value="it"> {{ say.w('outcome_' + it) }}</label>
    </fieldset>
    <label>{{ say.w('summary') }}<textarea v-model="summary" rows="3"></textarea></label>
    <div class="ends">
      <button type="button" class="quiet" @click="leave">{{ say.w('cancel') }}</button>
      <button type="submit" class="main">{{ say.w('do_' + kind) }}</button>
    </div>
  </form>
</dialog>`,
};

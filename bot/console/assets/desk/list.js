// The list of conversations: tabs, filters, one line a conversation.

const BLANK = { channel: "", language: "", stage: "", level: 0, tier: "", team: "", text: "" };

export default {
  name: "DeskList",
  inject: ["say", "me"],
  props: { tab: String, rows: Array, counts: Object, cursor: Array, perhaps: Boolean, selected: Number, open: Number,
    filters: Object, choices: Object, loading: Boolean, tick: Number },
  emits: ["tab", "filter", "more", "open", "refresh"],
  data: () => ({ showsFilters: false }),
  computed: {
    isFiltered() { return Object.keys(BLANK).some((name) => this.filters[name]); },
    stages: () => ["vent", "acknowledge", "clarify", "resolve", "commit", "restore"],
  },
  methods: {
    filter(name, value) { this.$emit("filter", { ...this.filters, [name]: value }); },
    clear() { this.$emit("filter", { ...BLANK }); },
    owner(row) {
      if (row.owner === "bot") return this.say.w("with_bot");
      if (row.owner === "queue") return this.say.w("with_queue");
      return row.owner === String(this.me.id) ? this.say.w("with_me") : row.owner_name || this.say.w("colleague");
    },
    late(iso) { return iso && Date.parse(iso) < this.say.now(); },
    promise(row) {
      const left = Date.parse(row.promise) - this.say.now();
      return this.say.w(left >= 0 ? "promise_in" : "promise_late", { time: this.say.span(left) });
    },
    preview(row) {
      if (row.preview) return row.preview;
      return row.preview_kind ? `[${this.say.w(`file_${row.preview_kind}`)}]` : "";
    },
    waits(row) { return (this.tick, this.say.w("waits", { time: this.say.since(row.waiting) })); },
    feeling(row) { return this.say.w(`level_${row.level}`) + (row.because ? ` · ${row.because}` : ""); },
    show(id) {
      this.$nextTick(() => document.getElementById(`row-${id}`)?.scrollIntoView({ block: "nearest" }));
    },
  },
  watch: { selected(id) { this.show(id); } },
  template: `
<section class="list" :aria-label="say.w('list')">
  <div class="tabs" role="tablist" :aria-label="say.w('tabs')">
    <button v-for="name in ['mine','queue','all','bot']" :key="name" type="button" role="tab" :id="'tab-' + name"
      aria-controls="rows" :aria-selected="name === tab ? 'true' : 'false'" class="tab" @click="$emit('tab', name)">
      {{ say.w('tab_' + name) }}<span v-if="counts[name]" class="count" :class="{hot: name === 'queue'}">{{ counts[name] }}</span>
    </button>
  </div>
  <div class="tools">
    <input class="search" type="search" :value="filters.text" :placeholder="say.w('search')" :aria-label="say.w('search')"
      @input="filter('text', $event.target.value)">
    <button type="button" class="quiet" :aria-expanded="showsFilters ? 'true' : 'false'" aria-controls="filters"
      :class="{on: isFiltered}" @click="showsFilters = !showsFilters">{{ say.w('filters') }}</button>
  </div>
  <div v-show="showsFilters" id="filters" class="filters">
    <select :value="filters.channel" :aria-label="say.w('any_channel')" @change="filter('channel', $event.target.value)">
      <option value="">{{ say.w('any_channel') }}</option>
      <option v-for="name in choices.channel" :key="name" :value="name">{{ say.channelOf(name) }}</option>
    </select>
    <select :value="filters.language" :aria-label="say.w('any_language')" @change="filter('language', $event.target.value)">
      <option value="">{{ say.w('any_language') }}</option>
      <option v-for="code in ['zh','zh-Hant','en']" :key="code" :value="code">{{ say.languageOf(code) }}</option>
    </select>
    <select :value="filters.stage" :aria-label="say.w('any_stage')" @change="filter('stage', $event.target.value)">
      <option value="">{{ say.w('any_stage') }}</option>
      <option v-for="stage in stages" :key="stage" :value="stage">{{ say.w('stage_' + stage) }}</option>
    </select>
    <select :value="filters.level" :aria-label="say.w('any_level')" @change="filter('level', Number($event.target.value))">
      <option :value="0">{{ say.w('any_level') }}</option>
      <option v-for="level in [1,2,3]" :key="level" :value="level">{{ say.w('from_level', {level: say.w('level_' + level)}) }}</option>
    </select>
    <select :value="filters.tier" :aria-label="say.w('any_tier')" @change="filter('tier', $event.target.value)">
      <option value="">{{ say.w('any_tier') }}</option>
      <option v-for="tier in choices.tier" :key="tier.value" :value="tier.value">{{ tier.label }}</option>
    </select>
    <select v-if="choices.team.length" :value="filters.team" :aria-label="say.w('any_team')" @change="filter('team', $event.target.value)">
      <option value="">{{ say.w('any_team') }}</option>
      <option v-for="team in choices.team" :key="team" :value="team">{{ team }}</option>
    </select>
    <button v-if="isFiltered" type="button" class="quiet" @click="clear">{{ say.w('clear_filters') }}</button>
  </div>
  <button v-if="perhaps" type="button" class="perhaps" @click="$emit('refresh')">{{ say.w('changed') }}</button>
  <div id="rows" class="rows" role="tabpanel" :aria-labelledby="'tab-' + tab" :aria-busy="loading ? 'true' : 'false'"><ul>
    <li v-for="row in rows" :key="row.id">
      <button type="button" class="row" :id="'row-' + row.id" :class="{selected: row.id === selected, open: row.id === open}"
        :aria-current="row.id === open ? 'true' : 'false'" @click="$emit('open', row.id)">
        <span class="line">
          <span class="name">{{ row.name || say.w('no_name') }}</span>
          <span v-if="row.tier" class="chip tier">{{ row.tier }}</span>
          <span v-if="row.priority" class="chip" :class="'p' + row.priority" :title="say.w('urgency', {level: row.priority})">P{{ row.priority }}</span>
          <time v-if="row.last" class="when">{{ say.moment(row.last) }}</time>
        </span>
        <span class="preview" :class="row.preview_by">{{ preview(row) }}</span>
        <span class="line facts">
          <span class="chip">{{ say.channelOf(row.channel) }}</span>
          <span v-if="row.language" class="chip">{{ say.languageOf(row.language) }}</span>
          <span v-if="row.reason" class="chip">{{ say.w('reason_' + row.reason) }}</span>
          <span v-if="row.stage" class="chip stage">{{ say.w('stage_' + row.stage) }}</span>
          <span v-if="row.stage" class="chip" :class="'l' + row.level" :title="feeling(row)">{{ say.w('level_' + row.level) }}<span v-if="row.level && row.because" class="because"> · {{ row.because }}</span></span>
          <span v-if="row.promise" class="chip" :class="late(row.promise) ? 'l3' : 'due'">{{ (tick, promise(row)) }}</span>
          <span v-if="row.waiting" class="chip waits" :class="{l3: late(row.expected)}"
            :title="row.expected ? say.w('expected', {time: say.time(row.expected)}) : ''">{{ waits(row) }}</span>
          <span v-if="row.given && row.owner === String(me.id)" class="chip l2">{{ say.w('given_to_you') }}</span>
          <span v-if="row.unreachable" class="chip l3">{{ say.w('unreachable') }}</span>
          <span v-if="tab === 'all'" class="chip owner">{{ owner(row) }}</span>
        </span>
      </button>
    </li>
    <li v-if="cursor" class="more"><button type="button" class="quiet" @click="$emit('more')">{{ say.w('more') }}</button></li>
    <li v-if="!rows.length && !loading" class="empty">
      <p>{{ say.w(isFiltered ? 'empty_filtered' : 'empty_' + tab) }}</p>
      <button v-if="isFiltered" type="button" class="quiet" @click="clear">{{ say.w('clear_filters') }}</button>
    </li>
  </ul></div>
</section>`,
};

// Beside the thread: the brief of an open complaint, and the customer.

export const Brief = {
  name: "DeskBrief",
  inject: ["say"],
  props: { brief: Object, tick: Number },
  data: () => ({ isOpen: localStorage.getItem("carebot.brief") === "open" }),
  computed: {
    next() { return this.brief.promises.find((promise) => promise.state === "open"); },
  },
  methods: {
    toggle() { this.isOpen = !this.isOpen; localStorage.setItem("carebot.brief", this.isOpen ? "open" : "closed"); },
    b(key, values) { return this.say.w(`brief.${key}`, values); },
    countdown(promise) {
      const left = Date.parse(promise.due) - this.say.now();
      return (this.tick, this.say.w(left >= 0 ? "promise_in" : "promise_late", { time: this.say.span(left) }));
    },
    late(promise) { return Date.parse(promise.due) < this.say.now(); },
  },
  template: `
<section class="brief" :aria-label="b('title')">
  <div class="top">
    <span class="chip stage">{{ say.w('kind_' + brief.kind) }} · {{ say.w('stage_' + brief.stage) }}</span>
    <span class="chip" :class="'l' + brief.level" :title="brief.because">{{ say.w('level_' + brief.level) }}<span v-if="brief.because" class="because"> · {{ brief.because }}</span></span>
    <span v-if="next" class="chip" :class="late(next) ? 'l3' : 'due'">{{ countdown(next) }}</span>
    <span v-if="brief.repeat" class="chip l2">{{ b('repeat') }}</span>
    <span v-if="brief.failures" class="chip l2">{{ b('failures', {n: brief.failures}) }}</span>
    <span class="chip">{{ b('wish') }}: {{ brief.wish || b('wish_unknown') }}</span>
    <button type="button" class="quiet" :aria-expanded="isOpen ? 'true' : 'false'" aria-controls="brief-more" @click="toggle">{{ b('title') }} {{ isOpen ? '▴' : '▾' }}</button>
  </div>
  <dl class="now">
    <div><dt>{{ b('need') }}</dt><dd>{{ b('need_' + brief.stage) }}</dd></div>
    <div class="do"><dt>{{ b('do_now') }}</dt><dd>{{ b('do_' + brief.stage) }}</dd></div>
    <div class="dont"><dt>{{ b('not_now') }}</dt><dd>{{ b('dont_' + brief.stage) }}</dd></div>
  </dl>
  <div v-show="isOpen" id="brief-more" class="more">
    <div v-if="brief.told.length"><h2>{{ b('story') }}</h2><ul><li v-for="(words, i) in brief.told" :key="i">“{{ words }}”</li></ul></div>
    <div v-if="brief.order || brief.product"><h2>{{ b('about') }}</h2><p>{{ [brief.product, brief.order].filter(Boolean).join(' · ') }}</p></div>
    <div><h2>{{ b('emotion_path') }}</h2>
      <ol class="path"><li v-for="(felt, i) in brief.path" :key="i"><span class="chip" :class="'l' + felt.level">{{ say.w('level_' + felt.level) }}</span> {{ b('event_' + felt.event) }} <time>{{ say.moment(felt.at) }}</time></li></ol></div>
    <div><h2>{{ b('tried') }}</h2>
      <p v-if="!brief.tried.length">{{ b('tried_nothing') }}</p>
      <ul v-else><li v-for="(offer, i) in brief.tried" :key="i">{{ offer.name }} {{ offer.money }} — {{ b('answer_' + offer.answer) }}</li></ul></div>
    <div><h2>{{ b('promises') }}</h2>
      <p v-if="!brief.promises.length">{{ b('no_promises') }}</p>
      <ul v-else><li v-for="(promise, i) in brief.promises" :key="i">{{ promise.name }} {{ promise.money }} — {{ b('by_due', {owner: promise.owner, due: say.moment(promise.due)}) }}
        <span class="chip" :class="promise.state === 'open' && late(promise) ? 'l3' : 'due'">{{ promise.state === 'open' ? countdown(promise) : b('promise_' + promise.state) }}</span></li></ul></div>
  </div>
</section>`,
};

export const Panel = {
  name: "DeskPanel",
  inject: ["say"],
  props: { panel: Object },
  methods: { p(key, values) { return this.say.w(`panel.${key}`, values); } },
  computed: {
    facts() {
      const it = this.panel.identity;
      return [["tier", it.tier], ["loyalty", this.p("loyalty_none")], ["phone", it.phone], ["email", it.email], ["since", it.since], ["time_zone", it.time_zone], ["tags", this.say.names(it.tags)]].filter(([, value]) => value);
    },
  },
  template: `
<aside class="panel" :aria-label="p('title')">
  <h2>{{ panel.identity.name || say.w('no_name') }}</h2>
  <p class="soft">{{ panel.identity.shop_id ? p('linked', {id: panel.identity.shop_id}) : p('not_linked') }}</p>
  <dl class="facts"><div v-for="[key, value] in facts" :key="key"><dt>{{ p(key) }}</dt><dd>{{ value }}</dd></div></dl>
  <template v-if="panel.identity.shop_id">
    <h3>{{ p('orders') }}</h3>
    <p v-if="!panel.orders.length" class="soft">{{ p('no_orders') }}</p>
    <ul class="orders"><li v-for="order in panel.orders" :key="order.id">
      <span class="line"><b>{{ order.id }}</b><span class="chip">{{ p('state_' + order.state) }}</span></span>
      <span>{{ order.items.join(', ') }}</span>
      <span class="soft">{{ order.total }} · {{ say.date(order.placed) }}<template v-if="order.delivered"> · {{ p('delivered_on', {day: say.date(order.delivered)}) }}</template><template v-else-if="order.promised"> · {{ p('promised_on', {day: order.promised}) }}</template><template v-if="order.refund"> · {{ p('refund_' + order.refund) }}</template></span>
    </li></ul>
    <h3>{{ p('benefits') }}</h3>
    <p v-if="!panel.benefits.length" class="soft">{{ p('no_benefits') }}</p>
    <ul><li v-for="(benefit, i) in panel.benefits" :key="i">{{ benefit.name }}<template v-if="benefit.amount > 1"> ×{{ benefit.amount }}</template> <span class="soft">{{ p('until', {day: benefit.until}) }}</span></li></ul>
    <p v-if="panel.points">{{ p('points') }}: <b>{{ panel.points }}</b></p>
  </template>
  <h3>{{ p('cases') }}</h3>
  <p v-if="!panel.cases.length" class="soft">{{ p('no_cases') }}</p>
  <ul><li v-for="it in panel.cases" :key="it.id">C{{ String(it.id).padStart(5, '0') }} · {{ say.w('kind_' + it.kind) }} · {{ say.w('stage_' + it.stage) }} <span class="soft">{{ say.date(it.opened) }}</span></li></ul>
  <h3>{{ p('consents') }}</h3>
  <p v-if="!panel.consents.length" class="soft">{{ p('no_consents') }}</p>
  <ul><li v-for="it in panel.consents" :key="it.purpose">{{ p('purpose_' + it.purpose) }}: {{ p(it.granted ? 'granted' : 'refused') }} <span class="soft">{{ say.date(it.at) }}</span></li></ul>
</aside>`,
};

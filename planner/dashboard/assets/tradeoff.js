/* The sliders of the trade-off. A step changes the view here, without asking the server;
   the next step waits until the last one is answered, so that none pile up. */
(function () {
  const VIEW = "app-view";
  const PATIENCE_MS = 8000; // an answer that takes longer is not waited for
  const OFF = 400; // right end of the latency slider: no goal
  const FAMILY = "geo";
  const METRIC = "mean_rtt_ms";

  const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
  const money = (value) => `$${value.toLocaleString("en-US", { maximumFractionDigits: 2 })}`;

  /* The value of waiting grows with the square of the position: fine steps for cents. */
  const FIELDS = {
    usd: {
      form: "assumptions",
      key: "usd_per_wait_hour",
      none: 0,
      value: (at) => (at < 20 ? (at * at) / 20 : Math.round((at * at) / 20)),
      position: (value) => clamp(Math.round(Math.sqrt(20 * value)), 0, 100),
    },
    ms: {
      form: "goals",
      key: "max_rtt_ms",
      none: null,
      value: (at) => (at >= OFF ? null : at),
      position: (value) => (value === null ? OFF : clamp(2 * Math.round(value / 2), 2, OFF - 2)),
    },
  };

  const SOURCES = {
    "tradeoff-usd": ["usd", "slider"],
    "tradeoff-usd-input": ["usd", "input"],
    "tradeoff-usd-reset": ["usd", "reset"],
    "tradeoff-ms": ["ms", "slider"],
    "tradeoff-ms-input": ["ms", "input"],
    "tradeoff-ms-reset": ["ms", "reset"],
  };

  let sentAt = 0;
  let later = null;
  let slid = null; // the view that a slider made: it stands right, or is farther by now

  const keep = () => window.dash_clientside.no_update;
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const unless = (value, old) => (same(value, old) ? keep() : value);

  function valueOf(view, base, name) {
    const { form, key, none } = FIELDS[name];
    const part = (view.edits || {})[form];
    if (part === null) return none;
    if (part && key in part) return part[key] === null ? none : part[key];
    return base[name];
  }

  function withEdits(view, edits) {
    const { edits: _, ...rest } = view;
    return Object.keys(edits).length > 0 ? { ...rest, edits } : rest;
  }

  function without(view, name) {
    const { form, key } = FIELDS[name];
    const { [form]: part, ...edits } = view.edits || {};
    if (!part) return view;
    const { [key]: _, ...left } = part;
    return withEdits(view, Object.keys(left).length > 0 ? { ...edits, [form]: left } : edits);
  }

  function changed(view, base, name, value) {
    const bare = without(view, name);
    if (value === base[name]) return bare;
    const { form, key } = FIELDS[name];
    const edits = bare.edits || {};
    return withEdits(bare, { ...edits, [form]: { ...(edits[form] || {}), [key]: value } });
  }

  /* What a control asks for; undefined if the view has it already. */
  function asked(name, how, given, view, base) {
    const field = FIELDS[name];
    const now = valueOf(view, base, name);
    if (how === "reset") return now === base[name] ? undefined : base[name];
    if (how === "slider") {
      return given === field.position(now) ? undefined : field.value(given);
    }
    const typed = given === "" || given === null || given === undefined ? field.none : Number(given);
    return typed === now || Number.isNaN(typed) ? undefined : typed;
  }

  function send(view, bySlider) {
    sentAt = Date.now();
    slid = bySlider ? view : null;
    return view;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.tradeoff = {
    /* What the curve follows, and what the chosen plan follows: neither moves by sliders. */
    split: function (view, standing, held) {
      if (!view) return [keep(), keep()];
      if (!standing) [sentAt, later, slid] = [0, null, null]; // the page was opened anew
      const bare = without(without(view, "usd"), "ms");
      const curve = { family: FAMILY, metric: METRIC };
      for (const name of ["scenario", "edits", "version", "family", "metric"]) {
        if (bare[name]) curve[name] = bare[name];
      }
      const plan = { ...curve, plan: bare.plan || "", own: bare.own || {} };
      return [unless(curve, standing), unless(plan, held)];
    },

    /* Controls as the view has them. */
    place: function (view, base, usd, usdText, ms, msText, family, metric) {
      if (!view || !base) return Array(6).fill(keep());
      const ahead = later !== null || same(view, slid); // never pull a thumb back
      const value = valueOf(view, base, "usd");
      const goal = valueOf(view, base, "ms");
      return [
        ahead ? keep() : unless(FIELDS.usd.position(value), usd),
        unless(value, usdText),
        ahead ? keep() : unless(FIELDS.ms.position(goal), ms),
        unless(goal === null ? "" : goal, msText),
        unless(view.family || FAMILY, family),
        unless(view.metric || METRIC, metric),
      ];
    },

    /* A slider, a number or a reset changes the view. */
    edit: function (usd, usdText, usdReset, ms, msText, msReset, view, base) {
      if (!view || !base) return keep();
      let next = view;
      let bySlider = false;
      for (const { prop_id, value: given } of window.dash_clientside.callback_context.triggered) {
        const [name, how] = SOURCES[prop_id.split(".")[0]];
        if (how === "reset" && !given) continue;
        const value = asked(name, how, given, next, base);
        if (how === "slider" && Date.now() - sentAt < PATIENCE_MS) {
          later = { name, how, given };
          continue;
        }
        if (value === undefined) continue;
        next = changed(next, base, name, value);
        bySlider = how === "slider";
      }
      return next === view ? keep() : send(next, bySlider);
    },

    /* The last step is on the screen: go on to where the slider is by now. */
    answered: function (mark, view, base) {
      sentAt = 0;
      if (!mark || later === null) return;
      const { name, how, given } = later;
      later = null;
      const value = asked(name, how, given, view, base);
      if (value === undefined) return;
      window.dash_clientside.set_props(VIEW, { data: send(changed(view, base, name, value), true) });
    },

    /* The curve, with the chosen plan and the sliders' best on it. */
    compose: function (curve, ring, mark) {
      if (!curve) return keep();
      const metric = curve.layout.uirevision;
      const marks = [ring, mark].filter((trace) => trace && trace.meta === metric);
      return { data: curve.data.length > 0 ? [...curve.data, ...marks] : [], layout: curve.layout };
    },

    /* Whether the reasons are of another plan than the sliders' best. */
    stale: function (view, explained) {
      if (!view || !explained) return true;
      const parts = ["scenario", "edits", "version", "family"];
      return parts.every((name) => same(view[name] || null, explained[name] || null));
    },
  };

  window.dashMantineFunctions = window.dashMantineFunctions || {};
  window.dashMantineFunctions.tradeoffUsd = (at) => FIELDS.usd.value(at);
  window.dashMantineFunctions.tradeoffUsdLabel = (value) => `${money(value)} an hour`;
  window.dashMantineFunctions.tradeoffMsLabel = (at) => (at >= OFF ? "no goal" : `${at} ms`);
})();

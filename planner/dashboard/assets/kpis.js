/* The table of key figures, drawn by hand: as Dash components its hundred small parts
   took longer to redraw than map and bars together. */
(function () {
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }
    element.append(...children); // strings become text, never markup
    return element;
  }

  function head(plan) {
    return make(
      "th",
      { scope: "col" },
      make("span", {}, plan.name),
      make("small", {}, plan.role),
      make("small", { class: "worse" }, plan.missed),
      make("small", { class: "brief" }, plan.layout)
    );
  }

  function figure(row, cell) {
    const label = `${row.label} of ${cell.plan}: ${cell.text}; show the lines`;
    const button = make("button", { type: "button", class: "figure", "aria-label": label }, cell.text);
    button.addEventListener("click", () => {
      const asked = { plan: cell.plan, lines: row.lines, at: Date.now() };
      window.dash_clientside.set_props("explain-asked", { data: asked });
    });
    return make("td", {}, button, make("small", { class: cell.tone }, cell.difference));
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.late = {
    place: function (ready, part, room) {
      const there = document.getElementById(room).childElementCount > 0;
      return ready && !there ? part : window.dash_clientside.no_update;
    },
  };
  window.dash_clientside.kpis = {
    draw: function (data, place) {
      const room = document.getElementById(place);
      if (!data || !room) return;
      const rows = data.rows.map((row) =>
        make("tr", {}, make("th", { scope: "row" }, row.label), ...row.cells.map((c) => figure(row, c)))
      );
      const table = make(
        "table",
        { class: "kpis" },
        make("caption", {}, data.caption),
        make("thead", {}, make("tr", {}, make("td", {}), ...data.plans.map(head))),
        make("tbody", {}, ...rows)
      );
      room.replaceChildren(table);
    },
  };
})();

(() => {
  "use strict";
  const data = (id) => JSON.parse(document.getElementById(id).textContent);
  const { figures, themes, config, topology } = data("report-data");
  window.PlotlyGeoAssets = { topojson: topology };

  const NARROW = 600;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const isMap = (figure) => figure.data.some((trace) => trace.type === "scattergeo");

  const colours = (figure, theme) =>
    Object.fromEntries(
      Object.entries(themes[theme]).filter(([path]) =>
        isMap(figure) ? !/^[xy]axis/.test(path) : !path.startsWith("geo"),
      ),
    );

  /* On a narrow screen a map is as low as its width allows, and the labels beside
     markers, which would cover each other, are left to legend and hover. */
  const fitted = (figure, width) => {
    const narrow = width < NARROW;
    const data = figure.data.map((trace) =>
      narrow && trace.mode === "markers+text" ? { ...trace, mode: "markers" } : trace,
    );
    const rows = narrow && !isMap(figure) ? 90 : 0;
    const height = isMap(figure)
      ? Math.min(figure.layout.height, Math.round(width * 0.5) + 150)
      : figure.layout.height + rows;
    return { data, layout: { ...figure.layout, height } };
  };

  const draw = (id, theme, width) => {
    const div = document.getElementById(id);
    const { data, layout } = fitted(figures[id], width || div.clientWidth);
    const sized = width ? { width, autosize: false } : {};
    const fresh = structuredClone({ data, layout: { ...layout, ...sized } });
    return Plotly.react(div, fresh.data, fresh.layout, config).then(() =>
      Plotly.relayout(div, colours(figures[id], theme)),
    );
  };
  const drawAll = (theme, width) =>
    Promise.all(Object.keys(figures).map((id) => draw(id, theme, width)));
  const current = () => (dark.matches ? "dark" : "light");

  drawAll(current()).then(() => document.body.setAttribute("data-drawn", "yes"));
  dark.addEventListener("change", () => drawAll(current()));
  let last = window.innerWidth;
  window.addEventListener("resize", () => {
    if (last < NARROW !== window.innerWidth < NARROW) drawAll(current());
    last = window.innerWidth;
  });
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((item) => (item.open = true));
    drawAll("light", 680);
  });
  window.addEventListener("afterprint", () => drawAll(current()));
})();

(() => {
  "use strict";
  const heads = [...document.querySelectorAll("table.sortable thead th")];
  const body = document.querySelector("table.sortable tbody");
  const compare = new Intl.Collator("en", { numeric: true }).compare;

  /* Cells without a figure stay last in both directions. */
  const order = (column, numeric, sign) => (one, other) => {
    const [a, b] = [one.cells[column], other.cells[column]];
    if (!numeric) return sign * compare(a.textContent, b.textContent);
    const [x, y] = [a.dataset.value, b.dataset.value];
    if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
    return sign * (Number(x) - Number(y));
  };

  heads.forEach((head, column) =>
    head.querySelector("button").addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const numeric = head.classList.contains("number");
      body.append(...[...body.rows].sort(order(column, numeric, up ? 1 : -1)));
    }),
  );
})();

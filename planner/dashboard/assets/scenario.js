/* What is wrong in the grids of the scenario: beside the rows, so that they need not be
   sent again, and in words at each cell, for eyes and for screen readers. */
(function () {
  let wrong = {};
  const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

  const sentence = (params, sheet) =>
    params.data && wrong[sheet]?.[params.data.at]?.[params.colDef.field];

  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.wrong = (params, sheet) => sentence(params, sheet) || null;
  /* What is no number stays as it was typed: the server says what is wrong with it. */
  functions.asNumber = ({ newValue }) =>
    typeof newValue === "string" && NUMBER.test(newValue) ? Number(newValue) : newValue;

  const parts = (window.dashAgGridComponentFunctions =
    window.dashAgGridComponentFunctions || {});
  parts.ScenarioCell = function (props) {
    const shown = props.value === null || props.value === undefined ? "" : String(props.value);
    const said = sentence(props, props.sheet);
    if (!said) return shown;
    const part = window.React.createElement;
    return part(
      "span",
      null,
      shown,
      part("span", { className: "only-read" }, ` (wrong: ${said})`),
    );
  };

  /* Dash gives the control for files no name of its own, and makes it late. */
  new MutationObserver(() => {
    const input = document.querySelector("#scenario-upload input:not([aria-label])");
    if (input) input.setAttribute("aria-label", "Scenario file");
  }).observe(document, { childList: true, subtree: true });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.scenario = {
    mark: async function (found, grids) {
      const before = wrong;
      wrong = found || {};
      for (const id of grids) {
        if (!before[id.sheet] && !wrong[id.sheet]) continue;
        const grid = await window.dash_ag_grid.getApiAsync(id);
        if (!grid.isDestroyed()) grid.refreshCells({ force: true });
      }
    },
  };
})();

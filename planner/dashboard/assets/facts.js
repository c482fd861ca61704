/* Rows of a long table that hold the words typed above it; no request is made. */
(function () {
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.facts = {
    filter: function (words, options) {
      return { ...options, quickFilterText: words || "" };
    },
  };
})();

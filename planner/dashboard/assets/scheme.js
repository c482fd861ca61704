/* Light or dark: the reader's choice if they made one, else the system's. */
(function () {
  const KEY = "acr-planner-scheme";
  const system = () =>
    window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const chosen = () => window.localStorage.getItem(KEY) || system();

  document.documentElement.dataset.mantineColorScheme = chosen();

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = {
    scheme: function (clicks) {
      if (clicks) {
        window.localStorage.setItem(KEY, chosen() === "dark" ? "light" : "dark");
      }
      return [chosen(), chosen()];
    },
  };
})();

/* The view in the address: what the browser remembers is what a link reproduces.

   Names and single values stand in the query, readable; changed grids and plans of one's
   own are packed into the fragment, which is never sent to a server. */
(function () {
  const VIEW = "app-view";
  const PAGE = "app-page";
  const NOTICE = "app-notice";
  const NAMES = ["scenario", "plan", "based_on", "registry", "metric", "family", "version"];
  const FORMS = ["goals", "assumptions"];
  const TOGETHER_MS = 700; // changes in quick succession, as by a slider, are one

  let current = null;
  let changedAt = 0;
  let moving = false;
  const past = [];
  const future = [];

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const isPlain = (value) => value === null || typeof value !== "object";

  async function through(stream, bytes) {
    const piped = new Blob([bytes]).stream().pipeThrough(stream);
    return new Uint8Array(await new Response(piped).arrayBuffer());
  }

  async function pack(value) {
    const text = new TextEncoder().encode(JSON.stringify(value));
    const bytes = await through(new CompressionStream("deflate-raw"), text);
    let binary = "";
    bytes.forEach((byte) => (binary += String.fromCharCode(byte)));
    return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  async function unpack(text) {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const plain = await through(new DecompressionStream("deflate-raw"), bytes);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  async function addressOf(view) {
    const query = new URLSearchParams();
    const rest = {};
    for (const name of NAMES) {
      if (view[name]) query.set(name, view[name]);
    }
    if (view.pins) {
      if (view.pins.length === 0) query.append("pin", "");
      view.pins.forEach((name) => query.append("pin", name));
    }
    const edits = { ...(view.edits || {}) };
    for (const form of FORMS) {
      const fields = edits[form];
      if (!fields || isPlain(fields)) continue;
      const left = {};
      for (const [key, value] of Object.entries(fields)) {
        if (isPlain(value)) query.set(`${form}.${key}`, JSON.stringify(value));
        else left[key] = value;
      }
      if (Object.keys(left).length > 0) edits[form] = left;
      else delete edits[form];
    }
    if (Object.keys(edits).length > 0) rest.edits = edits;
    if (view.own && Object.keys(view.own).length > 0) rest.own = view.own;
    const search = query.toString();
    const hash = Object.keys(rest).length > 0 ? `#${await pack(rest)}` : "";
    return (search ? `?${search}` : "") + hash;
  }

  async function viewOf(place) {
    const view = {};
    if (place.hash.length > 1) {
      try {
        Object.assign(view, await unpack(place.hash.slice(1)));
      } catch {
        return { link_is_damaged: true };
      }
    }
    for (const [key, text] of new URLSearchParams(place.search)) {
      const [form, field] = key.split(".", 2);
      if (key === "pin") view.pins = (view.pins || []).concat(text ? [text] : []);
      else if (field === undefined) view[key] = text;
      else {
        let value = text;
        try {
          value = JSON.parse(text);
        } catch {
          /* the server says what is wrong with it */
        }
        view.edits = view.edits || {};
        view.edits[form] = { ...(view.edits[form] || {}), [field]: value };
      }
    }
    return view;
  }

  function set(id, data) {
    window.dash_clientside.set_props(id, { data });
  }

  const but = (view, key) => ({ ...view, [key]: 0 });

  function differsInEditsOnly(view) {
    return current !== null && same(but(view, "edits"), but(current, "edits"));
  }

  function remember(view) {
    const now = Date.now();
    const quick = now - changedAt < TOGETHER_MS && differsInEditsOnly(view);
    changedAt = now;
    if (current !== null && !same(but(view, "version"), but(current, "version")) && !moving) {
      if (!quick || past.length === 0) past.push(current);
      future.length = 0;
    }
    moving = false;
    current = view;
    return quick;
  }

  function step(from, to) {
    if (from.length === 0) return;
    to.push(current);
    moving = true;
    set(VIEW, from.pop());
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.view = {
    open: async function () {
      return [await viewOf(window.location), window.location.pathname];
    },
    shown: async function (view, page) {
      if (!view || !page) return window.dash_clientside.no_update;
      window.dash_clientside.set_props(NOTICE, { children: null }); // a new try
      const quick = remember(view);
      const end = await addressOf(view);
      const address = page + end;
      const { pathname, search, hash } = window.location;
      if (address !== pathname + search + hash) {
        const unversioned = (text) => text.replace(/[?&]version=\w*/, "");
        const noted = unversioned(address) === unversioned(pathname + search + hash);
        if ((quick || noted) && pathname === page) window.history.replaceState({}, "", address);
        else window.history.pushState({}, "", address);
      }
      document.querySelectorAll("a.nav-link").forEach((link) => {
        const path = new URL(link.href).pathname;
        link.href = path + end;
        if (path === page) {
          link.setAttribute("aria-current", "page");
          document.title = `${link.textContent} · acr-planner`;
        } else link.removeAttribute("aria-current");
      });
      return [past.length === 0, future.length === 0];
    },
    undo: function (clicks) {
      if (clicks) step(past, future);
    },
    redo: function (clicks) {
      if (clicks) step(future, past);
    },
    copy: async function (clicks) {
      if (!clicks) return window.dash_clientside.no_update;
      try {
        await navigator.clipboard.writeText(window.location.href);
      } catch {
        return "Copy it from the address bar"; // browsers want https for the clipboard
      }
      return "Link copied";
    },
  };

  window.addEventListener("popstate", async () => {
    set(VIEW, await viewOf(window.location));
    set(PAGE, window.location.pathname);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.nav-link");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    set(PAGE, new URL(link.href).pathname);
    window.scrollTo(0, 0);
    document.getElementById("app-content").focus({ preventScroll: true });
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, .ag-root");
    if (typing || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) step(past, future);
    else if (key === "y" || (key === "z" && event.shiftKey)) step(future, past);
    else return;
    event.preventDefault();
  });
})();

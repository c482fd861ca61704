"""The application: made as often as wanted, wired, and keeping to its own host."""

from __future__ import annotations

import json
import re

import dash
import pytest

from planner.dashboard import app as application
from planner.dashboard import components, create_app, ids, security
from planner.dashboard.pages import late_parts
from planner.errors import InputError, PlannerError
from tests.dashboard.helpers import callback_ids, ids_in, ready, text_of


def test_every_app_has_its_callbacks():
    """A second app has the same callbacks as the first; module-level ones would go."""
    first, second = ready(create_app()), ready(create_app())
    assert callback_ids(first) == callback_ids(second)
    assert ids.COMPARE_MAP in callback_ids(second)


def test_ids_of_callbacks_stand_in_a_layout():
    """Each id that a callback names is in the shell or a page, or it would never run."""
    app = ready(create_app())
    with app.server.test_request_context():
        known = ids_in(app.layout())
        for page in application.PAGES:
            known |= ids_in([page.layout(), *late_parts(page)])
    named = {name for name in callback_ids(app) if name and not name.startswith("{")}
    assert named - known == set()


def test_ids_are_used_once():
    """No two constants hold the same id, since an id names one component."""
    values = [value for name, value in vars(ids).items() if name.isupper()]
    assert len(values) == len(set(values))


def test_each_page_has_its_own_path():
    """Pages differ in path and name, or one would hide the other."""
    assert len({page.PATH for page in application.PAGES}) == len(application.PAGES)
    assert len({page.NAME for page in application.PAGES}) == len(application.PAGES)


def opened(app: dash.Dash, path: str) -> str:
    """What the page of that path is answered with."""
    call = {
        "output": f"{ids.APP_CONTENT}.children",
        "outputs": {"id": ids.APP_CONTENT, "property": "children"},
        "inputs": [{"id": ids.APP_PAGE, "property": "data", "value": path}],
        "changedPropIds": [f"{ids.APP_PAGE}.data"],
    }
    client = app.server.test_client()
    prefix = app.config.url_base_pathname
    client.get(prefix)
    answer = client.post(f"{prefix}_dash-update-component", json=call)
    return answer.text.replace("\\u002f", "/")


def test_a_path_without_a_page_is_told():
    """A mistyped address is answered in words, and with the way back."""
    assert "There is no such page" in opened(create_app(), "/nowhere")


@pytest.mark.parametrize("path", ["/", "/assets/style.css", "/_dash-layout"])
def test_headers_on_every_answer(path):
    """Answers forbid sniffing, framing and referrers, whatever they hold."""
    with create_app().server.test_client().get(path) as answer:
        assert answer.status_code == 200
        assert security.HEADERS.items() <= dict(answer.headers).items()


def test_policy_allows_own_scripts_only():
    """The page may load from its own host alone, and inline scripts go by hash."""
    page = create_app().server.test_client().get("/")
    policy = page.headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'"
    assert "unsafe" not in rules["script-src"]
    assert "http" not in policy
    inline = re.findall(r"<script(?![^>]*(?:src|json))[^>]*>", page.text)
    assert len(inline) == rules["script-src"].count("sha256-")


def test_page_asks_for_nothing_elsewhere():
    """No script, style or icon of the page has an address on another host."""
    page = create_app().server.test_client().get("/").text
    assert '<html lang="en">' in page
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page)


def test_outlines_under_the_prefix():
    """The map's outlines and the page's links follow the path prefix given."""
    app = create_app(url_prefix="planner")
    client = app.server.test_client()
    assert client.get("/planner/").status_code == 200
    with client.get("/planner/topojson/world_110m.json") as outlines:
        assert json.loads(outlines.text)["type"] == "Topology"
    shown = client.get("/planner/_dash-layout").text
    assert '"/planner/"' in shown.replace("\\u002f", "/")


def test_map_asks_its_own_app_for_outlines():
    """Two apps with different prefixes each name their own address of the outlines."""
    for prefix in ("/", "/one/", "/two/"):
        app = create_app(url_prefix=prefix)
        assert f'"topojsonURL":"{prefix}topojson/"' in opened(app, prefix)


def test_too_large_a_request_is_refused():
    """A request far larger than any scenario is turned away before it is read."""
    client = create_app().server.test_client()
    body = b"0" * (application.MAX_BYTES * 2 + 1)
    answer = client.post(
        "/_dash-update-component", data=body, content_type="application/json"
    )
    assert answer.status_code == 413


def test_user_names_cannot_leave_the_page_data(contoso):
    """A name that holds a closing script tag stays text inside the page's JSON."""
    evil = contoso.model_copy(update={"name": "</script><script>alert(1)</script>"})
    client = create_app(evil).server.test_client()
    for path in ("/", "/_dash-layout"):
        assert "<script>alert(1)" not in client.get(path).text


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("192.168.1.4", False),
        ("planner.example", False),
    ],
)
def test_loopback(host, expected):
    """Only addresses that other machines cannot reach count as loopback."""
    assert security.is_loopback(host) is expected


class FakeServer:
    """Stands for waitress, and notes what it was asked to run."""

    made: list[FakeServer] = []  # noqa: RUF012  # shared on purpose

    def __init__(self, app, **options):
        self.app, self.options = app, options
        self.made.append(self)

    def run(self):
        """Return at once."""


def test_serve_warns_off_loopback(monkeypatch, capsys):
    """Whoever opens the dashboard to other machines is told that nobody is kept out."""
    monkeypatch.setattr(application.waitress, "create_server", FakeServer)
    application.serve(host="0.0.0.0", port=1)
    assert "no authentication" in capsys.readouterr().err
    assert FakeServer.made[-1].app.config["TRUSTED_HOSTS"] is None


def test_serve_on_loopback_refuses_other_names(monkeypatch, capsys):
    """On loopback a foreign host name is refused, so no website can rebind to it."""
    monkeypatch.setattr(application.waitress, "create_server", FakeServer)
    application.serve(port=1)
    assert "no authentication" not in capsys.readouterr().err
    client = FakeServer.made[-1].app.test_client()
    assert client.get("/", headers={"Host": "127.0.0.1:1"}).status_code == 200
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_serve_says_when_the_port_is_taken(monkeypatch):
    """A port in use is an error in words, with what to try instead."""

    def refuse(*_, **__):
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(application.waitress, "create_server", refuse)
    with pytest.raises(PlannerError, match="try another --port"):
        application.serve(port=8050)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("sites[0] is wrong", origin="mine"), "mine: sites[0] is wrong"),
        (PlannerError("the solver stopped"), "the solver stopped"),
        (ValueError("secret detail"), "Reload the page"),
    ],
)
def test_errors_are_told_in_words(error, words):
    """Errors of ours speak for themselves; others do not leak what they hold."""
    told = text_of(components.error_notice(error))
    assert words in told
    assert "secret" not in told


def test_error_takes_the_place_of_results(monkeypatch, caplog):
    """A failing callback fills the notice, and what we did not expect is logged."""
    shown = {}
    monkeypatch.setattr(application, "set_props", lambda _, props: shown.update(props))
    application.tell_error(InputError("no sites"))
    assert "no sites" in text_of(shown["children"])
    assert not caplog.records
    application.tell_error(ValueError("surprise"))
    assert "surprise" in caplog.text

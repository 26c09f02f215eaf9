/* Touches of a page for 成单 / Chengdan. No dependency, no cookie; nothing is kept in the browser before its person agrees.
 *
 *   <script src="https://HOST/collect.js" data-key="wk_…" defer></script>
 *   chengdan.consent({analytics: true, identity: true, marketing: false})   what the person chose; all false: forget me
 *   chengdan.track("form_submit", {form: "demo"}, {value: 100})             an event of the tracking plan
 *   chengdan.identify({user_id: "u-1", email: "…", phone: "…"})             who it is, from the next event on
 */
(function () {
  "use strict";
  var me = document.currentScript;
  if (!me || !me.dataset.key || window.chengdan) return;
  var endpoint = me.dataset.endpoint || new URL("collect", me.src).href;
  var KEY = "cd_consent", ANON = "cd_anon";
  var queue = [], who = {}, session = random(), wait = 1000, timer = 0, sending = false;
  var page = "", referrer = document.referrer, told = 0, since = 0, seen = 0;
  var choice = kept();

  function random() {
    var raw = new Uint8Array(16);
    crypto.getRandomValues(raw);
    return Array.prototype.map.call(raw, function (one) { return ("0" + one.toString(16)).slice(-2); }).join("");
  }

  function store(name, value) {
    try {
      if (value === null) localStorage.removeItem(name); else localStorage.setItem(name, value);
    } catch (_) { /* a browser that keeps nothing */ }
  }

  function load(name) {
    try { return localStorage.getItem(name); } catch (_) { return null; }
  }

  function kept() {
    try { return JSON.parse(load(KEY)) || null; } catch (_) { return null; }
  }

  function refused() {
    // Do Not Track and Global Privacy Control are a no until the person says yes on this very page.
    return !choice && (navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true);
  }

  function event(name, props, more) {
    if (refused() || (choice && !choice.analytics)) return;
    var made = Object.assign({}, more || {}, {
      id: random(), name: name, at: Date.now(), page: page, title: document.title, referrer: referrer, session_id: session
    });
    if (props && Object.keys(props).length) made.props = props;
    if (choice) {
      made.consent = choice;
      made.anon_id = anon();
      if (choice.identity) Object.assign(made, who);
    }
    queue.push(made);
    if (queue.length > 100) queue.shift();
    later(queue.length >= 10 ? 0 : 2000);
  }

  function anon() {
    var one = load(ANON);
    if (!one) { one = random(); store(ANON, one); }
    return one;
  }

  function later(ms) {
    clearTimeout(timer);
    timer = setTimeout(send, ms);
  }

  function body(events) {
    return JSON.stringify({key: me.dataset.key, sent_at: Date.now(), events: events});
  }

  function send() {
    if (sending || !queue.length) return;
    var batch = queue.slice(0, 50);
    sending = true;
    // text/plain needs no question beforehand; what was stored twice is one event, by its id
    fetch(endpoint, {method: "POST", body: body(batch), keepalive: true, credentials: "omit", mode: "cors",
      headers: {"content-type": "text/plain;charset=UTF-8"}
    }).then(function (answer) {
      if (answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
      done(batch);
      wait = 1000;
      if (queue.length) later(0);
    }).catch(function () {
      sending = false;
      wait = Math.min(wait * 2, 60000);
      later(wait);
    });
  }

  function done(batch) {
    sending = false;
    queue = queue.filter(function (one) { return batch.indexOf(one) < 0; });
  }

  function beacon() {
    leave();
    while (queue.length) {
      var batch = queue.slice(0, 20);
      var sent = navigator.sendBeacon && navigator.sendBeacon(endpoint, new Blob([body(batch)], {type: "text/plain"}));
      if (!sent) return;
      done(batch);
    }
  }

  function watch() {
    if (document.visibilityState === "visible") { since = since || performance.now(); return; }
    count();
    beacon();
  }

  function count() {
    if (since) { seen += (performance.now() - since) / 1000; since = 0; }
  }

  function leave() {
    // how long this page could be seen, since that was last told
    var more = seen + (since ? (performance.now() - since) / 1000 : 0) - told;
    if (more < 0.5) return;
    told += more;
    event("page_leave", null, {visible_s: Math.round(more * 10) / 10, engaged: told >= 10});
  }

  function view() {
    var next = location.href;
    if (next === page) return;
    if (page) { leave(); referrer = page; }
    page = next;
    told = seen = 0;
    since = document.visibilityState === "visible" ? performance.now() : 0;
    event("page_view");
  }

  ["pushState", "replaceState"].forEach(function (name) {
    var before = history[name];
    history[name] = function () { var told = before.apply(this, arguments); setTimeout(view, 0); return told; };
  });
  addEventListener("popstate", view);
  addEventListener("pagehide", function () { count(); beacon(); });
  document.addEventListener("visibilitychange", watch);

  window.chengdan = {
    track: function (name, props, more) { event(name, props, more); },
    identify: function (ids) {
      ["user_id", "email", "phone", "wecom_id"].forEach(function (one) { if (ids[one]) who[one] = String(ids[one]); });
    },
    consent: function (wanted) {
      var before = choice;
      var next = {analytics: !!wanted.analytics, identity: !!wanted.identity, marketing: !!wanted.marketing};
      if (before && before.analytics && JSON.stringify(before) !== JSON.stringify(next) && load(ANON)) {
        // what is taken back is told once, under the name by which it was given
        queue.push({id: random(), name: "consent", at: Date.now(), anon_id: load(ANON), consent: next});
        later(0);
      }
      choice = next.analytics ? next : null;
      if (next.analytics) { store(KEY, JSON.stringify(next)); return; }
      store(KEY, null);
      store(ANON, null);
      who = {};
    }
  };
  view();
})();

"use strict";

// Every text goes in by textContent or an attribute of SVG, none as markup: a domain's name is not ours.

const REFRESH_MILLIS = 2000;
const SIGNATURES_OLD_SECONDS = 48 * 3600;
const NARROW = matchMedia("(max-width: 44rem)").matches;
const ROWS = NARROW ? 8 : 25;
const SVG = "http://www.w3.org/2000/svg";

// The current view, and its number of rows.
const view = { status: null, rows: ROWS };

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let value = count;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (unit > 0 && value < 100 ? value.toFixed(1) : Math.round(value)) + " " + units[unit];
}

function age(seconds) {
  if (seconds < 2 * 60) {
    return seconds + " s";
  }
  if (seconds < 2 * 3600) {
    return Math.floor(seconds / 60) + " min";
  }
  return seconds < SIGNATURES_OLD_SECONDS
    ? Math.floor(seconds / 3600) + " h"
    : Math.floor(seconds / 86400) + " days";
}

function number(count) {
  return count.toLocaleString("en");
}

function card(title, value, more, mood) {
  const made = element("div", mood ? "card " + mood : "card");
  made.append(element("h2", "", title), element("p", "value", value));
  for (const line of more) {
    made.append(typeof line === "string" ? element("p", "more", line) : line);
  }
  return made;
}

function hostCard(status) {
  const daemon = status.daemon;
  const full = daemon.sessions >= daemon.maxSessions;
  const more = [number(status.guests.length) + (status.guests.length === 1 ? " guest" : " guests")];
  if (daemon.state !== "open") {
    more.push(element("p", "more warn-text", "all guests: " + daemon.state));
  }
  if (daemon.unknownPeerRefusals > 0) {
    more.push(number(daemon.unknownPeerRefusals) + " connections of unknown peers refused");
  }
  return card("Connections", number(daemon.sessions) + " of " + number(daemon.maxSessions), more, (full || daemon.state !== "open") && "warn");
}

function clamdCard(clamd) {
  const more = [];
  let old = false;
  if (clamd.engine !== null) {
    let line = "ClamAV " + clamd.engine;
    if (clamd.signatures !== null) {
      old = clamd.signatureAgeSeconds > SIGNATURES_OLD_SECONDS;
      line += ", signatures " + clamd.signatures + ", " + age(Math.max(0, clamd.signatureAgeSeconds)) + " old";
    }
    more.push(element("p", old ? "more warn-text" : "more", line));
  }
  more.push("uploads " + clamd.uploads + " of " + clamd.uploadPermits + ", queued for a scan " + clamd.queuedScans);
  const value = clamd.up ? "scans " + clamd.scans + " of " + clamd.scanSlots : "down";
  return card("clamd at " + clamd.endpoint, value, more, clamd.up ? old && "old" : "bad");
}

function memoryCard(memory) {
  const asked = memory.hits + memory.misses;
  const value = asked > 0 ? Math.floor((100 * memory.hits) / asked) + " % cached" : "unused";
  const more = [
    number(memory.hits) + " of " + number(asked) + " streams without a scan",
    number(memory.entries) + " of " + number(memory.mostEntries) + " entries",
  ];
  return card("Verdict memory", value, more);
}

function libvirtCard(libvirt) {
  const value = libvirt.connected ? "connected" : "away";
  const known = libvirt.connected ? " guests" : " guests known, and served";
  return card("libvirt at " + libvirt.uri, value, [number(libvirt.guests) + known], !libvirt.connected && "warn");
}

function policyCard(policy) {
  const more = ["since " + policy.loadedAt.replace("T", " ").replace("Z", " UTC")];
  if (policy.lastError !== null) {
    more.push("The file has had errors since " + policy.lastError.since + " and is ignored.");
  }
  return card("Policy revision", policy.revision, more, policy.lastError !== null && "bad");
}

function bar(part, whole) {
  const share = whole > 0 ? Math.min(1, part / whole) : part > 0 ? 1 : 0;
  const made = shape("svg", { class: share >= 1 ? "bar full" : "bar", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" });
  made.append(
    shape("rect", { width: 100, height: 6, rx: 1.5 }),
    shape("rect", { width: 100 * share, height: 6, rx: 1.5 }),
  );
  return made;
}

function sparkline(amounts, label) {
  const most = Math.max(1, ...amounts);
  const made = shape("svg", { class: "spark", viewBox: "0 0 120 28", preserveAspectRatio: "none", role: "img", "aria-label": label });
  const drawn = amounts.length > 1 ? amounts : [0, 0];
  const points = drawn.map((amount, index) => {
    const x = (120 * index) / (drawn.length - 1);
    const y = 27 - (25 * amount) / most;
    return x.toFixed(1) + "," + y.toFixed(1);
  });
  made.append(
    shape("polygon", { class: "area", points: "0,27 " + points.join(" ") + " 120,27" }),
    shape("polyline", { class: "line", points: points.join(" ") }),
  );
  return made;
}

function cell(label, className, ...content) {
  const made = element("td", className);
  made.dataset.label = label;
  made.append(...content);
  return made;
}

function count(label, value, mood) {
  return cell(label, value > 0 ? "number " + (mood || "") : "number zero", number(value));
}

function total(amounts) {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

// Of two lists of spans the last ones are of one time.
function addedUp(one, other) {
  const [longer, shorter] = one.length >= other.length ? [one, other] : [other, one];
  const ahead = longer.length - shorter.length;
  return longer.map((amount, index) => amount + (index >= ahead ? shorter[index - ahead] : 0));
}

// One entry for each tenant, and one for all guests without, with the sums of its guests.
function byTenant(entries) {
  const tenants = new Map();
  for (const entry of entries) {
    const guest = entry.guest;
    const known = tenants.get(guest.tenant);
    const sum = known || {
      tenant: guest.tenant,
      domain: guest.tenant === null ? "guests without a tenant" : guest.tenant,
      count: 0,
      guest: { state: "open", denied: false, connections: 0, maxConnections: null, waiting: 0, totals: { cached: 0, verdicts: {} } },
      longestWaitingSeconds: 0,
      recentSessions: [],
      recentBytes: [],
    };
    sum.count++;
    sum.guest.connections += guest.connections;
    sum.guest.waiting += guest.waiting;
    sum.guest.totals.cached += guest.totals.cached;
    for (const [verdict, amount] of Object.entries(guest.totals.verdicts)) {
      sum.guest.totals.verdicts[verdict] = (sum.guest.totals.verdicts[verdict] || 0) + amount;
    }
    sum.longestWaitingSeconds = Math.max(sum.longestWaitingSeconds, entry.longestWaitingSeconds);
    sum.recentSessions = addedUp(sum.recentSessions, entry.recentSessions);
    sum.recentBytes = addedUp(sum.recentBytes, entry.recentBytes);
    tenants.set(guest.tenant, sum);
  }
  return [...tenants.values()];
}

function trouble(guest) {
  const verdicts = guest.totals.verdicts;
  return (
    (guest.waiting > 0 ? 8 : 0) +
    (verdicts.infected > 0 ? 4 : 0) +
    (guest.denied || guest.state !== "open" ? 2 : 0) +
    (verdicts.refused > 0 || verdicts.error > 0 || verdicts.incomplete > 0 ? 1 : 0)
  );
}

// Sorts descending, and equal rows by name.
const SORTS = {
  interest: (entry) => [trouble(entry.guest), total(entry.recentSessions)],
  name: () => [],
  connections: (entry) => [entry.guest.connections + entry.guest.waiting],
  sessions: (entry) => [total(entry.recentSessions)],
  data: (entry) => [total(entry.recentBytes)],
  infected: (entry) => [entry.guest.totals.verdicts.infected || 0],
};

function sorted(entries, sort) {
  return entries
    .map((entry) => ({ entry, amounts: SORTS[sort](entry) }))
    .sort((one, other) => {
      const differs = one.amounts.findIndex((amount, index) => amount !== other.amounts[index]);
      return differs < 0
        ? one.entry.domain.localeCompare(other.entry.domain)
        : other.amounts[differs] - one.amounts[differs];
    })
    .map(({ entry }) => entry);
}

function matches(entry, words) {
  const guest = entry.guest;
  const text = [entry.domain, guest.tenant || "", guest.denied ? "denied" : guest.state, guest.uuid, "CID " + guest.cid].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function sum(entries, amount) {
  return entries.reduce((all, entry) => all + amount(entry), 0);
}

function totalsRow(entries) {
  const verdict = (name) => number(sum(entries, (entry) => entry.guest.totals.verdicts[name] || 0));
  const row = element("tr");
  const name = element("th", "", number(entries.length) + (entries.length === 1 ? " guest" : " guests"));
  name.scope = "row";
  const waiting = sum(entries, (entry) => entry.guest.waiting);
  row.append(
    name,
    cell("Connections", "", number(sum(entries, (entry) => entry.guest.connections)) + (waiting > 0 ? " + " + number(waiting) + " waiting" : "")),
    cell("Sessions, 5 min", "", number(sum(entries, (entry) => total(entry.recentSessions)))),
    cell("Data, 5 min", "", bytes(sum(entries, (entry) => total(entry.recentBytes)))),
    cell("Clean", "number", verdict("clean")),
    cell("Infected", "number", verdict("infected")),
    cell("Incomplete", "number", verdict("incomplete")),
    cell("Cached", "number", number(sum(entries, (entry) => entry.guest.totals.cached))),
    cell("Refused", "number", verdict("refused")),
    cell("Errors", "number", verdict("error")),
  );
  return row;
}

function about(entry) {
  if (entry.count !== undefined) {
    return number(entry.count) + (entry.count === 1 ? " guest" : " guests");
  }
  const guest = entry.guest;
  return (
    (guest.cid === null ? "no CID" : "CID " + guest.cid) +
    (guest.tenant === null ? "" : ", of " + guest.tenant) +
    ", " +
    guest.rule.replace(/@.*\//, "@")
  );
}

function guestRow(entry) {
  const guest = entry.guest;
  const verdicts = guest.totals.verdicts;
  const row = element("tr");
  const name = element("th");
  name.scope = "row";
  name.title = guest.uuid || "";
  if (entry.tenant) {
    const guests = element("a", "", entry.domain);
    guests.href = "#guests";
    guests.addEventListener("click", () => (document.getElementById("filter").value = entry.tenant));
    name.append(guests);
  } else {
    name.textContent = entry.domain;
  }
  name.append(element("span", "faint", about(entry)));
  // the quotas of several guests say nothing of their tenant's
  const most = guest.maxConnections === null ? "" : " of " + guest.maxConnections;
  const closed = guest.denied ? "denied" : guest.state === "open" ? "" : guest.state + ", ";
  const connections = element("span", closed ? "bad-text" : "", guest.denied ? closed : closed + guest.connections + most);
  const waiting = element("span", "warn-text", guest.waiting > 0 ? " + " + guest.waiting + " waiting, " + age(entry.longestWaitingSeconds) : "");
  const sessions = number(total(entry.recentSessions));
  const data = bytes(total(entry.recentBytes));
  row.append(
    name,
    cell("Connections", "", connections, waiting, most ? bar(guest.connections, guest.maxConnections) : ""),
    cell("Sessions, 5 min", "", element("span", "faint", sessions), sparkline(entry.recentSessions, sessions + " sessions")),
    cell("Data, 5 min", "", element("span", "faint", data), sparkline(entry.recentBytes, data)),
    count("Clean", verdicts.clean || 0),
    count("Infected", verdicts.infected || 0, "bad-text"),
    count("Incomplete", verdicts.incomplete || 0, "warn-text"),
    count("Cached", guest.totals.cached),
    count("Refused", verdicts.refused || 0, "warn-text"),
    count("Errors", verdicts.error || 0, "warn-text"),
  );
  return row;
}

function showGuests() {
  const status = view.status;
  const words = document.getElementById("filter").value.toLowerCase().split(" ").filter((word) => word !== "");
  const guests = status.guests.filter((entry) => matches(entry, words));
  const grouped = location.hash === "#tenants";
  const entries = sorted(grouped ? byTenant(guests) : guests, document.getElementById("sort").value);
  const shown = entries.slice(0, view.rows);
  document.getElementById("rows").textContent = grouped ? "Tenant" : "Guest";
  document.getElementById("guests").replaceChildren(...shown.map(guestRow));
  document.getElementById("totals").replaceChildren(totalsRow(guests));
  const none = document.getElementById("none");
  none.hidden = guests.length > 0;
  none.textContent = status.guests.length > 0 ? "No guest matches." : "No guest runs.";
  const more = document.getElementById("more");
  more.hidden = shown.length === entries.length;
  more.textContent = number(entries.length - shown.length) + " more";
}

function show(status) {
  const failed = status.checks.filter((check) => !check.passed).map((check) => check.name + ": " + check.note);
  const state = document.getElementById("state");
  const words = status.ready ? "ready" : "not ready – " + failed.join("; ");
  if (state.textContent !== words) {
    // it is read aloud when it changes
    state.textContent = words;
  }
  state.className = status.ready ? "pill" : "pill bad";
  document.getElementById("version").textContent = status.program;
  document.getElementById("time").textContent = status.time.replace("T", " ").replace("Z", " UTC");
  document.getElementById("facts").replaceChildren(
    hostCard(status),
    ...status.daemon.clamds.map(clamdCard),
    ...(status.daemon.verdictMemory === null ? [] : [memoryCard(status.daemon.verdictMemory)]),
    ...status.daemon.libvirts.map(libvirtCard),
    policyCard(status.daemon.policy),
  );
  view.status = status;
  showGuests();
  document.getElementById("host").textContent = status.host;
  document.title = (status.ready ? "" : "! ") + (status.host ? status.host + ": " : "") + "clamd-vproxy";
  document.body.classList.remove("stale");
}

function showStale() {
  const state = document.getElementById("state");
  state.textContent = "no answer – what is shown is old";
  state.className = "pill bad";
  document.title = "! " + document.title.replace(/^! /, "");
  document.body.classList.add("stale");
}

async function refresh() {
  try {
    // nobody looks at a tab in the background
    if (!document.hidden) {
      const answer = await fetch("/status.json", { signal: AbortSignal.timeout(5000) });
      if (!answer.ok) {
        throw new Error("HTTP " + answer.status);
      }
      show(await answer.json());
    }
  } catch {
    showStale();
  }
  setTimeout(refresh, REFRESH_MILLIS);
}

function look(rows) {
  view.rows = rows;
  if (view.status !== null) {
    showGuests();
  }
}

document.getElementById("filter").addEventListener("input", () => look(ROWS));
document.getElementById("sort").addEventListener("change", () => look(ROWS));
document.getElementById("more").addEventListener("click", () => look(Infinity));
document.getElementById("view").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", () => look(ROWS));
refresh();

// session.js signs people in: OpenID Connect, authorization code with PKCE (RFC 7636). The token for the API is in
// memory only. This tab remembers the refresh token, so that a reload keeps the sign-in; signing out forgets everything.
// What goes wrong is shown on the page, in the element "session".

import { $, alertLine, browser, config, el, explain, t, tab } from "./page.js";
import { RoomsError } from "./rooms.js";

const { issuer = "", client_id: client, token: kind } = config.sign_in ?? {};

let discovered;
/** Returns what the issuer says about itself. */
const provider = () => (discovered ??= load(issuer.replace(/\/$/, "") + "/.well-known/openid-configuration")
  .catch((error) => { discovered = undefined; throw error; }));

/** How long the issuer may take for an answer, in milliseconds: a page waits for it. */
const TIMEOUT = 15000;

/** Returns the JSON of the issuer. Throws RoomsError: status 0 if it does not answer pages of this server. */
async function load(url, options) {
  let answer, content;
  try {
    answer = await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT) });
    content = await answer.json();
  } catch {
    const message = t("signin.unreachable", { issuer: new URL(url).host });
    throw new RoomsError(answer?.ok === false ? answer.status : 0, { reason: "unreachable", message });
  }
  if (!answer.ok) throw new RoomsError(answer.status, { reason: content.error, message: t("signin.failed") });
  return content;
}

/** Returns an error that says why nobody is signed in. */
const problem = (reason) => new RoomsError(401, { reason, message: t("signin." + reason) });

/** Returns the bytes in base64url. */
export const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** The one address of this server to which people come back: it must be registered with the issuer. */
const callback = () => location.origin + "/me";

/**
 * Leaves this page to sign in, and comes back to it. The event "signin" on the window says that the page is being left:
 * it may keep what was typed. If it cannot leave, it shows why.
 */
export async function signIn() {
  showProblem();
  try {
    if (!crypto.subtle) throw problem("insecure");
    const { authorization_endpoint: to, scopes_supported: scopes = [] } = await provider();
    const verifier = random(), state = random(), nonce = random();
    tab.set("sign-in", { verifier, state, nonce, back: location.pathname + location.search + location.hash });
    const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
    dispatchEvent(new Event("signin"));
    location.assign(withQuery(to, {
      response_type: "code", client_id: client, redirect_uri: callback(), state, nonce,
      scope: "openid email profile" + (scopes.includes("offline_access") ? " offline_access" : ""),
      code_challenge: challenge, code_challenge_method: "S256",
    }));
  } catch (error) {
    showProblem(error);
  }
}

function withQuery(address, values) {
  const url = new URL(address);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Returns the session of this tab, and shows it in the navigation; undefined if nobody is signed in. It finishes a
 * sign-in that comes back. If that failed, it shows why.
 */
export async function open() {
  try {
    const query = new URLSearchParams(location.search);
    const back = query.has("state") && (query.has("code") || query.has("error"));
    const session = await (back ? finish(query) : again());
    session?.show();
    return session;
  } catch (error) {
    showProblem(error);
    return undefined;
  }
}

/** Goes on where the person was: there the sign-in is finished. */
async function finish(query) {
  const begun = tab.get("sign-in");
  const known = begun && query.get("state") === begun.state;
  const to = here(known ? begun.back : location.pathname);
  if (to.pathname !== location.pathname) {
    location.replace(withQuery(to, Object.fromEntries(query)));
    return new Promise(() => {}); // the page is being left
  }
  if (known) tab.remove("sign-in");
  history.replaceState(null, "", to);
  if (!known || (query.has("error") && query.get("error") !== "access_denied")) throw problem("failed");
  if (query.has("error")) throw problem("cancelled");
  return redeem(begun, query.get("code"));
}

/** Returns a path of this server as an address. Any other address becomes that of the first page. */
function here(path) {
  const url = new URL(path, location.origin);
  return url.origin === location.origin ? url : new URL("/", location.origin);
}

async function redeem({ verifier, nonce }, code) {
  const answer = await exchange({
    grant_type: "authorization_code", code, redirect_uri: callback(), code_verifier: verifier,
  });
  if (claims(answer.id_token).nonce !== nonce) throw problem("failed");
  return new Session(answer);
}

/** Returns the session that this tab remembers. */
async function again() {
  if (!tab.get("session")) return undefined;
  const session = new Session();
  await session.renew();
  return session;
}

async function exchange(form) {
  const { token_endpoint: url } = await provider();
  return load(url, { method: "POST", body: new URLSearchParams({ client_id: client, ...form }) });
}

/** Reads an ID token without checking it: it came from the issuer itself. */
function claims(token) {
  try {
    const body = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(body), (c) => c.charCodeAt(0))));
  } catch {
    throw problem("failed");
  }
}

addEventListener("storage", ({ key }) => { // null: the person signed out in another tab
  if (key !== null) return;
  forget();
  location.reload();
});

/** Forgets what this tab remembers. The event "signout" on the window says so: who is in a meeting leaves it. */
function forget() {
  dispatchEvent(new Event("signout"));
  tab.clear();
}

/** Drops the seats and passcodes of the person who was signed in to this tab before. */
function dropVisits() {
  for (const key of Object.keys(sessionStorage)) if (/^(seat|link):/.test(key)) tab.remove(key);
}

/** Shows why somebody is not signed in; nothing: no problem. */
function showProblem(error, ...more) {
  const why = error && alertLine(explain(error));
  $("session").replaceChildren(...(why ? [why] : []), ...more);
}

/** Switches the doorbell off in this browser: the next person at it must not see who waits. */
async function doorbellOff(token) {
  const registration = await navigator.serviceWorker?.getRegistration("/");
  const subscribed = await registration?.pushManager?.getSubscription();
  if (!subscribed) return;
  const removed = import("./push.js").then(({ switchOff }) => switchOff(token, subscribed));
  await Promise.allSettled([removed, subscribed.unsubscribe()]); // the latter also if the server does not answer
}

class Session {
  constructor(answer) {
    if (answer) this.take(answer);
  }

  /** Keeps the tokens of an answer. Only lengths of time count: the clock of the device may be wrong. */
  take(answer) {
    if (!answer[kind]) throw problem("failed");
    this.value = answer[kind];
    this.idToken = answer.id_token ?? this.idToken;
    const { name, email, sub, iat, exp } = this.idToken ? claims(this.idToken) : {};
    Object.assign(this, { name: name || email || sub, email, id: sub });
    const seconds = (kind === "id_token" ? exp - iat : answer.expires_in) || 300;
    this.renewAt = Date.now() + seconds * 900; // when 90 % of its time is over
    if (answer.refresh_token) tab.set("session", answer.refresh_token);
  }

  /**
   * Returns a token. refused is one that the server did not take: it is not returned again. Requests at the same time
   * share one renewal, because a refresh token works once. Throws RoomsError; "signed_out" if nobody is signed in.
   */
  async token(refused) {
    const good = this.value !== refused;
    if (good && (Date.now() < this.renewAt || !tab.get("session"))) return this.value;
    try {
      await (this.renewing ??= this.renew().finally(() => { this.renewing = undefined; }));
    } catch (error) {
      if (!good || !error.temporary) throw error;
    }
    return this.value;
  }

  async renew() {
    try {
      if (!tab.get("session")) throw problem("signed_out");
      this.take(await exchange({ grant_type: "refresh_token", refresh_token: tab.get("session") }));
    } catch (error) {
      if (error.temporary) throw error;
      this.end();
      throw problem("signed_out");
    }
  }

  /** Asks to sign in again, because the issuer ended the session. The page stays as it is. */
  end() {
    tab.remove("session");
    if (!this.shown) return;
    const button = el("button", { type: "button", className: "main", onclick: signIn }, t("signin"));
    showProblem(problem("signed_out"), button);
  }

  /** Shows who is signed in, with a button to sign out, in the navigation. */
  show() {
    this.shown = true;
    if (![null, this.id].includes(tab.get("person"))) dropVisits();
    tab.set("person", this.id);
    $("nav").hidden = false;
    $("who").replaceChildren(el("span", {}, this.name), " ",
      el("button", { type: "button", className: "link", onclick: () => this.signOut() }, t("signout")));
    addEventListener("pageshow", (event) => { // the browser may show this page again after signing out
      if (event.persisted && tab.get("person") !== this.id) location.reload();
    });
  }

  /** Forgets everything, and ends the session of the issuer where it has a page for that. */
  async signOut() {
    const refresh = tab.get("session");
    forget();
    browser.set("signed-out", true); // other tabs hear of it only if there is something to clear
    browser.clear();
    await Promise.race([doorbellOff(this.value).catch(() => {}), new Promise((resolve) => { setTimeout(resolve, 2000); })]);
    const home = location.origin + "/";
    const { end_session_endpoint: end, revocation_endpoint: revoke } = await provider().catch(() => ({}));
    if (revoke && refresh) {
      const body = new URLSearchParams({ client_id: client, token: refresh });
      fetch(revoke, { method: "POST", keepalive: true, body }).catch(() => {}); // it outlives the page
    }
    const back = { client_id: client, post_logout_redirect_uri: home, logout_uri: home }; // no token in an address
    location.assign(end ? withQuery(end, back) : home);
  }
}

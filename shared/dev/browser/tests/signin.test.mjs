// How people sign in on the pages, and what can go wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { base, eachSize, eventually, host, inspect, says, signIn, user, visitor } from "./support.mjs";

const profile = (page) => page.getByRole("heading", { level: 2, name: "Personal Meeting ID" });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const problem = (page, text) => page.getByRole("alert").filter({ hasText: text }).first().waitFor();
const discovery = "**/.well-known/openid-configuration";
const tokens = "**/oauth/token";
const unauthorized = (route) => route.fulfill({ status: 401, json: { message: "Unauthorized" } }); // of API Gateway
const stored = (page) => page.evaluate(() => JSON.parse(sessionStorage.getItem("session")));

/** Opens the profile of a new user, who has signed in. change changes the issuer's answers with tokens. */
async function signedIn(t, { size, change, path = "/me" } = {}) {
  const person = await user("Ada");
  const page = await visitor(t, { size });
  const asked = await answerTokens(page, change);
  await page.goto(path);
  await signIn(page, person);
  if (path === "/me") await profile(page).waitFor();
  return { ...person, page, asked };
}

/** Counts the requests for tokens, and changes the answers. */
async function answerTokens(page, change = (answer) => answer) {
  const asked = [];
  await page.route(tokens, async (route) => {
    asked.push(new URLSearchParams(route.request().postData()).get("grant_type"));
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: answer.ok() ? change(await answer.json()) : await answer.json() });
  });
  return asked;
}

const redeem = (refresh) => fetch(base + "/oauth/token", { method: "POST", body: new URLSearchParams({
  grant_type: "refresh_token", client_id: "personal-rooms-web", refresh_token: refresh,
}) });
const revoke = (token) => fetch(base + "/oauth/revoke", { method: "POST", body: new URLSearchParams({ token }) });

/** Runs f in the page with a session that is opened anew: f(session). */
const withSession = (page, f) => page.evaluate(`(async () => {
  const module = document.querySelector("script[type=module]").src.replace(/[^/]+$/, "session.js");
  return (${f})(await (await import(module)).open());
})()`);

eachSize("a person signs in, reloads and signs out", async (t, size) => {
  const { page, name, asked } = await signedIn(t, { size });
  assert.equal(new URL(page.url()).search, "");
  await page.reload();
  await profile(page).waitFor();
  await page.getByRole("navigation").getByText(name).waitFor();
  assert.equal(await page.locator("[aria-current=page]").textContent(), "My Profile");
  assert.deepEqual(asked, ["authorization_code", "refresh_token"]);
  const refresh = await stored(page);
  const everything = await page.evaluate(() => JSON.stringify(localStorage));
  assert.ok(!everything.includes(refresh) && !everything.includes("token"));
  await page.evaluate(() => localStorage.setItem("name", '"Ada"'));
  const left = page.waitForRequest((request) => request.url().includes("/oauth/logout"));
  await button(page, "Sign out").click();
  const end = new URL((await left).url()).searchParams;
  assert.deepEqual([end.get("client_id"), end.get("post_logout_redirect_uri"), end.get("logout_uri")],
    ["personal-rooms-web", base + "/", base + "/"]);
  assert.equal(end.size, 3, "no token is in the address");
  await says(page, "Join a meeting");
  assert.deepEqual(await page.evaluate(() => [sessionStorage.length, localStorage.length]), [0, 0]);
  assert.equal((await redeem(refresh)).status, 400);
  await page.goto("/me");
  await page.getByText("Sign in to see your number").waitFor();
});

test("a page that is left before its token comes does not end the sign-in", async (t) => {
  const { page, name } = await signedIn(t);
  const replaced = new Promise((resolve) => {
    page.route(tokens, async (route) => resolve(await route.fetch()), { times: 1 }); // its answer never comes
  });
  await page.goto("/meetings", { waitUntil: "commit" });
  assert.equal((await replaced).status(), 200);
  await page.goto("/me");
  await profile(page).waitFor();
  await page.getByRole("navigation").getByText(name).waitFor();
});

const kept = (page) => page.evaluate(() => ({ ...sessionStorage }));

test("who signs out in one tab is signed out in all", async (t) => {
  const { page, name } = await signedIn(t);
  const other = await page.context().newPage();
  await other.goto("/me");
  await signIn(other, { name });
  await profile(other).waitFor();
  await button(page, "Sign out").click();
  await other.getByText("Sign in to see your number").waitFor();
  assert.deepEqual(await kept(other), {});
  await says(page, "Join a meeting");
});

test("who signs out leaves the meeting, and nothing is remembered after that", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t);
  await page.goto(ada.link);
  await signIn(page, ada);
  await button(page, "Join").click();
  await says(page, "You are in");
  await withSession(page, async (session) => {
    session.renewAt = 0;
    globalThis.renew = () => { session.token(); };
  });
  await page.route(tokens, async (route) => {
    const response = await route.fetch();
    setTimeout(() => route.fulfill({ response }), 700);
  });
  await page.evaluate(() => globalThis.renew()); // it is under way while the person signs out
  await page.route("**/oauth/logout?*", (route) => setTimeout(() => route.continue(), 2500));
  await button(page, "Sign out").click();
  await eventually(async () => (await ada.roster()).length === 0, "the seat is still there");
  await says(page, "Join a meeting");
  assert.deepEqual(await kept(page), {});
});

test("passcodes and seats of one person are not used for the next", async (t) => {
  const [ada, grace, mary] = [await host("Ada"), await user("Grace"), await user("Mary")];
  const page = await visitor(t);
  await page.goto(ada.link);
  await signIn(page, grace);
  await button(page, "Join").click();
  await says(page, "Waiting for the host");
  await page.evaluate(() => sessionStorage.removeItem("session")); // it expired
  await page.goto("/me");
  await signIn(page, mary);
  await profile(page).waitFor();
  assert.deepEqual(Object.keys(await kept(page)).sort(), ["person", "session"]);
});

test("who signs in as another person on the page of a meeting enters the passcode", async (t) => {
  const [ada, grace, mary] = [await host("Ada"), await user("Grace"), await user("Mary")];
  const page = await visitor(t);
  await page.goto(ada.link);
  await signIn(page, grace);
  await page.getByText("Signed in as Grace").waitFor();
  await page.evaluate(() => sessionStorage.removeItem("session"));
  await page.reload();
  await signIn(page, mary);
  await page.getByText("Signed in as Mary").waitFor();
  await page.getByLabel("Passcode").waitFor();
  await button(page, "Join").click();
  await says(page, "Meeting not found");
});

test("a person comes back to the page on which they signed in", async (t) => {
  const { page, asked } = await signedIn(t, { path: "/j/5551234321?omn=83123456789" });
  assert.equal(page.url(), base + "/j/5551234321?omn=83123456789");
  await page.getByText("Signed in as Ada").waitFor();
  assert.deepEqual(asked, ["authorization_code"]);
});

test("a page does not wait for ever for the service that signs people in", async (t) => {
  const { page } = await signedIn(t);
  await page.addInitScript(() => { // a tenth of the time, so that the test is short
    const real = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => real(ms / 10);
  });
  await page.route(discovery, () => {}); // it never answers
  await page.goto("/j/5551234321");
  await problem(page, "does not answer");
  await says(page, "Join a meeting");
  await page.getByLabel("Your name").waitFor();
});

eachSize("a sign-in that is cancelled says so, and is offered again", async (t, size) => {
  const person = await user("Ada");
  const page = await visitor(t, { size });
  await page.goto("/me");
  await page.route("**/oauth/authorize?*", (route) => {
    const state = new URL(route.request().url()).searchParams.get("state");
    return route.fulfill({ status: 303, headers: { Location: `${base}/me?error=access_denied&state=${state}` } });
  });
  await button(page, "Sign in").click();
  await problem(page, "You did not sign in.");
  assert.equal(page.url(), base + "/me");
  await inspect(page, "signin-cancelled");
  await page.unroute("**/oauth/authorize?*");
  await signIn(page, person);
  await profile(page).waitFor();
});

test("an answer that belongs to no sign-in of this tab is not used", async (t) => {
  const page = await visitor(t);
  const asked = await answerTokens(page);
  const begun = { state: "other", verifier: "v", nonce: "n", back: "/me" };
  await page.goto("/me");
  for (const path of ["/me?code=c&state=s", "/me?error=access_denied&state=s", "/j/5551234321?code=c&state=s"]) {
    await page.evaluate((value) => sessionStorage.setItem("sign-in", JSON.stringify(value)), begun);
    await page.goto(path);
    await problem(page, "Signing in did not work.");
    assert.equal(new URL(page.url()).search, "");
    await button(page, "Sign in").waitFor();
    assert.deepEqual(JSON.parse((await kept(page))["sign-in"]), begun, "the sign-in under way goes on");
  }
  assert.deepEqual(asked, []);
});

test("tokens of another sign-in are not used", async (t) => {
  const person = await user("Ada");
  const page = await visitor(t);
  const part = (claims) => Buffer.from(JSON.stringify(claims)).toString("base64url");
  const other = `${part({})}.${part({ sub: "mallory", nonce: "other" })}.x`;
  await answerTokens(page, (answer) => ({ ...answer, id_token: other }));
  await page.goto("/me");
  await signIn(page, person);
  await problem(page, "Signing in did not work.");
  assert.equal(await stored(page), null);
});

test("after signing in, nobody is sent to another site", async (t) => {
  const page = await visitor(t);
  for (const back of ["//evil.example/x", "https://evil.example", "@evil.example/", "\\\\evil.example", "javascript:x()"]) {
    await page.goto("/me");
    await page.evaluate((to) => {
      sessionStorage.setItem("sign-in", JSON.stringify({ state: "s", verifier: "v", nonce: "n", back: to }));
    }, back);
    await page.goto("/me?code=c&state=s");
    await page.waitForURL((url) => url.pathname !== "/me");
    assert.equal(new URL(page.url()).origin, base, back);
  }
});

test("requests at the same time share one renewal", async (t) => {
  const { page, asked } = await signedIn(t);
  asked.length = 0;
  const got = await withSession(page, async (session) => {
    session.renewAt = 0;
    return Promise.all([session.token(), session.token(), session.token()]);
  });
  assert.deepEqual(asked, ["refresh_token", "refresh_token"]); // open, and one renewal
  assert.equal(new Set(got).size, 1);
});

test("a token that the server refuses is renewed once, and the request is sent again", async (t) => {
  const { page, asked } = await signedIn(t);
  asked.length = 0;
  const sent = [];
  await page.route("**/v2/users/me", async (route) => {
    sent.push(route.request().headers().authorization);
    await new Promise((resolve) => { setTimeout(resolve, 1100); }); // tokens of one second are the same
    if (sent.length === 1) await unauthorized(route);
    else await route.continue();
  });
  await page.reload();
  await profile(page).waitFor();
  assert.equal(sent.length, 2);
  assert.deepEqual(asked, ["refresh_token", "refresh_token"]); // the reload's, and one for the refused token
});

test("a server that refuses each token is not asked for ever", async (t) => {
  const { page, asked } = await signedIn(t);
  asked.length = 0;
  await page.route("**/v2/users/me", unauthorized);
  await page.reload();
  await page.getByText("The server does not accept your sign-in.").waitFor();
  assert.equal(asked.length, 2);
});

eachSize("a person whose sign-in ended signs in again and loses nothing", async (t, size) => {
  const { page, name, call } = await signedIn(t, { size });
  const seats = page.getByLabel("Maximum number of people");
  await seats.fill("7");
  await revoke(await stored(page));
  await page.route("**/personal_meeting_room", unauthorized);
  await button(page, "Save").click();
  await problem(page, "You are signed out. Sign in again to go on.");
  assert.equal(await page.getByText("You are signed out.").count(), 1);
  assert.equal(await seats.inputValue(), "7");
  await inspect(page, "signin-ended");
  await page.unroute("**/personal_meeting_room");
  await signIn(page, { name });
  await profile(page).waitFor();
  assert.equal(await seats.inputValue(), "7");
  await button(page, "Save").click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  assert.equal((await call("GET", "/v2/users/me/personal_meeting_room")).capacity, 7);
});

test("what one person typed is not entered in the profile of another", async (t) => {
  const { page } = await signedIn(t);
  await page.getByLabel("Maximum number of people").fill("7");
  await page.evaluate(() => dispatchEvent(new Event("signin")));
  await page.evaluate(() => sessionStorage.removeItem("session"));
  await page.goto("/me");
  await signIn(page, await user("Grace"));
  await profile(page).waitFor();
  assert.equal(await page.getByLabel("Maximum number of people").inputValue(), "100");
});

for (const hours of [-1, 1]) {
  test(`a device whose clock is wrong by ${hours} hour works`, async (t) => {
    const person = await user("Ada");
    const page = await visitor(t);
    await page.clock.setSystemTime(Date.now() + hours * 3600_000);
    const asked = await answerTokens(page);
    await page.goto("/me");
    await signIn(page, person);
    await profile(page).waitFor();
    assert.deepEqual(asked, ["authorization_code"]);
    await page.clock.setSystemTime(Date.now()); // it is put right: the server decides
    await page.getByLabel("Maximum number of people").fill("7");
    await button(page, "Save").click();
    await page.getByText("Saved.", { exact: true }).waitFor();
  });
}

test("without a refresh token, a person signs in again when the token has expired", async (t) => {
  const change = ({ refresh_token: _, ...answer }) => ({ ...answer, expires_in: 1 });
  const { page, asked, name } = await signedIn(t, { change });
  await new Promise((resolve) => { setTimeout(resolve, 1100); });
  await page.getByLabel("Maximum number of people").fill("7");
  await page.route("**/personal_meeting_room", unauthorized);
  await button(page, "Save").click();
  await problem(page, "You are signed out. Sign in again to go on.");
  assert.deepEqual(asked, ["authorization_code"]);
  await page.unroute("**/personal_meeting_room");
  await signIn(page, { name });
  await profile(page).waitFor();
  assert.equal(await page.getByLabel("Maximum number of people").inputValue(), "7");
});

test("the API gets the token that the operator chose", async (t) => {
  const person = await user("Ada");
  const page = await visitor(t);
  let given;
  await answerTokens(page, (answer) => { given = answer; return { ...answer, expires_in: undefined }; });
  await page.addInitScript(() => document.addEventListener("readystatechange", () => { // before modules run
    const config = document.getElementById("config");
    if (config) config.textContent = config.textContent.replace("access_token", "id_token");
  }, { once: true }));
  const sent = page.waitForRequest("**/v2/users/me");
  await page.goto("/me");
  await signIn(page, person);
  assert.ok((await sent).headers().authorization === "Bearer " + given.id_token);
});

eachSize("an issuer that does not answer is named, and asked again", async (t, size) => {
  const person = await user("Ada");
  const page = await visitor(t, { size });
  await page.goto("/me");
  await page.route(discovery, (route) => route.abort());
  await button(page, "Sign in").click();
  await problem(page, `The sign-in service at ${new URL(base).host} does not answer.`);
  await inspect(page, "signin-unreachable");
  await page.unroute(discovery);
  await signIn(page, person);
  await profile(page).waitFor();
});

test("a reload while the issuer does not answer keeps the sign-in", async (t) => {
  const { page } = await signedIn(t);
  await page.route(tokens, (route) => route.fulfill({ status: 503, body: "busy" }));
  await page.reload();
  await problem(page, "does not answer");
  await page.unroute(tokens);
  await page.reload();
  await profile(page).waitFor();
});

test("a page that is not secure says why nobody can sign in", async (t) => {
  const page = await visitor(t);
  await page.addInitScript(() => Object.defineProperty(crypto, "subtle", { value: undefined }));
  await page.goto("/me");
  await button(page, "Sign in").click();
  await problem(page, "Signing in needs an address that begins with https.");
});

test("scopes that the issuer does not know are not asked for", async (t) => {
  const page = await visitor(t);
  await page.goto("/me");
  const scope = async (supported) => {
    await page.route(discovery, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...await answer.json(), scopes_supported: supported } });
    });
    const asked = page.waitForRequest("**/oauth/authorize?*");
    await button(page, "Sign in").click();
    const found = new URL((await asked).url()).searchParams.get("scope");
    await page.unroute(discovery);
    await page.goto("/me");
    return found;
  };
  assert.equal(await scope(["openid", "offline_access"]), "openid email profile offline_access");
  assert.equal(await scope(undefined), "openid email profile");
});

test("a person signs out where the issuer has no page for that", async (t) => {
  const person = await user("Ada");
  const page = await visitor(t);
  await page.route(discovery, async (route) => {
    const { end_session_endpoint: _, revocation_endpoint: __, ...rest } = await (await route.fetch()).json();
    await route.fulfill({ json: rest });
  });
  await page.goto("/me");
  await signIn(page, person);
  await button(page, "Sign out").click();
  await page.waitForURL(base + "/");
  assert.equal(await stored(page), null);
});

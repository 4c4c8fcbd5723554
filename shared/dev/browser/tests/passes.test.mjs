// Guest passes: made and revoked by a host, and used by a guest who never sees the passcode.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eachSize, host, inspect, press, says, signIn, visitor } from "./support.mjs";

const row = (page, name) => page.getByRole("listitem").filter({ hasText: name });

eachSize("a host makes a pass, a guest comes by it once, and the host revokes it", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  const page = await visitor(t, { size });
  await page.goto("/meetings#room");
  await signIn(page, ada);
  await page.getByLabel("For whom").fill("Charles Babbage");
  await page.getByLabel("Skips the waiting room").check();
  await press(page, "Make a pass");
  const link = await page.getByLabel("The link for Charles Babbage. It is shown only now.").inputValue();
  await row(page, "Charles Babbage").getByText("Used: 0 of 1").waitFor();
  await page.evaluate(() => { navigator.clipboard.write = () => Promise.reject(new Error("forbidden")); });
  await press(page, "Copy the link");
  await page.getByText("The text is selected: copy it yourself.").waitFor();
  assert.equal(await page.evaluate(() => String(getSelection())), link);
  await inspect(page, "meetings-passes");
  assert.ok(!link.includes(ada.room.passcode) && !link.includes(new URL(ada.room.join_url).searchParams.get("pwd")));

  const guest = await visitor(t, { size });
  await guest.goto(new URL(link).pathname + new URL(link).search);
  assert.equal(await guest.evaluate(() => location.search), "");
  assert.ok(await guest.getByLabel("Passcode").isHidden());
  await guest.getByLabel("Your name").fill("Charles");
  await press(guest, "Join");
  await says(guest, "You are in");
  await guest.reload();
  await says(guest, "You are in");
  assert.equal((await ada.roster()).find((p) => p.display_name === "Charles").guest_pass.invited_by, ada.name);

  const desk = await visitor(t, { size });
  await desk.goto("/host/" + ada.number);
  await signIn(desk, ada);
  await row(desk, "Charles").getByText(`guest pass of Charles Babbage, invited by ${ada.name}`).waitFor();

  await page.reload();
  await row(page, "Charles Babbage").getByText("used up").waitFor();
  await press(page, "Revoke");
  await row(page, "Charles Babbage").waitFor({ state: "detached" });
});

test("a pass that is used up asks for the passcode", async (t) => {
  const ada = await host("Ada");
  await ada.start();
  const pass = await ada.call("POST", "/v2/users/me/personal_meeting_room/passes", { name: "Charles" });
  await ada.call("DELETE", "/v2/users/me/personal_meeting_room/passes/" + pass.id);
  const guest = await visitor(t);
  await guest.goto(new URL(pass.join_url).pathname + new URL(pass.join_url).search);
  await guest.getByLabel("Your name").fill("Charles");
  await press(guest, "Join");
  await guest.getByText("This link was used, has expired, or was revoked. Ask the host for a new one.").waitFor();
  await press(guest, "Try again");
  await guest.getByLabel("Passcode").fill(ada.room.passcode);
  await press(guest, "Join");
  await says(guest, "You are in");
});

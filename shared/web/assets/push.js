// push.js has what a browser is for the doorbell: its subscription at a push service, and the device that the server has.

import { Rooms } from "./rooms.js";
import { base64url } from "./session.js";

/** The path of a person's devices. */
export const devices = "/v2/users/me/devices";

/** Returns the subscription of this browser, if it has one. */
export async function subscription() {
  const registration = await navigator.serviceWorker?.getRegistration("/");
  return registration?.pushManager?.getSubscription();
}

/** Returns the id that the server gives a device: a hash of its endpoint. */
export async function idOf(subscribed) {
  if (!subscribed) return undefined;
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscribed.endpoint));
  return base64url(sum.slice(0, 16));
}

/** Removes the device with the subscription, by the token of its user, and closes the notifications. */
export async function switchOff(token, subscribed) {
  const rooms = new Rooms({ token: async () => token });
  const removed = idOf(subscribed).then((id) => rooms.call("DELETE", `${devices}/${id}`, undefined, { keepalive: true }));
  await Promise.allSettled([removed, closeNotifications()]);
}

async function closeNotifications() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  for (const notification of await registration.getNotifications()) notification.close();
}

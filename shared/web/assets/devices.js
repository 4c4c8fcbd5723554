// devices.js lets people choose camera and microphone before they join a call, and remembers the choice in this browser.
// What they turn on and off in the call, this tab remembers.

import { alertLine, browser, el, t, tab } from "./page.js";

const kinds = { camera: "videoinput", microphone: "audioinput" };

/** What was chosen: for each kind, whether it is on, and the id of the device ("": the browser's usual one). */
export const choice = { camera: { on: true, id: "" }, microphone: { on: true, id: "" }, ...browser.get("devices") };

const keep = () => browser.set("devices", choice);

/** Takes a device as on or off from now on, also for a later connection of the seat. */
export function turned(kind, on, seat) {
  turn(kind, on);
  tab.set("devices", { seat, on: Object.keys(kinds).filter((one) => choice[one].on) });
}

/** Takes the choice of who comes back to the seat by a reload: what was on in this tab, and nothing else. */
export function comeBack(seat) {
  const { seat: of, on } = tab.get("devices") ?? {};
  for (const kind of Object.keys(kinds)) turn(kind, of === seat && on.includes(kind));
}

function turn(kind, on) {
  choice[kind].on = on;
  for (const box of document.querySelectorAll(`input[data-kind=${kind}]`)) box.checked = on;
}

/** Fills the element with the choice. Returns a function that turns the preview off. */
export function choose(element) {
  const preview = el("video", { autoplay: true, muted: true, playsInline: true, hidden: true, "aria-label": t("call.preview") });
  const problem = alertLine();
  const open = el("button", { type: "button", "aria-pressed": "false" }, t("call.try"));
  let stream;
  let wish; // one for each time when the picture is wanted; undefined: it is not
  const want = (wanted) => {
    wish = wanted;
    open.setAttribute("aria-pressed", String(Boolean(wish)));
  };
  const off = () => {
    want(undefined);
    stop(stream);
    stream = undefined;
    preview.srcObject = null;
    preview.hidden = true;
  };
  const show = async () => {
    off();
    if (!choice.camera.on) return;
    const mine = Symbol("wish");
    want(mine);
    const got = await navigator.mediaDevices?.getUserMedia({ video: device(choice.camera) }).catch(() => undefined);
    if (wish !== mine) return stop(got); // the person pressed again, or joins
    if (!got) off();
    problem.textContent = got ? "" : t("call.nocamera");
    stream = got;
    Object.assign(preview, { srcObject: got ?? null, hidden: !got });
    await fillLists(element);
  };
  const row = (kind, changed) => {
    const list = el("select", { "data-kind": kind, "aria-label": t(`call.${kind}.which`), hidden: true });
    list.onchange = () => { choice[kind].id = list.value; keep(); changed(); };
    const box = el("input", { type: "checkbox", "data-kind": kind, checked: choice[kind].on });
    box.onchange = () => { choice[kind].on = box.checked; keep(); changed(); };
    return el("div", { class: "row" }, el("label", { class: "check" }, box, t(`call.${kind}`)), list);
  };
  open.onclick = () => (wish ? off() : show());
  element.replaceChildren(row("camera", () => wish && show()), row("microphone", () => {}), open, preview, problem);
  fillLists(element);
  return off;
}

const stop = (stream) => stream?.getTracks().forEach((track) => track.stop());

/** The browser's constraint for a device; another one is taken if it is gone. */
const device = ({ id }) => (id ? { deviceId: { ideal: id } } : true);

/** Lists the devices. Browsers name them only when the person has allowed one. */
export async function fillLists(element) {
  const all = await navigator.mediaDevices?.enumerateDevices() ?? [];
  for (const list of element.querySelectorAll("select[data-kind]")) {
    const kind = list.dataset.kind;
    const named = all.filter((found) => found.kind === kinds[kind] && found.label);
    list.hidden = named.length < 2;
    list.replaceChildren(...named.map((found) =>
      el("option", { value: found.deviceId, selected: found.deviceId === choice[kind].id }, found.label)));
  }
}

// forms.js has the sections of a page that people edit: each is a form that saves on its own, and only what changed.

import { $, alertLine, el, explain, flaw, t } from "./page.js";

/** Returns which rule a number or a link breaks, in words; undefined if it breaks none that has words. */
export function brokenRule({ field, rule }) {
  const text = t("form.rule." + field + "." + rule);
  return text.startsWith("form.rule.") ? undefined : text;
}

/**
 * A section is a form whose fields have the names that the API gives them. A list, with data-list, has an entry on each
 * line. A section may have a button data-edit: with it, data-field appears in place of data-view. At its end the section
 * gets Save and Cancel, which appear when something was changed, and lines that say what happened and what is wrong. What
 * is wrong with a field is in the element with its id and "-problem", if there is one. A field with data-needs is enabled
 * if the box of that name is checked.
 */
export class Section {
  /** @param send saves the changed values, an object by names; after gets its answer when they are saved */
  constructor(form, send, after) {
    Object.assign(this, { form, send, after, saved: {}, editing: false, busy: false });
    form.append(...this.ending(form.querySelector("h2").id));
    form.addEventListener("input", ({ target }) => { this.forgive(target); this.update(); });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.save(); });
    this.on("edit", () => this.edit());
    this.update();
  }

  /** Makes the end of the section. Its title says what is saved. */
  ending(title) {
    const about = { "aria-describedby": title };
    this.buttons = el("div", { class: "row" },
      el("button", { class: "main", ...about }, t("form.save")),
      el("button", { type: "button", onclick: () => this.cancel(), ...about }, t("form.cancel")));
    this.problem = alertLine();
    this.state = el("p", { class: "good", role: "status" });
    return [this.buttons, this.problem, this.state];
  }

  part(name) { return this.form.querySelector(`[data-${name}]`); }
  on(name, action) { this.part(name)?.addEventListener("click", action); }
  field(name) { return this.form.elements.namedItem(name); }

  get names() {
    return [...new Set([...this.form.elements].map((field) => field.name).filter(Boolean))];
  }

  /** The value of a field as the API takes it. */
  value(name) {
    const field = this.field(name);
    if (field.type === "checkbox") return field.checked;
    if (field.type === "number" || field.dataset?.number !== undefined) return field.value && Number(field.value);
    const numeric = field.inputMode === "numeric"; // pages show numbers in groups
    const text = numeric ? field.value.replace(/[^\S\n]|-/g, "") : field.value.trim();
    return field.dataset?.list !== undefined ? text.split(/[\s,;]+/).filter(Boolean) : text;
  }

  set(name, value) {
    const field = this.field(name);
    if (field.type === "checkbox") field.checked = value;
    else field.value = Array.isArray(value) ? value.join("\n") : value;
  }

  /** What the person changed and did not save, by names. */
  get changed() {
    const differs = (name) => JSON.stringify(this.value(name)) !== JSON.stringify(this.saved[name]);
    return Object.fromEntries(this.names.filter(differs).map((name) => [name, this.value(name)]));
  }

  /** Takes the values that the server has. What the person changed and did not save stays. */
  fill(values) {
    const changed = this.changed;
    for (const name of this.names.filter((one) => one in values)) {
      const isNew = !(name in this.saved);
      this.saved[name] = values[name];
      if (isNew || !(name in changed)) this.set(name, values[name]);
    }
    this.update();
  }

  /** Enters values that were typed before the page was left. */
  enter(values) {
    for (const name of this.names.filter((one) => one in values)) this.set(name, values[name]);
    if (this.part("field") && Object.keys(values).length) this.editing = true;
    this.update();
  }

  update() {
    for (const part of this.form.querySelectorAll("[data-field]")) part.hidden = !this.editing;
    for (const part of this.form.querySelectorAll("[data-view]")) part.hidden = this.editing;
    for (const field of this.form.querySelectorAll("[data-needs]")) field.disabled = !this.value(field.dataset.needs);
    const open = this.editing || Object.keys(this.changed).length > 0;
    if (open) this.say("");
    this.buttons.hidden = !open;
  }

  edit() {
    this.editing = true;
    this.update();
    const field = this.part("field").querySelector("input, textarea");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.select();
  }

  cancel() {
    for (const [name, value] of Object.entries(this.saved)) this.set(name, value);
    this.close();
  }

  /** Shows the section as it is without editing. The focus goes to Edit, or to the heading. */
  close() {
    this.editing = false;
    this.refuse();
    this.update();
    (this.part("edit") ?? this.form.querySelector("h2")).focus();
  }

  save() {
    const change = this.changed;
    const wrong = Object.keys(change).find((name) => this.field(name).checkValidity?.() === false);
    if (wrong) return this.refuse([[wrong, this.field(wrong).validationMessage]]);
    if (Object.keys(change).length === 0) return this.editing && this.close();
    return this.run(async () => {
      if (!await this.online()) return;
      const sent = this.changed;
      const answer = await this.send(sent);
      Object.assign(this.saved, sent);
      await this.after(answer);
      if (Object.keys(this.changed).length === 0) this.close();
      this.say(t("form.saved"));
    });
  }

  /** Waits for the connection, and says so. Returns whether there is something to save then. */
  async online() {
    while (!navigator.onLine) {
      this.say(t("form.offline"));
      await new Promise((resolve) => { addEventListener("online", resolve, { once: true }); });
      this.say(t("form.saving"));
    }
    if (Object.keys(this.changed).length) return true;
    this.say("");
    return false;
  }

  /** Runs an action of the section, unless one is running. Shows its error. */
  async run(action) {
    if (this.busy) return;
    this.busy = true;
    this.refuse();
    this.say(t("form.saving"));
    try {
      await action();
    } catch (error) {
      this.fail(error);
    } finally {
      this.busy = false;
    }
  }

  say(text) {
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  /** Shows an error of the API: at the fields that it names, or below the section. */
  fail(error) {
    this.say("");
    if (error.reason === "signed_out") return; // the page says that
    const own = explain({ reason: error.reason });
    const named = (error.errors ?? []).map((one) => this.named(one, brokenRule(one) ?? own));
    const ours = named.every(([name]) => this.names.includes(name));
    const all = named.map(([, text]) => text).join("; ");
    this.refuse(ours && named.length ? named : [["", own ?? (all || error.message)]]);
  }

  /** Splits the API's name of a field. Returns the name in the form, and our text or what the server says. */
  named(error, own) {
    const [, name, index] = error.field.match(/([^.[]+)(?:\[(\d+)\])?$/);
    const what = index && this.names.includes(name) ? this.value(name)[index] : this.label(name);
    return [name, own ?? flaw(error, what)];
  }

  /** The label of a field of this section, or of another one. */
  label(name) {
    const field = this.field(name) ?? document.getElementsByName(name)[0];
    return field?.labels?.[0]?.textContent.trim() ?? name;
  }

  /** Shows what is wrong with fields, [name, message]; "" is the whole section. Without any, it shows nothing wrong. */
  refuse(problems = []) {
    for (const old of this.form.querySelectorAll("[aria-invalid]")) this.forgive(old);
    this.problem.replaceChildren();
    if (problems.length) for (const name of this.names) $(name + "-status")?.replaceChildren();
    for (const [name, message] of problems) this.refuseField(this.field(name), message);
    this.form.querySelector("[aria-invalid]")?.focus();
  }

  /** Takes away what was wrong with a field. */
  forgive(field) {
    field.removeAttribute("aria-invalid");
    $(field.id + "-problem")?.replaceChildren();
    this.problem.replaceChildren();
  }

  refuseField(field, message) {
    const at = $(field?.id + "-problem");
    if (at) field.setAttribute("aria-invalid", "true");
    (at ?? this.problem).append(el("span", {}, message));
  }
}

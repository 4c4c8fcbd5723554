package web_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/web"
)

// textsOf returns the texts of a language by their keys.
func textsOf(t *testing.T, language string) map[string]string {
	t.Helper()
	return parsed(t, read(t, "text/"+language+".json"))
}

func parsed(t *testing.T, text string) (all map[string]string) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var placeholders = regexp.MustCompile(`\{\w+\}`)

// Each language has exactly the keys of English, and each text the values that are filled in.
func TestLanguagesHaveTheSameTexts(t *testing.T) {
	english := textsOf(t, "en")
	for _, language := range web.Languages() {
		texts := textsOf(t, language)
		same(t, "the keys of "+language, list(maps.Keys(texts)), list(maps.Keys(english)))
		for key, text := range texts {
			same(t, "the placeholders of "+key+", "+language, placeholdersOf(text), placeholdersOf(english[key]))
			if (text == "") != (english[key] == "") {
				t.Errorf("%s, %s: one of the two languages has no text", key, language)
			}
		}
		page := web.New(web.Config{}).Render(web.Join, language, "").HTML
		if !strings.Contains(page, `<html lang="`+language+`"`) {
			t.Errorf("no reader gets the pages in %s", language)
		}
	}
}

func placeholdersOf(text string) string {
	return list(slices.Values(placeholders.FindAllString(text, -1)))
}

func list(names func(func(string) bool)) string { return strings.Join(slices.Sorted(names), "\n") }

// What modules and pages show. A module calls t with a key, with a choice of keys, or with the beginning of keys.
var (
	calls    = regexp.MustCompile(`\bt\((?:[^()]|\([^()]*\))*\)`)
	compared = regexp.MustCompile(`[!=]==? "[\w.]*"`)
	literals = regexp.MustCompile("\"([a-z][\\w.]*)\"|`([a-z][\\w.]*\\$\\{[^}]*\\}[\\w.]*)`")
	values   = regexp.MustCompile(`\\\$\\\{.*?\\\}`)
	inPages  = regexp.MustCompile(`\{\{t:([\w.]+)\}\}`)
	imports  = regexp.MustCompile(`import(?:\(|[^"(]* from )"\./([\w.-]+)"`)
)

// keysIn returns patterns of the keys in a part of a module.
func keysIn(code string) (patterns []string) {
	for _, found := range literals.FindAllStringSubmatch(compared.ReplaceAllString(code, ""), -1) {
		pattern := values.ReplaceAllString(regexp.QuoteMeta(found[1]+found[2]), `[\w.]+`)
		switch {
		case !strings.HasSuffix(pattern, "."):
		case strings.Count(pattern, ".") == 1:
			pattern += `\w+` // not all texts of a page
		default:
			pattern += `[\w.]+`
		}
		patterns = append(patterns, "^"+pattern+"$")
	}
	return patterns
}

func hasKey(texts map[string]string, pattern string) bool {
	matches := regexp.MustCompile(pattern).MatchString
	for key := range texts {
		if matches(key) {
			return true
		}
	}
	return false
}

// Each page has the texts that its modules show: its own module, and those that are imported.
func TestPagesHaveTheTextsOfTheirModules(t *testing.T) {
	site := web.New(web.Config{})
	english := textsOf(t, "en")
	for _, page := range []web.Page{web.Join, web.Host, web.Me, web.Meetings, web.BadLink} {
		html := site.Render(page, "en", "").HTML
		_, name, _ := strings.Cut(html, `<body class="`)
		name, _, _ = strings.Cut(name, `"`)
		texts := textsIn(t, html)
		for _, module := range modulesOf(t, name+".js") {
			for _, call := range calls.FindAllString(read(t, "assets/"+module), -1) {
				choice, _, _ := strings.Cut(call, ", {")
				for _, pattern := range keysIn(choice) {
					if !hasKey(texts, pattern) {
						t.Errorf("%s calls %s: the page %s has no such text (en.json: %v)", module, call, name, hasKey(english, pattern))
					}
				}
			}
		}
	}
}

// textsIn returns the texts that a page has for its modules.
func textsIn(t *testing.T, html string) map[string]string {
	t.Helper()
	_, own, _ := strings.Cut(html, `<script type="application/json" id="text">`)
	own, _, _ = strings.Cut(own, "</script>")
	return parsed(t, own)
}

// modulesOf returns the module, if there is one, and all that it imports.
func modulesOf(t *testing.T, name string) (all []string) {
	t.Helper()
	all = append(all, name)
	for i := 0; i < len(all); i++ {
		text, err := os.ReadFile("assets/" + all[i])
		if err != nil && i == 0 {
			return nil
		} else if err != nil {
			t.Fatal(err)
		}
		for _, found := range imports.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(all, found[1]) {
				all = append(all, found[1])
			}
		}
	}
	return all
}

// Each text is shown somewhere: by a module, by a page, or as a page's title and first sentence.
func TestTextsAreShown(t *testing.T) {
	var patterns []string
	err := fs.WalkDir(os.DirFS("."), ".", func(file string, _ fs.DirEntry, err error) error {
		switch path.Ext(file) {
		case ".js":
			patterns = append(patterns, keysIn(read(t, file))...)
		case ".html":
			name := strings.TrimSuffix(path.Base(file), ".html")
			patterns = append(patterns, "^"+name+`\.(title|detail)$`)
			for _, found := range inPages.FindAllStringSubmatch(read(t, file), -1) {
				patterns = append(patterns, "^"+regexp.QuoteMeta(found[1])+"$")
				if !hasKey(textsOf(t, "en"), "^"+regexp.QuoteMeta(found[1])+"$") {
					t.Errorf("%s has {{t:%s}}, and there is no such text", file, found[1])
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(strings.Join(patterns, "|"))
	for key := range textsOf(t, "en") {
		if !shown.MatchString(key) {
			t.Errorf("nothing shows the text %s", key)
		}
	}
}

// Only clients of the API get these: pages send no approval_type, no times that a meeting does not use, and they show
// no advice on an instant meeting, which they leave at once.
var adviceOfClients = []string{"no_registration", "pmi_used", "times_ignored", "topic_ignored"}

var (
	adviceCodes = regexp.MustCompile(`Code:\s+"([a-z_]+)"`)
	apiWords    = regexp.MustCompile(`/v2/|\{"|PATCH|\btype \d|occurrence_id`)
)

// People read an own text for each advisory, without words of the API.
func TestAdviceHasTexts(t *testing.T) {
	english := textsOf(t, "en")
	files, err := fs.Glob(os.DirFS(".."), "meeting/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range append(files, "api/plan.go") {
		for _, code := range adviceCodes.FindAllStringSubmatch(read(t, "../"+file), -1) {
			found++
			text := english["advice."+code[1]]
			if (text == "") != slices.Contains(adviceOfClients, code[1]) || apiWords.MatchString(text) {
				t.Errorf("%s: the text of the advisory %s is %q", file, code[1], text)
			}
		}
	}
	if found < 18 {
		t.Errorf("only %d advisories were found: are they made in another way now?", found)
	}
}

// No page sends what is refused for these reasons, or it never comes to them: they are of routes for admins, for apps
// and for services, or of requests that pages make right.
var reasonsOfClients = strings.Fields(`
	invalid number_rule idempotency_key too_large not_json bypassed no_route not_offered wrong_host_key seat_moved ticket_invalid
	user_not_found user_exists user_pending account_not_found delete_pmi pmi_required doorbell_off
	webhooks_off webhook_not_found webhook_taken too_many_webhooks endpoint_unreachable endpoint_invalid
	apps_off app_not_found too_many_apps app_too_mighty too_many_exports`)

var reasons = regexp.MustCompile(`(?m)Reason\s+= "([a-z_]+)"`)

// People read an own text, in their language, for each reason for which a page may be refused something.
func TestRefusalsHaveTexts(t *testing.T) {
	keys := list(maps.Keys(textsOf(t, "en")))
	for _, file := range []string{"meeting/refusal.go", "api/refusals.go", "account/refusals.go", "doorbell/doorbell.go"} {
		all := reasons.FindAllStringSubmatch(read(t, "../"+file), -1)
		if len(all) == 0 {
			t.Errorf("%s has no reasons: are they elsewhere now?", file)
		}
		for _, reason := range all {
			shown := regexp.MustCompile(`(?m)^(refused|.*\breason)\.` + reason[1] + `$`).MatchString(keys)
			if shown == slices.Contains(reasonsOfClients, reason[1]) {
				t.Errorf("%s: has the reason %s a text: %v", file, reason[1], shown)
			}
		}
	}
}

// Each page has the texts of the refusals that it may meet: that some page has them is not enough.
func TestPagesHaveTheirRefusals(t *testing.T) {
	site := web.New(web.Config{})
	for page, reasons := range map[string]string{
		site.Render(web.Join, "de", "").HTML: "refused.locked refused.full refused.denied refused.removed reason.history_full reason.room_in_use",
		site.Render(web.Host, "de", "").HTML: "host.reason.locked host.reason.denied host.reason.removed host.reason.full reason.setting_locked",
		site.Render(web.Me, "de", "").HTML:   "reason.number_taken reason.link_taken reason.room_live reason.too_many_devices reason.setting_locked",
		site.Render(web.Meetings, "de", "").HTML: "meetings.reason.last_date meetings.reason.room_live reason.room_in_use " +
			"reason.too_many_passes reason.setting_locked",
	} {
		texts := textsIn(t, page)
		for reason := range strings.FieldsSeq(reasons) {
			if texts[reason] == "" {
				t.Errorf("a page has no text of %s; it has %d others", reason, len(texts))
			}
		}
	}
}

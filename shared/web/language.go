package web

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
)

// fallback is the language of people who read none of ours.
const fallback = "en"

// directions are the languages of the pages, with the direction of their script. The texts of each are in
// text/<language>.json.
var directions = map[string]string{"de": "ltr", "en": "ltr", "es": "ltr", "ja": "ltr"}

// languageOf returns the language of ours that the reader likes best (RFC 9110, 12.5.4).
func languageOf(accepted string) string {
	best, weight := fallback, 0.0
	for part := range strings.SplitSeq(accepted, ",") {
		name, parameter, _ := strings.Cut(strings.TrimSpace(part), ";")
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(name)), "-")
		q := 1.0
		if value, found := strings.CutPrefix(strings.TrimSpace(parameter), "q="); found {
			q, _ = strconv.ParseFloat(value, 64) // an unreadable weight is 0
		}
		if _, ours := directions[tag]; ours && q > weight {
			best, weight = tag, q
		}
	}
	return best
}

// Languages returns the languages of the pages, sorted.
func Languages() []string {
	var all []string
	for _, f := range must(files.ReadDir("text")) {
		all = append(all, strings.TrimSuffix(f.Name(), path.Ext(f.Name())))
	}
	slices.Sort(all)
	return all
}

// textsOf returns the texts of a language by their keys.
func textsOf(lang string) map[string]string {
	var texts map[string]string
	if err := json.Unmarshal(must(files.ReadFile("text/"+lang+".json")), &texts); err != nil {
		panic(err)
	}
	return texts
}

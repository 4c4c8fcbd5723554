package web_test

import (
	"strings"
	"testing"

	"personal-rooms/shared/web"
)

// Readers get the language of ours that they like best. Who reads none of ours, or sends what cannot be read, gets
// English.
func TestReadersGetTheirLanguage(t *testing.T) {
	site := web.New(web.Config{})
	for accepted, want := range map[string]string{
		"de-CH, fr;q=0.8":               "de",
		"fr-CA, es-MX;q=0.5, en;q=0.1":  "es",
		"ja":                            "ja",
		"JA-jp":                         "ja",
		"en;q=0.4, de ; q=0.5":          "de",
		"de;q=0.5, es;q=0.5":            "de",
		"de;q=0, es;q=0.1":              "es",
		"en-GB,en;q=0.9,de;q=0.8":       "en",
		"fr, pt-BR;q=0.9":               "en",
		"":                              "en",
		"*":                             "en",
		"*, de;q=0.1":                   "de",
		"de;q=0":                        "en",
		"de;q=none, ja;q=0.2":           "ja",
		"de;q=NaN":                      "en",
		"de;q=-1, ;;, ,=,-":             "en",
		"deutsch, esperanto, <script>,": "en",
	} {
		page := site.Render(web.Join, accepted, "").HTML
		if !strings.Contains(page, `<html lang="`+want+`" dir="ltr">`) {
			got, _, _ := strings.Cut(page, "\n<head>")
			t.Errorf("Accept-Language %q: want %s, got %s", accepted, want, got)
		}
	}
}

// The languages of the pages are those of their texts.
func TestLanguages(t *testing.T) {
	same(t, "the languages", strings.Join(web.Languages(), " "), "de en es ja")
}

package pattern_test

import (
	"encoding/json"
	"strings"
	"testing"

	"personal-rooms/shared/dev/aws/pattern"
)

// record is a record of a stream as a filter sees it.
const record = `{"eventName":"INSERT","count":3,"tags":["red","blue"],"nothing":null,
	"dynamodb":{"NewImage":{"type":{"S":"room"},"open":{"BOOL":true}}}}`

// patterns are patterns, and whether record matches them. `make oracles` asks Amazon's event-ruler the same.
var patterns = map[string]bool{
	`{"eventName":["INSERT"]}`:             true,
	`{"eventName":["MODIFY","INSERT"]}`:    true,
	`{"eventName":["insert"]}`:             false,
	`{"eventName":["INSERT"],"count":[4]}`: false,
	`{"count":[3]}`:                        true,
	`{"count":["3"]}`:                      false,
	`{"nothing":[null]}`:                   true,
	`{"eventName":[null]}`:                 false,
	`{"tags":["blue"]}`:                    true,
	`{"tags":["green"]}`:                   false,
	`{"dynamodb":{"NewImage":{"type":{"S":["room","seat"]}}}}`:        true,
	`{"dynamodb":{"NewImage":{"type":{"S":["seat"]}}}}`:               false,
	`{"dynamodb":{"OldImage":{"type":{"S":["room"]}}}}`:               false,
	`{"dynamodb":{"NewImage":{"quiet":{"BOOL":[{"exists":false}]}}}}`: true,
	`{"dynamodb":{"NewImage":{"open":{"BOOL":[{"exists":false}]}}}}`:  false,
	`{"dynamodb":{"NewImage":{"open":{"BOOL":[{"exists":true}]}}}}`:   true,
	`{"dynamodb":{"NewImage":{"open":[{"exists":true}]}}}`:            false, // an object does not count
	`{"dynamodb":{"NewImage":{"open":{"BOOL":[true]}}}}`:              true,
	`{"dynamodb":{"NewImage":{"type":{"S":[{"prefix":"ro"}]}}}}`:      true,
	`{"eventName":["REMOVE",{"prefix":"INS"}]}`:                       true,
}

func TestPatternsMatch(t *testing.T) {
	var value any
	if err := json.Unmarshal([]byte(record), &value); err != nil {
		t.Fatal(err)
	}
	for text, want := range patterns {
		p, err := pattern.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Match(value); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestUnknownPatternsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                   "not a JSON object",
		`{}`:                                   "empty",
		`{"a":"b"}`:                            `needs an object or a list of values at ".a"`,
		`{"a":[]}`:                             `at ".a"`,
		`{"a":{"b":[{"wildcard":"x*"}]}}`:      `map[wildcard:x*] is not understood at ".a.b"`,
		`{"a":[{"exists":"yes"}]}`:             "exists:yes",
		`{"a":[["b"]]}`:                        "a list in a list",
		`{"a":[{"prefix":"a","exists":true}]}`: "is not understood",
		`{"$or":[{"a":["b"]},{"c":["d"]}]}`:    "is not understood",
	} {
		if _, err := pattern.Compile(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

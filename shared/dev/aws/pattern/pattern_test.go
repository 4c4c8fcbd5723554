package pattern_test

import (
	"encoding/json"
	"strings"
	"testing"

	"personal-rooms/shared/dev/aws/pattern"
)

// item is a record of a stream as a filter sees it.
const item = `{"eventName":"INSERT","count":3,"tags":["red","blue"],"nothing":null,"dynamodb":{"NewImage":{"type":{"S":"room"},"open":{"BOOL":true},"size":{"N":"12"}}}}`

// patterns are patterns, and whether item has them. `make oracles` asks Amazon's event-ruler too.
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
	`{"dynamodb":{"NewImage":{"type":{"S":["room","seat"]}}}}`:                        true,
	`{"dynamodb":{"NewImage":{"type":{"S":["seat"]}}}}`:                               false,
	`{"dynamodb":{"OldImage":{"type":{"S":["room"]}}}}`:                               false,
	`{"dynamodb":{"NewImage":{"quiet":{"BOOL":[{"exists":false}]}}}}`:                 true,
	`{"dynamodb":{"NewImage":{"open":{"BOOL":[{"exists":false}]}}}}`:                  false,
	`{"dynamodb":{"NewImage":{"open":{"BOOL":[{"exists":true}]}}}}`:                   true,
	`{"dynamodb":{"NewImage":{"open":[{"exists":true}]}}}`:                            false, // not a leaf
	`{"dynamodb":{"NewImage":{"open":{"BOOL":[true]}}}}`:                              true,
	`{"dynamodb":{"NewImage":{"type":{"S":[{"prefix":"ro"}]}}}}`:                      true,
	`{"dynamodb":{"NewImage":{"type":{"S":[{"suffix":"ro"}]}}}}`:                      false,
	`{"dynamodb":{"NewImage":{"type":{"S":[{"equals-ignore-case":"ROOM"}]}}}}`:        true,
	`{"dynamodb":{"NewImage":{"type":{"S":[{"anything-but":"room"}]}}}}`:              false,
	`{"dynamodb":{"NewImage":{"type":{"S":[{"anything-but":["seat","budget"]}]}}}}`:   true,
	`{"dynamodb":{"NewImage":{"type":{"S":[{"anything-but":{"prefix":"se"}}]}}}}`:     true,
	`{"dynamodb":{"NewImage":{"colour":{"S":[{"anything-but":"red"}]}}}}`:             false, // there is none
	`{"count":[{"numeric":[">",0,"<=",3]}]}`:                                          true,
	`{"count":[{"numeric":["<",3]}]}`:                                                 false,
	`{"dynamodb":{"NewImage":{"size":{"N":[{"numeric":[">",0]}]}}}}`:                  false, // DynamoDB's numbers are texts
	`{"$or":[{"eventName":["REMOVE"]},{"count":[3]}]}`:                                true,
	`{"$or":[{"eventName":["REMOVE"]},{"count":[4]}],"tags":["red"]}`:                 false,
	`{"eventName":["REMOVE",{"prefix":"INS"}],"tags":[{"anything-but":["red","x"]}]}`: true,
}

func TestPatterns(t *testing.T) {
	for text, want := range patterns {
		if matches(t, text, item) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}

func TestWhatIsNotUnderstoodIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                  "not a JSON object",
		`{}`:                                  "empty",
		`{"a":"b"}`:                           `needs an object or a list of values at ".a"`,
		`{"a":[]}`:                            `at ".a"`,
		`{"a":{"b":[{"wildcard":"x*"}]}}`:     `wildcard x* at ".a.b"`,
		`{"a":[{"exists":"yes"}]}`:            "exists yes",
		`{"a":[{"numeric":[">"]}]}`:           "numeric",
		`{"a":[{"numeric":["~",1]}]}`:         "numeric",
		`{"a":[{"anything-but":[true]}]}`:     "anything-but",
		`{"a":[["b"]]}`:                       "a list in a list",
		`{"a":[{"prefix":"a","suffix":"b"}]}`: "2 operators",
		`{"$or":[{"a":["b"]}]}`:               "two choices",

		`{"$or":[{"a":["b"]},{"c":["d"]}],"c":["e"]}`: "c beside $or and in it",
	} {
		if _, err := pattern.Compile(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func matches(t *testing.T, text, of string) bool {
	t.Helper()
	p, err := pattern.Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal([]byte(of), &value); err != nil {
		t.Fatal(err)
	}
	return p.Match(value)
}

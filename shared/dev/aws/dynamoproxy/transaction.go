package dynamoproxy

import (
	"encoding/base64"
	"encoding/json"
)

// A transaction writes every item twice, each kilobyte begun. DynamoDB Local counts fewer of them, so these units are computed,
// by the rules of AWS's developer guide, from the items as they were sent; those of indexes are as it counts them.
const (
	writesOfTransaction = 2
	writeUnit           = 1024 // bytes
)

// transactionUnits is what a TransactWriteItems costs. What is deleted is taken to be of one unit.
func transactionUnits(input map[string]any, indexes float64) float64 {
	units := indexes
	items, _ := input["TransactItems"].([]any)
	for _, item := range items {
		action, _ := item.(map[string]any)
		put, _ := action["Put"].(map[string]any)
		attributes, _ := put["Item"].(map[string]any)
		units += writesOfTransaction * float64((max(size(attributes), 1)+writeUnit-1)/writeUnit)
	}
	return units
}

// size is the size of an item in bytes: its names and its values.
func size(attributes map[string]any) int {
	bytes := 0
	for name, value := range attributes {
		bytes += len(name) + sizeOfValue(value)
	}
	return bytes
}

func sizeOfValue(value any) int {
	typed, _ := value.(map[string]any)
	bytes := 0
	for kind, v := range typed {
		switch v := v.(type) {
		case string:
			bytes += sizeOfText(kind, v)
		case []any: // a list, or a set
			for _, element := range v {
				if text, isText := element.(string); isText {
					bytes += sizeOfText(kind[:1], text)
				} else {
					bytes += 1 + sizeOfValue(element)
				}
			}
			bytes += 3
		case map[string]any:
			bytes += 3 + len(v) + size(v)
		default: // true, false, null
			bytes++
		}
	}
	return bytes
}

func sizeOfText(kind, text string) int {
	switch kind {
	case "B":
		return base64.StdEncoding.DecodedLen(len(text))
	case "N":
		return (len(text)+1)/2 + 1
	}
	return len(text)
}

// indexUnits is what the answer to a TransactWriteItems says that the indexes cost.
func indexUnits(body []byte) (units float64) {
	var answer struct {
		ConsumedCapacity []struct {
			LocalSecondaryIndexes map[string]struct{ CapacityUnits float64 }
		}
	}
	if json.Unmarshal(body, &answer) != nil {
		return 0
	}
	for _, table := range answer.ConsumedCapacity {
		for _, index := range table.LocalSecondaryIndexes {
			units += index.CapacityUnits
		}
	}
	return units
}

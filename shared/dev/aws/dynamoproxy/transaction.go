package dynamoproxy

import "encoding/base64"

// A transaction writes every item twice, rounded up to kilobytes. DynamoDB Local counts too few units for that, so they
// are computed from the items as they were sent, by the rules of AWS's developer guide. The units of indexes are those
// that it counts.
const (
	writesOfTransaction = 2
	writeUnit           = 1024 // bytes
)

// transactionUnits returns what a TransactWriteItems costs. An item that is not put counts as one unit.
func transactionUnits(input map[string]any, consumed []capacity) (units float64) {
	items, _ := input["TransactItems"].([]any)
	for _, item := range items {
		action, _ := item.(map[string]any)
		put, _ := action["Put"].(map[string]any)
		attributes, _ := put["Item"].(map[string]any)
		units += writesOfTransaction * float64((max(itemSize(attributes), 1)+writeUnit-1)/writeUnit)
	}
	for _, table := range consumed {
		for _, index := range table.LocalSecondaryIndexes {
			units += index.CapacityUnits
		}
		for _, index := range table.GlobalSecondaryIndexes {
			units += index.CapacityUnits / writesOfTransaction // written once, after the transaction
		}
	}
	return units
}

// itemSize returns the size of an item's names and values in bytes.
func itemSize(attributes map[string]any) (bytes int) {
	for name, value := range attributes {
		bytes += len(name) + valueSize(value)
	}
	return bytes
}

func valueSize(value any) (bytes int) {
	typed, _ := value.(map[string]any)
	for kind, v := range typed {
		switch v := v.(type) {
		case string:
			bytes += textSize(kind, v)
		case []any: // a list, or a set
			bytes += 3
			for _, element := range v {
				if text, isText := element.(string); isText {
					bytes += textSize(kind[:1], text)
				} else {
					bytes += 1 + valueSize(element)
				}
			}
		case map[string]any:
			bytes += 3 + len(v) + itemSize(v)
		default: // true, false, null
			bytes++
		}
	}
	return bytes
}

func textSize(kind, text string) int {
	switch kind {
	case "B":
		return base64.StdEncoding.DecodedLen(len(text))
	case "N":
		return (len(text)+1)/2 + 1
	}
	return len(text)
}

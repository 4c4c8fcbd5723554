package eventsources

import (
	"encoding/json"
	"errors"
	"strings"
)

// errAnswer is an answer that names no item of the batch: all of it has failed, as Lambda sees it.
var errAnswer = errors.New("the function's answer names no item of its batch")

// failures are the items that a function names as failed. An empty answer names none.
func failures(answer []byte) (ids []string, err error) {
	if text := strings.TrimSpace(string(answer)); text == "" || text == `""` {
		return nil, nil
	}
	var named struct {
		Items []struct {
			ID *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &named); err != nil {
		return nil, errAnswer
	}
	for _, item := range named.Items {
		if item.ID == nil || *item.ID == "" {
			return nil, errAnswer
		}
		ids = append(ids, *item.ID)
	}
	return ids, nil
}

package queues

import (
	"errors"

	"personal-rooms/shared/dev/aws/awsjson"
)

// A batch is several requests about one queue, each of which succeeds or fails alone.
type batchIn[E any] struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []E
}

type batchOut struct {
	Successful []any
	Failed     []failure
}

type failure struct {
	ID          string `json:"Id"`
	Code        string
	Message     string
	SenderFault bool
}

// each does every entry and tells how each went, by the id that it has in the batch.
func each[E any](in batchIn[E], id func(E) string, do func(E) (any, error)) (batchOut, error) {
	if err := checkBatch(in, id); err != nil {
		return batchOut{}, err
	}
	out := batchOut{Successful: []any{}, Failed: []failure{}}
	for _, entry := range in.Entries {
		answer, err := do(entry)
		if refusal, ok := errors.AsType[*awsjson.Error](err); ok {
			out.Failed = append(out.Failed, failure{ID: id(entry), Code: code(refusal), Message: refusal.Message, SenderFault: true})
			continue
		}
		if err != nil {
			return out, err
		}
		out.Successful = append(out.Successful, answer)
	}
	return out, nil
}

func checkBatch[E any](in batchIn[E], id func(E) string) error {
	switch n := len(in.Entries); {
	case n == 0:
		return awsjson.Refuse("com.amazonaws.sqs#EmptyBatchRequest", "There should be at least one entry in the request.")
	case n > maxBatch:
		return awsjson.Refuse("com.amazonaws.sqs#TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent %d.", n)
	}
	seen := map[string]bool{}
	for _, entry := range in.Entries {
		if seen[id(entry)] {
			return awsjson.Refuse("com.amazonaws.sqs#BatchEntryIdsNotDistinct", "Id %s repeated.", id(entry))
		}
		seen[id(entry)] = true
	}
	return nil
}

// code is the error's name in a batch, which is bare.
func code(e *awsjson.Error) string {
	if e.Query != "" {
		return e.Query
	}
	return e.Code
}

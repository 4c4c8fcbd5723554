//go:build unix

package eventsources_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"personal-rooms/shared/dev/aws/eventsources"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// function handles a batch: it returns its answer, in which a word in <> stands for the word's sequence number.
type function func(batch []string, attempt int) (answer string, err error)

// failOnce fails at batches that have the word, until it is alone or was tried before.
func failOnce(word string) function {
	tried := map[string]bool{}
	return func(batch []string, _ int) (string, error) {
		text := strings.Join(batch, " ")
		if slices.Contains(batch, word) && len(batch) > 1 && !tried[text] {
			tried[text] = true
			return "", errors.New("no luck")
		}
		return "", nil
	}
}

// answers gives these answers to the attempts, the last one to all further attempts.
func answers(all ...string) function {
	return func(_ []string, attempt int) (string, error) { return all[min(attempt, len(all))-1], nil }
}

func reported(word string) string {
	return `{"batchItemFailures":[{"itemIdentifier":"<d>"},{"itemIdentifier":"` + word + `"}]}`
}

func TestStreamBatches(t *testing.T) {
	t.Parallel()
	const none = `{"batchItemFailures":[]}`
	partial := template.Stream{BatchSize: 100, Partial: true}
	for name, c := range map[string]struct {
		stream template.Stream
		do     function
		want   string // the batches
	}{
		"a failed batch is split until the failing record is alone": {
			template.Stream{BatchSize: 100, Bisect: true}, failOnce("b"), "a b c d | a b | a | b | c d",
		},
		"without splitting the whole batch is retried": {
			template.Stream{BatchSize: 2}, failOnce("b"), "a b | a b | c d",
		},
		"the batch is retried from the first reported record": {
			partial, answers(reported("<c>"), reported("<c>"), none), "a b c d | c d | c d",
		},
		"a reported record that is not in the batch fails the batch": {
			partial, answers(reported("17"), none), "a b c d | a b c d",
		},
		"a report without an identifier fails the batch": {
			partial, answers(`{"batchItemFailures":[{"id":"1"}]}`, none), "a b c d | a b c d",
		},
		"an answer that is no report fails the batch": {partial, answers(`"fine"`, none), "a b c d | a b c d"},
		"records that no filter matches are skipped": {
			template.Stream{BatchSize: 100, Filters: []string{
				`{"eventName":["REMOVE"]}`, `{"dynamodb":{"NewImage":{"sk":{"S":["a","d"]},"quiet":{"BOOL":[{"exists":false}]}}}}`,
			}}, answers(""), "a d",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, c.stream)
			s.write(t, "a", "b", "c", "d")
			s.start(t, c.do)
			s.awaitCheckpoint(t, "d")
			if got := strings.Join(s.batches, " | "); got != c.want {
				t.Errorf("batches %s, want %s", got, c.want)
			}
		})
	}
}

func TestRestartContinuesAfterTheLastCheckpoint(t *testing.T) {
	t.Parallel()
	s := newScene(t, template.Stream{BatchSize: 1})
	s.write(t, "a", "b")
	failed := make(chan struct{}, 100)
	s.start(t, func(batch []string, _ int) (string, error) {
		if batch[0] == "b" {
			failed <- struct{}{}
			return "", errors.New("no luck")
		}
		return "", nil
	})
	<-failed
	s.stop()
	for _, word := range []string{"c", "d"} {
		s.write(t, word)
		s.start(t, answers(""))
		s.awaitCheckpoint(t, word)
	}
	if got := strings.Join(slices.Compact(s.batches), " | "); got != "a | b | c | d" {
		t.Errorf("batches %s", got)
	}
}

// scene is a function that gets the stream of a table. Each item has a word as its sort key.
type scene struct {
	options  eventsources.Options
	database *dynamodb.Client
	table    string
	running  *eventsources.Sources

	mu      sync.Mutex
	batches []string // the words of each
	numbers map[string]string
}

func newScene(t *testing.T, stream template.Stream) *scene {
	t.Helper()
	stream.Function = "echo"
	s := &scene{numbers: map[string]string{}}
	s.database, s.table = dynamotest.Table(t, dynamotest.Stream())
	out, err := s.database.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &s.table})
	if err != nil {
		t.Fatal(err)
	}
	s.options = eventsources.Options{
		Plan: &template.Bundle{Streams: []template.Stream{stream}},
		Client: dynamodbstreams.New(dynamodbstreams.Options{
			Region: queues.Region, BaseEndpoint: aws.String(dynamotest.Endpoint(t)),
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		}),
		Stream: *out.Table.LatestStreamArn, Checkpoints: filepath.Join(t.TempDir(), "stream.json"),
		Log: t.Output(),
	}
	return s
}

func (s *scene) write(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		item := map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "x"}, "sk": &types.AttributeValueMemberS{Value: word},
		}
		if _, err := s.database.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *scene) start(t *testing.T, do function) {
	t.Helper()
	s.options.Invoke = func(_ string, event []byte) ([]byte, error) { return s.invoke(event, do) }
	var err error
	if s.running, err = eventsources.Start(s.options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
}

func (s *scene) stop() {
	s.running.Stop()
	s.running.Wait()
}

func (s *scene) invoke(text []byte, do function) ([]byte, error) {
	var event events.DynamoDBEvent
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var batch []string
	for _, r := range event.Records {
		word := r.Change.Keys["sk"].String()
		batch, s.numbers[word] = append(batch, word), r.Change.SequenceNumber
	}
	s.batches = append(s.batches, strings.Join(batch, " "))
	answer, err := do(batch, len(s.batches))
	for word, number := range s.numbers {
		answer = strings.ReplaceAll(answer, "<"+word+">", number)
	}
	return []byte(answer), err
}

// awaitCheckpoint waits until the word's record is done, and stops.
func (s *scene) awaitCheckpoint(t *testing.T, word string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		text, err := os.ReadFile(s.options.Checkpoints)
		s.mu.Lock()
		number, known := s.numbers[word]
		s.mu.Unlock()
		if err == nil && known && strings.Contains(string(text), number) {
			s.stop()
			return
		}
		select {
		case <-time.After(time.Millisecond):
		case <-limit:
			t.Fatalf("%s is not processed; batches %v", word, s.batches)
		}
	}
}

//go:build unix

package eventsources_test

import (
	"encoding/json"
	"errors"
	"fmt"
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

var errNoLuck = errors.New("no luck")

func TestABatchThatFailsIsSplitUntilThePoisonIsAlone(t *testing.T) {
	s := newScene(t, template.Stream{BatchSize: 100, Retries: 2, Bisect: true, OnFailure: "Untold"})
	s.write(t, "a", "b", "poison", "c", "d")
	s.start(t, func(batch []string) (string, error) {
		if slices.Contains(batch, "poison") {
			return "", errNoLuck
		}
		return "", nil
	})
	s.await(t, "d")
	if got := s.done(); got != "a b c d" {
		t.Errorf("in the end %s", got)
	}
	if alone := s.times("poison"); alone != 3 {
		t.Errorf("the poison was tried alone %d times, want once and 2 retries", alone)
	}
	if f := s.failure(t); f.DDBStreamBatchInfo.BatchSize != 1 || f.RequestContext.ApproximateInvokeCount != 3 || f.RequestContext.Condition != "RetryAttemptsExhausted" {
		t.Errorf("Untold has %+v", f)
	}
}

func TestWithoutSplittingAllOfTheBatchIsGivenUp(t *testing.T) {
	s := newScene(t, template.Stream{BatchSize: 2, Retries: 1, OnFailure: "Untold"})
	s.write(t, "poison", "a", "b", "c")
	s.start(t, func(batch []string) (string, error) {
		if slices.Contains(batch, "poison") {
			return "", errNoLuck
		}
		return "", nil
	})
	s.await(t, "c")
	if got := s.done(); got != "b c" {
		t.Errorf("in the end %s", got)
	}
	if f := s.failure(t); f.DDBStreamBatchInfo.BatchSize != 2 || f.DDBStreamBatchInfo.StartSequenceNumber >= f.DDBStreamBatchInfo.EndSequenceNumber {
		t.Errorf("Untold has %+v", f)
	}
}

func TestANamedRecordIsTriedAgainWithWhatFollowsIt(t *testing.T) {
	s := newScene(t, template.Stream{BatchSize: 100, Retries: -1, Partial: true})
	s.write(t, "a", "b", "c", "d")
	tries := 0
	s.start(t, func(batch []string) (string, error) {
		if at := slices.Index(batch, "c"); at >= 0 && tries < 3 {
			tries++
			return s.naming("d", "c"), nil // the lowest counts, in whatever order
		}
		return `{"batchItemFailures":[]}`, nil
	})
	s.await(t, "d")
	if got := strings.Join(s.batches(), " | "); got != "a b c d | c d | c d | c d" {
		t.Errorf("batches %s", got)
	}
}

func TestAnAnswerThatNamesNothingIsAFailureOfAll(t *testing.T) {
	for name, answer := range map[string]string{
		"an unknown record": `{"batchItemFailures":[{"itemIdentifier":"17"}]}`, "no identifier": `{"batchItemFailures":[{"id":"1"}]}`,
		"an empty one": `{"batchItemFailures":[{"itemIdentifier":""}]}`, "a text": `"fine"`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, template.Stream{BatchSize: 100, Retries: -1, Partial: true})
			s.write(t, "a", "b")
			tries := 0
			s.start(t, func([]string) (string, error) {
				if tries++; tries == 1 {
					return answer, nil
				}
				return "null", nil
			})
			s.await(t, "b")
			if got := strings.Join(s.batches(), " | "); got != "a b | a b" {
				t.Errorf("batches %s", got)
			}
		})
	}
}

func TestRecordsThatAreTooOldAreGivenUpOnceTheyFail(t *testing.T) {
	s := newScene(t, template.Stream{BatchSize: 1, Retries: -1, MaxAge: time.Nanosecond, OnFailure: "Untold"})
	s.write(t, "old", "a")
	s.start(t, func(batch []string) (string, error) {
		if batch[0] == "old" {
			return "", errNoLuck
		}
		return "", nil
	})
	s.await(t, "a")
	if f := s.failure(t); f.RequestContext.Condition != "RecordAgeExceeded" {
		t.Errorf("Untold has %+v", f)
	}
}

func TestOnlyWhatAFilterMatchesIsHandedOn(t *testing.T) {
	s := newScene(t, template.Stream{BatchSize: 100, Retries: -1, Filters: []string{
		`{"eventName":["REMOVE"]}`, `{"dynamodb":{"NewImage":{"sk":{"S":[{"prefix":"good"}]},"quiet":{"BOOL":[{"exists":false}]}}}}`,
	}})
	s.write(t, "bad", "good 1", "worse", "good 2", "bad", "good last")
	s.start(t, func([]string) (string, error) { return "", nil })
	s.await(t, "good last")
	if got := s.done(); got != "good 1 good 2 good last" {
		t.Errorf("handed on %s", got)
	}
}

// What failed when it was stopped is handed on again by the next one, and what succeeded is not.
func TestWhoComesNextGoesOnWhereTheLastOneStopped(t *testing.T) {
	s := newScene(t, template.Stream{BatchSize: 1, Retries: -1})
	s.write(t, "a", "b", "c")
	stuck := make(chan struct{})
	var once sync.Once
	s.start(t, func(batch []string) (string, error) {
		if batch[0] == "b" {
			once.Do(func() { close(stuck) })
			return "", errNoLuck
		}
		return "", nil
	})
	<-stuck
	s.stop()
	s.start(t, func([]string) (string, error) { return "", nil })
	s.await(t, "c")
	if got := s.done(); got != "a b c" {
		t.Errorf("in the end %s", got)
	}
	s.stop()
	s.write(t, "d")
	s.start(t, func([]string) (string, error) { return "", nil })
	s.await(t, "d")
	if got := s.done(); got != "a b c d" {
		t.Errorf("in the end %s", got)
	}
}

func TestAFileOfPlacesThatIsBrokenIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stream.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := eventsources.Start(eventsources.Options{Plan: &template.Bundle{}, Places: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Start: %v", err)
	}
}

// scene is a mapping on a table of its own. An item's sort key is what the function is told.
type scene struct {
	stream  template.Stream
	queues  *queues.Queues
	client  *dynamodb.Client
	reads   *dynamodbstreams.Client
	table   string
	arn     string
	places  string
	running *eventsources.Sources

	mu      sync.Mutex
	tried   [][]string
	good    []string // of the batches at which the function did not fail, what it did not name
	numbers map[string]string
	news    chan struct{}
}

func newScene(t *testing.T, stream template.Stream) *scene {
	t.Helper()
	stream.Function = "echo"
	s := &scene{stream: stream, numbers: map[string]string{}, news: make(chan struct{}, 1000), places: filepath.Join(t.TempDir(), "stream.json")}
	s.queues = queues.New([]template.Queue{{ID: "Untold", Visibility: time.Minute, Retention: time.Hour}})
	s.client, s.table = dynamotest.Table(t, dynamotest.Stream())
	out, err := s.client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(s.table)})
	if err != nil {
		t.Fatal(err)
	}
	s.arn = *out.Table.LatestStreamArn
	s.reads = dynamodbstreams.New(dynamodbstreams.Options{
		Region: queues.Region, BaseEndpoint: aws.String(dynamotest.Endpoint(t)), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	return s
}

func (s *scene) write(t *testing.T, words ...string) {
	t.Helper()
	for i, word := range words {
		item := map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: fmt.Sprint("write ", i)}, "sk": &types.AttributeValueMemberS{Value: word},
		}
		if _, err := s.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(s.table), Item: item}); err != nil {
			t.Fatal(err)
		}
	}
}

// start hands on to a function that is told the words of a batch.
func (s *scene) start(t *testing.T, do func(batch []string) (string, error)) {
	t.Helper()
	started, err := eventsources.Start(eventsources.Options{
		Plan: &template.Bundle{Streams: []template.Stream{s.stream}}, Queues: s.queues, Client: s.reads, Stream: s.arn, Places: s.places,
		Log: t.Output(), Poll: 10 * time.Millisecond, Backoff: time.Millisecond,
		Invoke: func(_ string, event []byte) ([]byte, error) { return s.invoke(event, do) },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.running = started
	t.Cleanup(s.stop)
}

func (s *scene) stop() {
	s.running.Stop()
	s.running.Wait()
}

func (s *scene) invoke(event []byte, do func([]string) (string, error)) ([]byte, error) {
	var told events.DynamoDBEvent
	if err := json.Unmarshal(event, &told); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var batch []string
	for _, r := range told.Records {
		word := r.Change.Keys["sk"].String()
		batch, s.numbers[word] = append(batch, word), r.Change.SequenceNumber
	}
	s.tried = append(s.tried, batch)
	answer, err := do(batch)
	if err == nil {
		s.good = append(s.good, batch...)
	}
	s.news <- struct{}{}
	return []byte(answer), err
}

// naming is an answer that names the words. It is called by the function.
func (s *scene) naming(words ...string) string {
	var items []string
	for _, word := range words {
		items = append(items, fmt.Sprintf(`{"itemIdentifier":%q}`, s.numbers[word]))
	}
	return `{"batchItemFailures":[` + strings.Join(items, ",") + `]}`
}

// await waits until a batch that ends with the word has succeeded, and nothing is at work.
func (s *scene) await(t *testing.T, word string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case <-s.news:
		case <-limit:
			t.Fatalf("%s does not come; tried %v", word, s.tried)
		}
		s.mu.Lock()
		there := len(s.good) > 0 && s.good[len(s.good)-1] == word && len(s.news) == 0
		s.mu.Unlock()
		if there && s.settled(word) {
			return
		}
	}
}

// settled reports whether the word's number is the place that is kept.
func (s *scene) settled(word string) bool {
	s.mu.Lock()
	number := s.numbers[word]
	s.mu.Unlock()
	for range 200 {
		if text, err := os.ReadFile(s.places); err == nil && strings.Contains(string(text), number) {
			return true
		}
		<-time.After(time.Millisecond)
	}
	return false
}

func (s *scene) done() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.good, " ")
}

func (s *scene) batches() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, batch := range s.tried {
		all = append(all, strings.Join(batch, " "))
	}
	return all
}

// times is how often the word was a batch of its own.
func (s *scene) times(word string) (n int) {
	for _, batch := range s.batches() {
		if batch == word {
			n++
		}
	}
	return n
}

type failure struct {
	RequestContext struct {
		Condition              string
		ApproximateInvokeCount int
	}
	DDBStreamBatchInfo struct {
		BatchSize                              int
		StartSequenceNumber, EndSequenceNumber string
	}
}

func (s *scene) failure(t *testing.T) (f failure) {
	t.Helper()
	kept, err := s.queues.Waiting("Untold")
	if err != nil || len(kept) != 1 {
		t.Fatalf("Untold has %+v, %v", kept, err)
	}
	if err := json.Unmarshal([]byte(kept[0].Body), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

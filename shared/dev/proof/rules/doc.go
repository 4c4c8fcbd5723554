// Package rules holds the rules of the door as scenarios that a person can read, and plays them: testdata/*.txt, one
// file for each rule or theme. The use cases of package meeting run on a real table of DynamoDB Local.
//
//	# I8: somebody who was moved to the waiting room waits on a new join, too
//	ada and bob join                     -> admitted
//	ada moves bob to the waiting room
//	bob leaves
//	bob joins                            -> waits for approval
//	the roster                           = ada admitted, bob waiting
//
// A title says the rule in one sentence. A scenario has a table, a clock and a personal room of its own, which is
// Ada's. A line is an action and its result ("->"), or a question and its answer ("="). An action without a result must
// not be refused. Text after // is a comment. "ada and sam join" is one action each, "3 times sam polls" is three. "20
// at once: sam# joins" is twenty at the same time, of sam0 to sam19; its result counts theirs: "5 admitted, 15 refused
// full".
//
// The people: ada owns the room; bob, cy and dan are signed in to her account; eve to another one, and mallory too,
// with the e-mail address of bob; root is an administrator of the account. All others are guests, at one address until
// a line moves them: "al is at 198.51.100.7". "bob's phone" is another device of Bob's.
//
// The places: "the room" is Ada's; a planned meeting has the name that its plan gives it, an instant meeting is
// Instant, and the number that Ada's room had before is OldNumber.
//
// Results: "ok", "admitted", "waits for the host", "waits for approval", "refused" with its reason, and "failed" for
// every other error, such as a fault that the scenario planned.
//
// All actions stand in tables in actions_test.go and meetings_test.go, all questions in questions_test.go. To add one,
// add a row: its form, and a function that returns the result. Faults that stop one use case within another are in
// faults_test.go.
package rules

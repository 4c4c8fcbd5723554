// Package proof shows that the door of a room keeps its rules (I1–I20 of shared/meeting): under races, and under
// faults.
//
// All of it stands in its tests. They drive the use cases of package meeting, and share:
//
//   - operations_test.go: the people, and a table of the operations of a client;
//   - storage_test.go, requests_test.go, state_test.go: storage, and a model of it, whose states can be compared, and
//     in which each request takes effect at one instant;
//   - rules_test.go, changes_test.go: rules, which judge every state, every change of a state, and the operations that
//     returned;
//   - mutants_test.go: the door with one thing wrong, each of which must be found.
//
// The walk (walk_*_test.go) visits every interleaving of the requests of a few actors, with few faults, on the model
// itself; testdata/walk.txt has its scenarios. The histories (linear_*_test.go) are random: seven devices act on the
// real table in DynamoDB Local, and a seed decides which request is delivered next and what goes wrong with it.
// Storage makes one write after the other, so that the model can follow; porcupine then looks for an order of all
// steps that explains every answer. Half of them have two rounds, between which every lease ends. For a mutant that
// random operations rarely meet they play a scenario of the walk.
//
//	go test ./shared/dev/proof                                             both, with 30 histories
//	SEEDS=1000 go test -run TestTheDoorIsLinearizable ./shared/dev/proof   more histories
//	SEED=17 go test -v -run TestTheDoorIsLinearizable ./shared/dev/proof   one of them again
//
// To add an operation, add
//
//   - a row to kinds, which calls the use case and keeps what the rules need of its answer, and its name to decides
//     if a host decides by it;
//   - the changes of seats that it may make to seatChanges, and to judgeRoomChange what it may change of the room;
//   - what must hold once it has returned to returned and judge;
//   - a scenario to testdata/walk.txt, and a mutant that it finds;
//   - for histories: its word to those that participants draw from, and what its answer says to observations. A new
//     draw makes all seeds other histories: look at the first seeds of the mutants then.
//
// A use case that needs another method of storage needs it in storage (or in constants, if no rule depends on it),
// with its meaning in requests_test.go.
//
// Below, package rules has the scenarios, package attack attacks the executables over HTTP, and package rush measures
// how many people may come at once.
package proof

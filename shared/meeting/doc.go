// Package meeting is the domain of personal rooms: its nouns, its rules (RULES.md) and its use cases. It knows neither
// HTTP nor DynamoDB; time, randomness and ids are arguments.
//
// A [Number] is 10 digits (a PMI) or 11 (a generated meeting id), and a [Link] is a name that leads to a PMI. Behind a
// number is a [Room]: its owner, its [Settings] and its [LiveState]. A [Seat] is one participant's place in one
// instance of a room, all seats of an instance are its [Roster], and an [InstanceRecord] is what remains of it. A
// [Profile] is a user, and a [Meeting] is what a host plans.
//
// # The turnstile
//
// The live state changes only by a [Transition], one conditional write on the room's one item. A transition is data,
// guards and effects; its meaning is [Transition.Apply]. Somebody who asks to come in makes a [JoinRequest].
// [Room.Decide] is pure: it returns the answer, and the transition that makes an admission true. The turnstile is the
// loop around that: read, decide, commit, and decide again if the room changed in between.
//
// The epoch changes with every decision of a host and never with a join. So a join that was decided before a lock
// cannot commit after it, and a thousand joins do not disturb each other.
//
// # The use cases
//
// [Profiles] is My Profile and the personal room, [Starts] starts and ends meetings, [Schedule] plans them, and [Door]
// is joining, waiting and the hosts' controls. What they need of storage is in ports.go: changes that belong together
// are one [Writer.Save], and a [Conflict] names the change that was not possible.
//
// # Errors
//
// An error that a caller sees is a [Refusal] with a stable [Reason]. All other errors are for the log.
package meeting

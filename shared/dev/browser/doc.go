// Package browser tests the pages as people use them, in a real Chromium: `make test-browser`. Its test starts the
// bundle and runs the tests of the folder tests, in JavaScript by Playwright.
//
//	make test-browser                                          all tests; screenshots of all states go to .screenshots
//	make test-browser TESTS=join                               tests/join.test.mjs
//	BASE_URL=http://127.0.0.1:3000 make test-browser           against `make run`, or against a deployment
//	make browser-driver && node --test shared/dev/browser/tests/join.test.mjs      the same, without Go
//
// Of the folders in tests, call needs a real LiveKit, frame a page in place of Jitsi's, and bench prints for `make
// bench` what the page of a guest loads.
//
// CHROMIUM is the browser; by default one of the usual names in PATH.
package browser

//go:build !unix

package serve

// holdLifeline does nothing where a process cannot be given open files.
func holdLifeline() {}

// Silent is no plugin: it speaks to a person on stdout.
package main

import "fmt"

func main() { fmt.Println("Hello from a library that is imported") }

package progress

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Password asks a person at a terminal for a text, and shows none of it. Asked
// is false where there is no terminal.
func Password(in *os.File, out io.Writer, prompt string) (text string, asked bool, err error) {
	fd := int(in.Fd())
	if !term.IsTerminal(fd) {
		return "", false, nil
	}
	fmt.Fprint(out, prompt)
	typed, err := term.ReadPassword(fd)
	fmt.Fprintln(out)
	return string(typed), true, err
}

//go:build unix && !linux && !aix && !solaris

package process

import "errors"

func attach(int) error { return errors.ErrUnsupported }

func beHostOfAStranger() { select {} }

//go:build !noasm

#include "textflag.h"

// func pause()
TEXT ·pause(SB), NOSPLIT, $0-0
	MOVQ $10, CX
again:
	PAUSE
	DECQ CX
	JNZ  again
	RET

// Package tensor is arithmetic on matrices of float32 that remembers how each
// number was made, and so knows its gradient.
//
// Numbers live in a [Tensor]. Those of one training step live on a [Tape],
// which records every operation; a [Params] holds what is learned. A step is
//
//	tape.Reset()
//	x := tape.Input(rows, n, width)
//	loss := x.Dense(w, b, tensor.Tanh).Square().Mean()
//	loss.Backward(params) // fills params.Grad
//
// Operations are methods that chain. Each returns a new tensor on the tape of
// its operands and leaves the operands as they were. The second operand of
// Add, Sub, Mul and Div may have one row, one column or both, and then stands
// for as many as the first has. What is done only while a network learns, such
// as dropout, waits for [Tape.Train].
//
// # Promises
//
// Equal operands give equal bytes, for any GOMAXPROCS and on any CPU: work is
// shared out between threads, but a sum never is, and whichever instructions a
// CPU has, they round alike. (Except that a NaN is only promised to be a NaN.)
// Row i of what a network makes depends on row i of its input alone, whatever
// the batch. (Except that BatchNorm, in training, is about the batch, that
// Dropout depends on how many rows came before, and that a GRU's rows depend on
// those of the steps before.)
//
// A tape uses the memory of the step before again. A step that repeats the
// operations of the last one, with the same shapes, allocates nothing. The
// threads that help a tape sleep between steps, and end when it is garbage.
//
// # Panics
//
// A mistake in the program panics, with a message that names the operation:
// shapes that do not fit, a chain that touches no tape, or two, an activation
// or a class that there is not. Numbers never do: those that overflow become
// infinite or NaN, as IEEE 754 has it.
//
// A tape, and the parameters used with it, belong to one goroutine at a time.
package tensor

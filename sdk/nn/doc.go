// Package nn holds the parts that generative models are made of: layers,
// likelihoods, noise, and files of weights. README.md beside it shows how to
// write a model with them.
//
// A network's parameters are tensors of a [tensor.Params], with names such as
// "encoder.0.weight" that the weights file uses too. A weight has a row for
// each input and a column for each output.
//
// Parameters are 0 until [tensor.Params.Init] draws them, from what the layers
// chose. To choose for them, set the Init of the parameters before that, as the
// example Initialisation does: to [GlorotNormal], [HeUniform] and their like,
// or to a [tensor.Init] such as tensor.Init{Normal: 0.02}, which draws from
// N(0, 0.02²).
//
// Likelihoods are logarithms, in nats, one for each row of a batch. Shapes
// that do not fit panic, as in package tensor.
package nn

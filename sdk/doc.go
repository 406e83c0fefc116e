// Package sdk is what the author of a genhost plugin reads first, and often
// all they read.
//
// A plugin is a program that offers generative models, modalities, or both.
// The host starts it, gives a model rows of numbers to learn from, and asks it
// for new rows. A model never sees files, flags, sockets or other models; a
// modality turns files into rows and rows into files, and knows no model. So
// any model works with any modality whose [Space] it accepts.
package sdk

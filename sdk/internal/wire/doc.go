// Package wire is the wall between the host and its plugins: the only package
// that knows protobuf, gRPC and go-plugin.
//
// Behind it a plugin is an [sdk.Plugin] on either side: what [Serve] is given
// in one process comes out of [Connect] in another, and out of [Loopback] in
// the same one. It promises that
//
//   - errors mean the same on both sides: [errors.Is] finds every sdk error,
//     errors.ErrUnsupported, those of io/fs and of context; errors.As finds
//     [sdk.SettingError]; [sdk.Hints] are kept; no text of gRPC is seen;
//   - a panic in a call ends that call with [sdk.ErrCrashed] and leaves the
//     plugin running;
//   - a call returns as soon as its context ends, whatever the plugin does;
//   - no message is longer than 1 MiB and 64 KiB, and what is received is
//     bounded: 2 GiB for a batch of rows, 256 MiB for a list of files or a
//     picture;
//   - the windows, checkpoints and previews of a training all arrive, in
//     order, and a host that is slow to look at them does not slow the
//     training, until 64 MiB of them wait.
//
// Calls to one model are carried out one after another.
package wire

//go:generate ./generate.sh

// Package sdk is what the author of a genhost plugin reads first, and often
// all they read.
//
// A plugin is a program that offers generative models, modalities, or both. A
// model learns from rows of numbers and makes new ones; it never sees files,
// flags or other models. A modality turns files into rows and rows into files,
// and knows no model. So any model works with any modality whose [Space] it
// accepts.
//
// # Writing a plugin
//
// Implement [Model] or [Modality], describe it with a [Plugin], and hand that
// to serve.Main, which is a plugin's whole main:
//
//	func main() {
//		serve.Main(sdk.Plugin{
//			Name: "noise", Version: "0.1.0", Doc: "models of noise",
//			Models: []sdk.ModelSpec{{
//				Name: "noise", Family: "baseline", Doc: "returns what it was fed, blurred",
//				ModelMaker: sdk.MakeModel(defaults, newNoise),
//			}},
//		})
//	}
//
// newNoise takes the settings, a struct with tags (see [SchemaOf]), and the
// Space of the rows. Name the program in models.toml and it is there; the host
// need not be built again. The README has two whole plugins of a page each.
//
// A modality of files has help in package folder: labels and splits by
// sub-folders, and files that are written whole.
//
// # Training
//
// The model owns its loop, the host owns the [Job]'s life:
//
//	for batch := range job.Batches(s.Batch, s.Epochs) {
//		loss := m.step(batch)
//		if err := job.Step(sdk.Metrics{"loss": loss}); err != nil {
//			return err
//		}
//	}
//
// # Promises
//
// Every model keeps these, and sdktest.Run(t, plugin), one line of test, holds
// it to them, in process and across the process boundary:
//
//   - equal settings, data and seeds give equal weights and rows, whatever the
//     number of threads; row i of a seed does not depend on the rows around it;
//   - Train returns within a second of being told to stop;
//   - what [Saver] wrote is safetensors, and loading it gives equal rows; a file
//     that is truncated or altered is refused;
//   - figures that are not finite end training with [ErrDiverged].
//
// # Sandbox
//
// Where the host's system can, a plugin runs in a sandbox. It may read what it
// is handed the paths of, what it came with, and what is installed; it may
// write into folders that it is handed, and to HOME and TMPDIR, which go when
// it ends. It has no network and few variables unless models.toml grants them.
//
// # Errors
//
// Wrap [ErrNotTrained], [ErrBadInput], [ErrCorrupt] or [errors.ErrUnsupported]
// where they apply: the host can test for them on its side of the process
// boundary. Attach advice with [Hint]. A panic in a call ends that call, not
// the plugin, and reaches the user as an error; its stack, and all that the
// plugin prints, goes to the run's plugin.log.
package sdk

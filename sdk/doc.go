// Package sdk is what the author of a genhost plugin reads first, and often
// all they read.
//
// A plugin is a program that offers generative models, modalities, or both.
// The host starts it, gives a model rows of numbers to learn from, and asks it
// for new rows. A model never sees files, flags, sockets or other models; a
// modality turns files into rows and rows into files, and knows no model. So
// any model works with any modality whose [Space] it accepts.
//
// # Writing a plugin
//
// Implement [Model] or [Modality], describe it with a [Plugin], and hand that
// to serve.Main, which is a plugin's whole main:
//
//	var plugin = sdk.Plugin{
//		Name: "noise", Version: "0.1.0", Doc: "models of noise",
//		Models: []sdk.ModelSpec{{
//			Name: "noise", Family: "baseline", Doc: "returns what it was fed, blurred",
//			ModelMaker: sdk.MakeModel(defaults, newNoise),
//		}},
//	}
//
//	func main() { serve.Main(plugin) }
//
// newNoise takes the settings, a struct with tags (see [SchemaOf]), and the
// Space of the rows, and returns the model, or an error that says which rows
// it is for. Register the program in models.toml and it is there; the host
// need not be built again:
//
//	[plugins.noise]
//	source = "./noise"    # the folder of its Go package, or the executable
//
//	[models.noise]
//	plugin = "noise"
//	modality = "image"
//	data = "fashion"
//
// The README has two whole plugins, a model and a modality, of a page each.
//
// # Training
//
// The model owns its loop; the host owns the job's life. Train asks the [Job]
// for batches and ends each step with [Job.Step], which reports, checkpoints,
// draws previews and says when to stop:
//
//	for batch := range job.Batches(s.Batch, s.Epochs) {
//		loss := m.step(batch)
//		if err := job.Step(sdk.Metrics{"loss": loss}); err != nil {
//			return err
//		}
//	}
//	return nil
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
// # Errors
//
// Return ordinary errors. Wrap [ErrNotTrained], [ErrBadInput], [ErrCorrupt] or
// [errors.ErrUnsupported] where they apply: the host can still test for them
// on its side of the process boundary. Attach advice for the user with [Hint].
//
// A panic in a call ends that call, not the plugin, and reaches the user as an
// error naming the plugin; its stack goes to the run's plugin.log, and so does
// all that the plugin prints.
//
// # Layout
//
// This package imports only the standard library. Packages beside it are a
// convenience: dataset and safetensors read and write files; tensor, nn and
// optim are numerics. A plugin may use them, gonum, or nothing at all.
package sdk

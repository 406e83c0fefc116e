// Package oci moves plugins and trained models through OCI registries, and
// through OCI layouts: folders that hold the same and need no registry.
//
//	oci://ghcr.io/acme/tabgan:2.1.0           a registry's
//	oci://ghcr.io/acme/tabgan@sha256:9c...    exactly that one
//	oci-layout:./mirror:2.1.0                 a folder's
//
// It knows what a registry holds, and nothing of what is in an archive or a
// run: see [Release] and [Bundle].
//
// # A plugin
//
// is an image index, tagged with its version, with a manifest of artifact type
// [PluginType] for each platform:
//
//	index       annotations org.opencontainers.image.title, .version, ...; of each manifest: platform linux/amd64,
//	            annotations dev.genhost.tree = "h1:...", dev.genhost.accel = "cuda12"
//	  manifest
//	    config  the plugin's manifest as JSON
//	    layer   one tar.gz
//
// The index names the hash of each platform's unpacked tree, so whoever has
// read it can pin all platforms at once, those of other machines too. Equal
// releases have equal digests: no time is in them.
//
// # A trained model
//
// is a manifest of artifact type [RunType] with a layer for each file, whose
// annotation org.opencontainers.image.title is its name. So oras pull, which
// knows nothing of genhost, gets a folder of them.
//
// # What is attached
//
// A signature is a manifest whose subject is the index or manifest that it is
// for. Registries that know no referrers get a tag for them, by the
// distribution specification's rule.
//
// # Trust
//
// All that is read is held to its digest and to a bound before anybody sees
// the end of it; what differs is [fault.ErrVerify], and [sdk.ErrCorrupt]. Whom to trust is not known
// here. Credentials are those of docker's configuration. Plain HTTP is spoken
// to this machine only.
//
// Errors wrap [fault.ErrNotFound], [fault.ErrVerify], [ErrDenied],
// [ErrUnreachable] or [sdk.ErrBadInput], and carry [sdk.Hints].
package oci

package xlmr.hub;

import java.util.OptionalLong;

/// What the Hub says about one file of a repository.
///
/// @param name in the repository
/// @param commit that the revision means
/// @param etag names the content
/// @param size in bytes, where it is said
record RemoteFile(String name, String commit, String etag, OptionalLong size) {}

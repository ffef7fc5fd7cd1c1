package xlmr.hub;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/// One file at one revision of one repository.
///
/// @param repository whose file
/// @param revision branch, tag or commit
/// @param file name in the repository
record FileAddress(RepositoryName repository, String revision, String file) {
    /// Where a server has it: `ENDPOINT/REPOSITORY/resolve/REVISION/FILE`.
    URI at(URI endpoint) {
        String path =
                Arrays.stream(file.split("/"))
                        .map(FileAddress::encode)
                        .collect(Collectors.joining("/"));
        return URI.create(
                "%s/%s/resolve/%s/%s".formatted(endpoint, repository, encode(revision), path));
    }

    /// For messages: `organization/name (main): file`.
    @Override
    public String toString() {
        return "%s (%s): %s".formatted(repository, revision, file);
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

package xlmr.cli;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xlmr.hub.Hub;

/// Fetches a model from the Hub.
@Command(
        name = "download",
        description = {
            "Fetch a model from the Hugging Face Hub into the cache that Hugging Face's own"
                    + " programs use, and print the directory. What is there already is not fetched"
                    + " again; what was broken off is continued.",
            "",
            "Of several formats of the weights one is taken: safetensors, else PyTorch, else"
                    + " TensorFlow."
        },
        footer = {
            "",
            "Environment: HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE,"
                    + " HTTPS_PROXY, NO_PROXY.",
            "",
            "Examples:",
            "  xlmr download FacebookAI/xlm-roberta-base",
            "  xlmr download FacebookAI/xlm-roberta-base --file README.md --file config.json"
        })
final class DownloadCommand implements Runnable {
    private final Streams streams;

    @Parameters(
            paramLabel = "NAME",
            description = "The model's name on the Hub, ORGANIZATION/NAME.")
    private String name;

    @Option(
            names = "--revision",
            paramLabel = "REVISION",
            defaultValue = Hub.DEFAULT_REVISION,
            description = "Branch, tag or commit. Default: main.")
    private String revision;

    @Option(
            names = "--file",
            paramLabel = "NAME",
            arity = "1..*",
            description = "Only these files of the repository, whatever they are.")
    private List<String> files = List.of();

    DownloadCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        String repository =
                name.startsWith(HubModelName.SCHEME)
                        ? name.substring(HubModelName.SCHEME.length())
                        : name;
        try (HubDownload download = new HubDownload(streams)) {
            Hub hub = download.hub();
            Path directory =
                    files.isEmpty()
                            ? hub.model(repository, revision)
                            : hub.files(repository, revision, files);
            streams.out().println(directory);
        }
    }
}

package xlmr.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.channels.UnresolvedAddressException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/// What a status other than success means, in words with a remedy. The Hub says more than the
/// status in X-Error-Code (huggingface_hub/utils/_http.py).
final class Refusals {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TIMEOUT = 408;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    private Refusals() {}

    /// Whether the answer says that the revision has no such file.
    static boolean isMissingFile(int status, HttpHeaders headers) {
        String code = code(headers);
        return status == NOT_FOUND && (code.isEmpty() || code.equals("EntryNotFound"));
    }

    /// A refusal that stays.
    ///
    /// @throws PassingFailure in its place, if it is worth to try again
    static HubException of(
            int status, HttpHeaders headers, FileAddress address, HubSettings settings)
            throws PassingFailure {
        if (status == TIMEOUT || status == TOO_MANY || status >= SERVER_ERROR) {
            throw new PassingFailure("the server answered %d".formatted(status), wait(headers));
        }
        String page = settings.endpoint() + "/" + address.repository();
        boolean known = settings.token().isPresent();
        return switch (code(headers)) {
            case "GatedRepo" -> gated(address, page, known);
            case "RevisionNotFound" ->
                    refusal(
                            HubException.Kind.NOT_FOUND,
                            address.repository().toString(),
                            "there is no revision '%s'".formatted(address.revision()),
                            "see %s/tree/main for its branches and tags".formatted(page));
            case "RepoNotFound" -> noRepository(address, settings, known);
            case "EntryNotFound" -> noFile(address, page);
            default ->
                    switch (status) {
                        case UNAUTHORIZED -> noRepository(address, settings, known);
                        case FORBIDDEN ->
                                refusal(
                                        HubException.Kind.DENIED,
                                        address.toString(),
                                        known
                                                ? "the access token may not read it (403)"
                                                : "it may not be read without an access token"
                                                        + " (403)",
                                        "see %s, and give a token that may read it in HF_TOKEN"
                                                .formatted(page));
                        case NOT_FOUND -> noFile(address, page);
                        default ->
                                refusal(
                                        HubException.Kind.DAMAGED,
                                        address.toString(),
                                        "the server answered %d".formatted(status),
                                        "check HF_ENDPOINT, proxy and firewall");
                    };
        };
    }

    /// There is no such file.
    static HubException noFile(FileAddress address, String page) {
        return refusal(
                HubException.Kind.NOT_FOUND,
                "%s (%s)".formatted(address.repository(), address.revision()),
                "there is no file '%s'".formatted(address.file()),
                "see %s/tree/%s for its files".formatted(page, address.revision()));
    }

    /// What a connection that failed says, which the JDK often leaves empty.
    static String words(IOException failure, URI target) {
        String host = target.getHost();
        Throwable cause = failure.getCause();
        if (failure instanceof ConnectException) {
            return cause instanceof UnresolvedAddressException
                            || cause != null
                                    && cause.getCause() instanceof UnresolvedAddressException
                    ? "no address is known for " + host
                    : "no connection to " + host;
        }
        String message = failure.getMessage();
        return "the connection to %s broke%s"
                .formatted(host, message == null ? "" : " (" + message + ")");
    }

    private static HubException gated(FileAddress address, String page, boolean known) {
        return refusal(
                HubException.Kind.DENIED,
                address.repository().toString(),
                "its owners give it only to those who accept their conditions",
                known
                        ? "accept them at %s with the account of your access token".formatted(page)
                        : "accept them at %s, then give your access token in HF_TOKEN"
                                .formatted(page));
    }

    private static HubException noRepository(
            FileAddress address, HubSettings settings, boolean known) {
        return refusal(
                known ? HubException.Kind.NOT_FOUND : HubException.Kind.DENIED,
                address.repository().toString(),
                known
                        ? "there is no such model on %s, or the access token may not see it"
                                .formatted(settings.endpoint())
                        : "there is no such model on %s, or it is private"
                                .formatted(settings.endpoint()),
                known
                        ? "check the name, and the token in HF_TOKEN or the token file"
                        : "check the name; for a private model give your access token in HF_TOKEN");
    }

    private static HubException refusal(
            HubException.Kind kind, String subject, String reason, String remedy) {
        return new HubException(kind, subject, reason, remedy);
    }

    private static String code(HttpHeaders headers) {
        return headers.firstValue("x-error-code").orElse("");
    }

    /// Retry-After (RFC 9110, 10.2.3): seconds or a date.
    private static Duration wait(HttpHeaders headers) {
        String text = headers.firstValue("retry-after").orElse("").strip();
        if (text.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            Instant until =
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration wait = Duration.between(Instant.now(), until);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
    }
}

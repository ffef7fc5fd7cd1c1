package xlmr.hub;

/// An access token. Its text is sent to the Hub and shown nowhere.
public final class HubToken {
    private static final int LONGEST = 1000;

    private final String text;

    /// @param text as the Hub gave it; white space around it is dropped
    /// @throws HubException if it cannot be one; the message does not repeat it
    public HubToken(String text) {
        String token = text.strip();
        boolean sendable = token.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (token.isEmpty() || token.length() > LONGEST || !sendable) {
            throw new HubException(
                    HubException.Kind.REFUSED,
                    "the access token",
                    "expected up to %d printable ASCII characters, found others".formatted(LONGEST),
                    "copy it again into HF_TOKEN or the token file");
        }
        this.text = token;
    }

    /// The value of the Authorization header.
    String authorization() {
        return "Bearer " + text;
    }

    @Override
    public String toString() {
        return "HubToken[hidden]";
    }
}

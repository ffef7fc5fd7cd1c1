package xlmr.model;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The heads of one's own that this process knows.
public final class HeadFactories {
    private static final Map<String, HeadFactory> REGISTERED = new ConcurrentHashMap<>();

    private HeadFactories() {}

    /// Makes a head known by its name, in place of an earlier one of that name.
    ///
    /// @throws IllegalArgumentException if the name cannot be one, or a head built in has it
    public static void register(HeadFactory factory) {
        checkName(factory.name());
        REGISTERED.put(factory.name(), factory);
    }

    /// The head of a name: registered, else found on the class path.
    ///
    /// @throws IllegalArgumentException naming those that are known, if there is none
    public static HeadFactory named(String name) {
        HeadFactory registered = REGISTERED.get(name);
        if (registered != null) {
            return registered;
        }
        Map<String, HeadFactory> known = new TreeMap<>(REGISTERED);
        for (HeadFactory factory : ServiceLoader.load(HeadFactory.class)) {
            known.putIfAbsent(factory.name(), factory);
        }
        HeadFactory found = known.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    ("head: no '%s'; built in are %s%s; one of your own has to be on the class path"
                                    + " (xlmr --classpath my-head.jar) with a file META-INF/services/%s")
                            .formatted(
                                    name,
                                    String.join(", ", HeadSpec.WORDS),
                                    known.isEmpty()
                                            ? ""
                                            : ", and found " + String.join(", ", known.keySet()),
                                    HeadFactory.class.getName()));
        }
        return found;
    }

    private static void checkName(String name) {
        if (!name.matches("[A-Za-z0-9-]{1,64}") || HeadSpec.WORDS.contains(name)) {
            throw new IllegalArgumentException(
                    "head: '%s' cannot be its name; expected letters, digits and -, and none of %s"
                            .formatted(name, String.join(", ", HeadSpec.WORDS)));
        }
    }
}

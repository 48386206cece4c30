package clamd.vproxy.supervisor.connections.listen;

import clamd.vproxy.supervisor.guests.Guest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The path template of each guest's hybrid vsock socket: a path with {@code {name}} or {@code
 * {uuid}} in it, as the VMM is configured with it ({@code uds_path} of Firecracker, {@code socket}
 * of Cloud Hypervisor, {@code uds-path} of vhost-device-vsock). The VMM delivers a connection from
 * the guest to host port P to the socket {@code <path>_P}. Immutable.
 *
 * @param template an absolute path that holds at least one placeholder
 */
public record HybridTemplate(String template) {
    private static final String NAME = "{name}";
    private static final String UUID = "{uuid}";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}");

    /** The size of {@code sun_path} in {@code struct sockaddr_un}, less its NUL (unix(7)). */
    private static final int MAX_PATH_BYTES = 107;

    /**
     * Checks the template.
     *
     * @throws IllegalArgumentException with a message for the operator
     */
    public HybridTemplate {
        String unknown =
                PLACEHOLDER
                        .matcher(template)
                        .results()
                        .map(match -> match.group())
                        .filter(text -> !text.equals(NAME) && !text.equals(UUID))
                        .findFirst()
                        .orElse("");
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"" + template + "\": " + unknown + " is neither {name} nor {uuid}");
        }
        if (!template.contains(NAME) && !template.contains(UUID)) {
            throw new IllegalArgumentException(
                    "\""
                            + template
                            + "\" gives all guests one socket; put {name} or {uuid} into it");
        }
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("\"" + template + "\" is not an absolute path");
        }
    }

    private static String value(MatchResult placeholder, Guest guest) {
        return Matcher.quoteReplacement(
                placeholder.group().equals(NAME) ? guest.name() : guest.uuid().toString());
    }

    /**
     * Returns the path of the socket that receives {@code guest}'s connections to {@code port}.
     *
     * @throws IllegalArgumentException if the guest's name cannot be part of a path, or the path
     *     would be too long for a socket
     */
    public Path socketOf(Guest guest, int port) {
        String name = guest.name();
        if (template.contains(NAME)
                && (name.contains("/") || name.equals(".") || name.equals(".."))) {
            throw new IllegalArgumentException("the domain's name cannot be part of a path");
        }
        String text = PLACEHOLDER.matcher(template).replaceAll(found -> value(found, guest));
        text += "_" + port;
        int length = bytes(text);
        if (length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException(
                    text
                            + " is "
                            + length
                            + " bytes long, a socket's path can have "
                            + MAX_PATH_BYTES);
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(text + " is not a path", e);
        }
    }

    /** Returns the file that a daemon locks while it listens on this template's sockets. */
    Path lockFile(int port) {
        int folderEnd = template.lastIndexOf('/', template.indexOf('{')) + 1;
        String rest = template.substring(folderEnd).replace('/', '+');
        return Path.of(template.substring(0, folderEnd), ".%s_%d.lock".formatted(rest, port));
    }

    /**
     * Describes the daemon that serves this template's sockets, for a check; empty if none does.
     */
    public Optional<String> servedBy(int port) throws IOException {
        return new HybridLock(this, port).heldBy();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}

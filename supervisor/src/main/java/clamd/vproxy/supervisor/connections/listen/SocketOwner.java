package clamd.vproxy.supervisor.connections.listen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Optional;

/**
 * The owner of the hybrid sockets: the user that the VMMs run as, so that they can connect.
 * Immutable.
 *
 * @param user a user's name; empty = the daemon's user
 * @param group a group's name; empty = the daemon's group
 */
public record SocketOwner(Optional<String> user, Optional<String> group) {
    /** The user and group that this process runs as. */
    public static final SocketOwner OURSELVES = new SocketOwner(Optional.empty(), Optional.empty());

    /**
     * Reads {@code USER}, {@code USER:GROUP} or {@code :GROUP}, as chown(1) does.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static SocketOwner parse(String text) {
        int colon = text.indexOf(':');
        String user = colon < 0 ? text : text.substring(0, colon);
        String group = colon < 0 ? "" : text.substring(colon + 1);
        if ((user.isEmpty() && group.isEmpty()) || group.contains(":")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not of the form USER, USER:GROUP or :GROUP");
        }
        return new SocketOwner(
                Optional.of(user).filter(name -> !name.isEmpty()),
                Optional.of(group).filter(name -> !name.isEmpty()));
    }

    /**
     * Gives {@code file} to this owner.
     *
     * @throws IOException if there is no such user or group, or this process lacks the permission
     */
    void take(Path file) throws IOException {
        UserPrincipalLookupService names = file.getFileSystem().getUserPrincipalLookupService();
        PosixFileAttributeView view =
                Files.getFileAttributeView(
                        file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (group.isPresent()) {
            view.setGroup(known("group", group.get(), names::lookupPrincipalByGroupName));
        }
        if (user.isPresent()) {
            view.setOwner(known("user", user.get(), names::lookupPrincipalByName));
        }
    }

    private interface Lookup<P> {
        P byName(String name) throws IOException;
    }

    private static <P> P known(String what, String name, Lookup<P> lookup) throws IOException {
        try {
            return lookup.byName(name);
        } catch (UserPrincipalNotFoundException e) {
            // on Linux, the exception names neither the missing account nor the problem
            throw new IOException("this system has no " + what + " \"" + name + "\"", e);
        }
    }
}

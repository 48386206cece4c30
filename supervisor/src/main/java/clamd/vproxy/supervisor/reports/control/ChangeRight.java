package clamd.vproxy.supervisor.reports.control;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import jdk.net.UnixDomainPrincipal;

/**
 * The users who may make changes through the control socket, whatever its file mode: root, the user
 * that the daemon runs as, and the members of the group that it runs as. Immutable.
 */
final class ChangeRight {
    private static final Path GROUPS = Path.of("/etc/group");

    private final UserPrincipal root;
    private final UserPrincipal user;
    private final GroupPrincipal group;
    private final Path groups;

    private ChangeRight(UserPrincipal root, UserPrincipal user, GroupPrincipal group, Path groups) {
        this.root = root;
        this.user = user;
        this.group = group;
        this.groups = groups;
    }

    /** Returns the right for a daemon that runs as this process does. */
    static ChangeRight ofThisProcess() throws IOException {
        PosixFileAttributes self =
                Files.readAttributes(Path.of("/proc/self"), PosixFileAttributes.class);
        return of(self.owner(), self.group(), GROUPS);
    }

    /** Returns the right for a daemon that runs as this user and group. */
    static ChangeRight of(UserPrincipal user, GroupPrincipal group, Path groups)
            throws IOException {
        // by number, because a container may have no user names
        UserPrincipal root =
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("0");
        return new ChangeRight(root, user, group, groups);
    }

    /** Whether this peer may make changes; the kernel vouches for its identity. */
    boolean isOf(UnixDomainPrincipal peer) {
        return peer.user().equals(root)
                || peer.user().equals(user)
                || peer.group().equals(group)
                || isMember(peer.user().getName());
    }

    /**
     * Whether the group file lists this user as a member: the kernel reports only the peer's
     * effective group.
     */
    private boolean isMember(String name) {
        try {
            return Files.readAllLines(groups).stream()
                    .map(line -> line.split(":", -1))
                    .filter(fields -> fields.length == 4 && fields[0].equals(group.getName()))
                    .anyMatch(fields -> List.of(fields[3].split(",")).contains(name));
        } catch (IOException _) {
            return false;
        }
    }
}

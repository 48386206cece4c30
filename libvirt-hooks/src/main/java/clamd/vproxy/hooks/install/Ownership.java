package clamd.vproxy.hooks.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The owner of installed files, which is the owner of the root folder. On a host this is root; in a
 * tree that another user builds it is that user. Immutable.
 */
record Ownership(int uid, int gid) {
    static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwxr-xr-x");

    static Ownership of(Path path) throws IOException {
        return new Ownership(
                (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS),
                (Integer) Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Gives an installed file or folder this owner and the mode 0755, regardless of umask and
     * setgid folders.
     */
    void applyTo(Path path) throws IOException {
        if (!of(path).equals(this)) {
            Files.setAttribute(path, "unix:uid", uid);
            Files.setAttribute(path, "unix:gid", gid);
        }
        Files.setPosixFilePermissions(path, MODE);
    }

    boolean holdsFor(Path path) throws IOException {
        return of(path).equals(this) && Files.getPosixFilePermissions(path).equals(MODE);
    }
}

package clamd.vproxy.hooks.install;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The file at a path where this program may have installed a hook. Immutable.
 *
 * @param text the file's content; empty if there is no file, or it is not a regular one
 */
record HookFile(Path path, Origin origin, String text) {
    /** The most bytes that are read, more than any hook of this program has. */
    private static final int LARGEST = 64 << 10;

    /** The origin of a file. */
    enum Origin {
        /** There is no file. */
        ABSENT,
        /** This program did not install the file. */
        FOREIGN,
        /** This program installed the file, and it was edited since. */
        EDITED,
        /** This program installed the file, and it is unchanged. */
        OURS
    }

    /**
     * Reads the file at a path.
     *
     * @throws IOException if the file cannot be read, also for lack of permission; a missing file
     *     is no error
     */
    static HookFile read(Path path) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes =
                    Files.readAttributes(
                            path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException _) {
            return new HookFile(path, Origin.ABSENT, "");
        }
        if (!attributes.isRegularFile()) {
            return new HookFile(path, Origin.FOREIGN, "");
        }
        try (InputStream in = Files.newInputStream(path)) {
            String text = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
            return new HookFile(path, origin(text), text);
        }
    }

    private static Origin origin(String text) {
        if (!HookScript.isMarked(text)) {
            return Origin.FOREIGN;
        }
        return HookScript.isUnchanged(text) ? Origin.OURS : Origin.EDITED;
    }

    boolean isOurs() {
        return origin == Origin.OURS;
    }

    /**
     * Returns why the file blocks the operation, and the command that moves it to a folder where
     * libvirt runs nothing.
     */
    String whatIsInTheWay() {
        return path
                + (origin == Origin.EDITED
                        ? " was edited since it was installed"
                        : " was not installed by clamd-vproxy")
                + "; to give it up, run: mv "
                + path
                + " /root/";
    }
}

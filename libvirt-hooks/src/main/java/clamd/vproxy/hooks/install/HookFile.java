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
 * What lies where a hook of ours may be. Immutable.
 *
 * @param text its content; empty if there is nothing, or no regular file
 */
record HookFile(Path path, Origin origin, String text) {
    /** Larger than any hook of ours. */
    private static final int LARGEST = 64 << 10;

    /** Whose file it is. */
    enum Origin {
        /** There is none. */
        ABSENT,
        /** Somebody else's. */
        FOREIGN,
        /** Ours, but edited since it was installed. */
        EDITED,
        /** Ours, as installed. */
        OURS
    }

    /**
     * Looks what is there.
     *
     * @throws IOException also if we may not look: that is not the same as nothing
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

    /** Says what is in our way, and the command that moves it where libvirt runs nothing. */
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

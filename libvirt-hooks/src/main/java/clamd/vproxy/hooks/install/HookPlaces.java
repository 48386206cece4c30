package clamd.vproxy.hooks.install;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths below a root folder where libvirt looks for hooks, and others that the checks of a host
 * read. Immutable.
 *
 * @param root {@code /}, or the absolute path of a tree that will become a host's file system
 */
public record HookPlaces(Path root) {
    /**
     * The first version of libvirt that runs the files in {@code qemu.d}: 6.5, as its library
     * counts.
     */
    private static final int FIRST_WITH_FOLDERS = 6005;

    /**
     * The name of libvirt's library: libvirt.so.0.9000.0 belongs to libvirt 9.0.0 (libvirt's
     * meson.build).
     */
    private static final Pattern LIBRARY = Pattern.compile("libvirt\\.so\\.0\\.(\\d{4,6})\\.\\d+");

    private static final int MAX_LINKS = 8;

    Path hooks() {
        return root.resolve("etc/libvirt/hooks");
    }

    Path folder() {
        return hooks().resolve("qemu.d");
    }

    Path dropIn() {
        return folder().resolve(HookScript.NAME);
    }

    /**
     * Returns the path of the only hook that a libvirt before 6.5 runs; later versions run it, too.
     */
    Path single() {
        return hooks().resolve("qemu");
    }

    /**
     * Returns the path for this program's hook: the drop-in, unless the installed libvirt is older
     * than 6.5.
     */
    Path target() throws IOException {
        OptionalInt version = libraryVersion();
        return version.isPresent() && version.getAsInt() < FIRST_WITH_FOLDERS ? single() : dropIn();
    }

    /**
     * Returns the path that {@link #target} does not return, of the drop-in and the single hook.
     */
    Path other() throws IOException {
        return target().equals(dropIn()) ? single() : dropIn();
    }

    /** Whether the root is that of a running host; only there is {@code /proc} filled. */
    boolean isLive() {
        return Files.exists(root.resolve("proc/uptime"));
    }

    boolean isHostRoot() {
        return root.equals(Path.of("/"));
    }

    /**
     * Returns the path below the root for {@code text}, an absolute path as seen from within the
     * root.
     */
    Path inside(String text) {
        return root.resolve(text.substring(1));
    }

    /**
     * Follows a path while its last name is a symbolic link; an absolute target is resolved below
     * the root.
     */
    Path followed(Path path) throws IOException {
        Path at = path;
        for (int links = 0; Files.isSymbolicLink(at) && links < MAX_LINKS; links++) {
            Path target = Files.readSymbolicLink(at);
            at = target.isAbsolute() ? inside(target.toString()) : at.resolveSibling(target);
        }
        return at;
    }

    /** Returns the entries of a folder; none if the folder does not exist. */
    static List<Path> list(Path folder) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        } catch (NoSuchFileException | NotDirectoryException _) {
            return List.of();
        }
        return entries;
    }

    private OptionalInt libraryVersion() throws IOException {
        List<Path> folders = new ArrayList<>(list(root.resolve("usr/lib")));
        folders.removeIf(folder -> !folder.getFileName().toString().contains("-linux-"));
        folders.add(root.resolve("usr/lib"));
        folders.add(root.resolve("usr/lib64"));
        OptionalInt newest = OptionalInt.empty();
        for (Path folder : folders) {
            for (Path file : list(folder)) {
                Matcher name = LIBRARY.matcher(file.getFileName().toString());
                if (name.matches()) {
                    int version = Integer.parseInt(name.group(1));
                    newest = OptionalInt.of(Math.max(version, newest.orElse(version)));
                }
            }
        }
        return newest;
    }
}

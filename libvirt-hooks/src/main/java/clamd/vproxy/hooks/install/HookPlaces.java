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
 * Where libvirt looks for hooks below a root folder, and what else of a host is of interest.
 * Immutable.
 *
 * @param root {@code /}, or the absolute path of a tree that is going to be a host's
 */
public record HookPlaces(Path root) {
    /** The first libvirt that runs what is in {@code qemu.d}: 6.5, as its library counts. */
    private static final int FIRST_WITH_FOLDERS = 6005;

    /** libvirt.so.0.9000.0 is the library of libvirt 9.0.0 (libvirt's meson.build). */
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

    /** The one file that a libvirt before 6.5 runs, and later ones run, too. */
    Path single() {
        return hooks().resolve("qemu");
    }

    /** Where our hook belongs: the drop-in, unless libvirt is there and older than that. */
    Path target() throws IOException {
        OptionalInt version = libraryVersion();
        return version.isPresent() && version.getAsInt() < FIRST_WITH_FOLDERS ? single() : dropIn();
    }

    /** The other of the two. */
    Path other() throws IOException {
        return target().equals(dropIn()) ? single() : dropIn();
    }

    /** Whether this is a host that runs: only there has {@code /proc} something to say. */
    boolean isLive() {
        return Files.exists(root.resolve("proc/uptime"));
    }

    boolean isHostRoot() {
        return root.equals(Path.of("/"));
    }

    /** The path as seen from within the root, where {@code text} is an absolute path. */
    Path inside(String text) {
        return root.resolve(text.substring(1));
    }

    /** Follows the last name of a path, since its link's {@code /} is our root. */
    Path followed(Path path) throws IOException {
        Path at = path;
        for (int links = 0; Files.isSymbolicLink(at) && links < MAX_LINKS; links++) {
            Path target = Files.readSymbolicLink(at);
            at = target.isAbsolute() ? inside(target.toString()) : at.resolveSibling(target);
        }
        return at;
    }

    /** What a folder holds; nothing if there is none. */
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

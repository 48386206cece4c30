package clamd.vproxy.hooks.install;

import clamd.vproxy.hooks.install.HookFile.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Installs and removes libvirt's qemu hook. A file that this program did not install, or that was
 * edited since, is left untouched. Confined to one thread.
 */
public final class HookInstaller {
    private final HookPlaces places;
    private final String version;

    /**
     * Creates an installer.
     *
     * @param places where to install
     * @param version this program's version, without white space
     */
    public HookInstaller(HookPlaces places, String version) {
        this.places = places;
        this.version = version;
    }

    /**
     * Installs the hook, or updates the installed one to {@code settings}; leaves an up-to-date one
     * as it is.
     *
     * @return what was done, one line each
     * @throws HookException if a foreign or edited file is in the way, or an operation on the file
     *     system fails
     */
    public List<String> install(HookSettings settings) throws HookException {
        try {
            return installed(settings);
        } catch (IOException e) {
            throw failed("install", e);
        }
    }

    /**
     * Removes the hook, if it is there.
     *
     * @return what was done, one line each
     * @throws HookException if the file is foreign or edited, or an operation on the file system
     *     fails
     */
    public List<String> uninstall() throws HookException {
        try {
            return uninstalled();
        } catch (IOException e) {
            throw failed("remove", e);
        }
    }

    private List<String> installed(HookSettings settings) throws IOException, HookException {
        HookFile there = HookFile.read(places.target());
        if (there.origin() == Origin.FOREIGN || there.origin() == Origin.EDITED) {
            throw new HookException(there.whatIsInTheWay());
        }
        List<String> done = new ArrayList<>();
        String text = HookScript.render(settings, version);
        Ownership owner = Ownership.of(places.root());
        if (there.text().equals(text) && owner.holdsFor(there.path())) {
            done.add(there.path() + " is installed already");
        } else {
            createFolders(there.path(), owner);
            write(there, text, owner);
            done.add("installed " + there.path());
        }
        HookFile other = HookFile.read(places.other());
        if (other.isOurs()) {
            Files.delete(other.path());
            done.add("removed " + other.path() + ", which it replaces");
        }
        return done;
    }

    private void createFolders(Path file, Ownership owner) throws IOException {
        Path folder = places.root();
        for (Path name : places.root().relativize(file)) {
            folder = folder.resolve(name);
            if (!folder.equals(file) && !Files.isDirectory(folder)) {
                Files.createDirectory(folder);
                owner.applyTo(folder);
            }
        }
    }

    /**
     * Writes a temporary file and renames it. libvirt does not run the temporary file, because it
     * runs only known names in that folder. The content is on disk before the rename: an empty hook
     * would keep every guest from starting.
     */
    private void write(HookFile old, String text, Ownership owner) throws IOException {
        Path temporary = Files.createTempFile(places.hooks(), ".clamd-vproxy-", "");
        try {
            try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            if (old.isOurs()) {
                // keep the time of the first installation; see RunningDaemons
                Files.setLastModifiedTime(temporary, Files.getLastModifiedTime(old.path()));
            }
            owner.applyTo(temporary);
            Files.move(temporary, old.path(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private List<String> uninstalled() throws IOException, HookException {
        List<String> done = new ArrayList<>();
        for (Path path : List.of(places.dropIn(), places.single())) {
            HookFile file = HookFile.read(path);
            boolean ourName = path.equals(places.dropIn());
            if (file.origin() == Origin.EDITED || (ourName && file.origin() == Origin.FOREIGN)) {
                throw new HookException(file.whatIsInTheWay());
            }
            if (file.isOurs()) {
                Files.delete(path);
                done.add("removed " + path);
            }
        }
        if (done.isEmpty()) {
            done.add("no hook of clamd-vproxy is installed in " + places.hooks());
        } else if (!RunningDaemons.below(places.root()).isEmpty()) {
            done.add(
                    "libvirt may go on looking for hooks until its next start, which does no harm");
        }
        return done;
    }

    private HookException failed(String what, IOException failure) {
        String reason =
                switch (failure) {
                    case AccessDeniedException _ -> "permission denied; run it as root";
                    case NoSuchFileException missing -> "there is no " + missing.getFile();
                    default -> failure.getMessage();
                };
        return new HookException(
                "could not " + what + " the hook in " + places.hooks() + ": " + reason, failure);
    }
}

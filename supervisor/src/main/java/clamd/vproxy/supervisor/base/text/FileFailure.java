package clamd.vproxy.supervisor.base.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** Describes a failure of the file system for people. Static function only. */
public final class FileFailure {
    private FileFailure() {}

    /**
     * Returns the file and what is wrong with it; the text is the system's, so it may have any
     * length.
     */
    public static String of(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + " is missing";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException other when other.getReason() != null ->
                    other.getFile() + ": " + other.getReason();
            default -> Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        };
    }
}

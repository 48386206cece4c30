package clamd.vproxy.worker.clamd.conf;

import java.nio.file.Path;

/** Reports in one line, with file and line number, why clamd would not start with a clamd.conf. */
public final class ClamdConfException extends Exception {
    private static final long serialVersionUID = 1L;

    ClamdConfException(Path file, int line, String problem) {
        super(file + ":" + line + ": " + problem);
    }
}
